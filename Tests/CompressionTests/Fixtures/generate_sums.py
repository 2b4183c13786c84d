"""Writes sums.json: what onnxruntime's integer kernel computes of sums of two bytes that are all but halfway between two bytes.

Each case is a step and a zero point of the left value, of the right one and of the sum, the steps as the bits of a float, and the
triples of left byte, right byte and sum, in one array.
"""

import json
import pathlib

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

LEFT, RIGHT = (grid.ravel().astype(numpy.uint8) for grid in numpy.meshgrid(range(256), range(256)))


def onnxruntime_sums(quantizations):
    arrays = {}
    for name, (step, zero) in quantizations.items():
        arrays[f"{name}_step"] = numpy.array(step, numpy.float32)
        arrays[f"{name}_zero"] = numpy.array(zero, numpy.uint8)
    node = helper.make_node(
        "QLinearAdd",
        ["left", "left_step", "left_zero", "right", "right_step", "right_zero", "sum_step", "sum_zero"], ["sum"],
        domain="com.microsoft")
    inputs, (output,) = (
        [helper.make_tensor_value_info(name, TensorProto.UINT8, [LEFT.size]) for name in names]
        for names in (("left", "right"), ("sum",)))
    graph = helper.make_graph(
        [node], "sums", inputs, [output], [numpy_helper.from_array(array, name) for name, array in arrays.items()])
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("com.microsoft", 1)])
    model.ir_version = 7
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"left": LEFT, "right": RIGHT})[0]


generator = numpy.random.default_rng(7)
cases = []
for _ in range(300):
    quantizations = {
        name: (numpy.float32(generator.uniform(0.02, 0.1)), int(generator.integers(0, 256)))
        for name in ("left", "right", "sum")}
    (a, az), (b, bz), (s, sz) = ((float(step), zero) for step, zero in quantizations.values())
    exact = ((LEFT.astype(float) - az) * a + (RIGHT.astype(float) - bz) * b) / s + sz
    near = numpy.abs(exact - numpy.floor(exact) - 0.5) < 2e-5
    near &= (exact > 0) & (exact < 255)
    if near.any():
        sums = onnxruntime_sums(quantizations)
        cases.append({
            "steps": [f"{int(numpy.float32(step).view(numpy.uint32)):08x}" for step, _ in quantizations.values()],
            "zeros": [zero for _, zero in quantizations.values()],
            "bytes": numpy.stack([LEFT, RIGHT, sums])[:, near].T.ravel().tolist()})
path = pathlib.Path(__file__).with_name("sums.json")
lines = ",\n".join(json.dumps(case) for case in cases)
path.write_text(f'{{"onnxruntime": "{onnxruntime.__version__}", "cases": [\n{lines}\n]}}\n')
