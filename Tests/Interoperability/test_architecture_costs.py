"""Counts what architectures cost from the ONNX files of their integer models, independently of how hpo counts it.

The files are those of random architectures, written by the suite `ArchitectureCostTests` to the folder HPO_PROOF_FOLDER.
"""

import json
import math
import os
import pathlib

import pytest

onnx = pytest.importorskip("onnx")

if "HPO_PROOF_FOLDER" not in os.environ:
    pytest.skip("HPO_PROOF_FOLDER names no folder with exported models", allow_module_level=True)
FOLDER = pathlib.Path(os.environ["HPO_PROOF_FOLDER"])
NAMES = sorted(path.name.removesuffix(".costs.json") for path in FOLDER.glob("*.costs.json"))

# What stands for a value that is there already.
SAME = {"QuantizeLinear", "DequantizeLinear", "Reshape", "Flatten", "Transpose", "Squeeze"}
# What saturation does where it follows a layer or a sum, and a table where it follows bytes.
CLIPS = {"Relu", "Clip"}
# What functions are made of that take each byte to another one, by a table.
CURVES = {"LeakyRelu", "Elu", "Tanh", "Sigmoid", "HardSigmoid", "Erf", "Mul", "Div"}
TABLE = 256


def shapes(model):
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph
    values = list(inferred.value_info) + list(inferred.input) + list(inferred.output)
    # The first extent is the number of samples.
    return {v.name: [d.dim_value or 1 for d in v.type.tensor_type.shape.dim] for v in values}


def peak(steps, size, first, last):
    """The most bytes that are live in a step; sums and tables write where an input lay that nothing reads afterwards."""
    final = {name: 0 for name in size}
    for number, (_, inputs, _) in enumerate(steps):
        for name in inputs:
            final[name] = number
    final[last] = len(steps)
    buffers = [[size[first], 0, final[first]]]
    place = {first: 0}
    for number, (operator, inputs, output) in enumerate(steps):
        free = [
            place[name]
            for name in inputs
            if operator in ("Add", "table") and buffers[place[name]][2] == number and buffers[place[name]][0] == size[output]
        ]
        if free:
            place[output] = free[0]
            buffers[free[0]][2] = max(buffers[free[0]][2], final[output])
        else:
            place[output] = len(buffers)
            buffers.append([size[output], number, final[output]])
    return max(sum(size for size, start, end in buffers if start <= step <= end) for step in range(len(steps)))


def count(model, bits):
    """Parameters, flash and activations in bytes, and multiply-accumulates."""
    shape = shapes(model)
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    stored = {}
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in constants:
            stored[node.output[0]] = (constants[node.input[0]], constants[node.input[1]])
    parameters = flash = macs = 0
    first = model.graph.input[0].name
    owner, size, steps = {first: first}, {first: math.prod(shape[first])}, []
    bits, is_input = iter(bits), True
    # Values of bytes, and of functions of them: what they are made of.
    bytes_of, curves = set(), {}
    for node in model.graph.node:
        data = [name for name in node.input if name in owner]
        if not data:
            continue
        # What comes before the first quantization standardizes the features, which are bytes from then on.
        is_input = is_input and node.op_type != "QuantizeLinear"
        if node.op_type == "DequantizeLinear":
            bytes_of.add(node.output[0])
        is_curve = node.op_type in CURVES or node.op_type in CLIPS and data[0] in bytes_of
        is_curve = is_curve or node.op_type == "Add" and any(name in curves for name in data)
        if not is_input and is_curve:
            assert len({owner[name] for name in data}) == 1
            owner[node.output[0]] = curves[node.output[0]] = owner[data[0]]
            continue
        if node.op_type == "QuantizeLinear" and data[0] in curves:
            flash += TABLE
            owner[node.output[0]] = node.output[0]
            size[node.output[0]] = math.prod(shape[node.output[0]])
            steps.append(("table", [curves[data[0]]], node.output[0]))
            continue
        if node.op_type in SAME or node.op_type in CLIPS or is_input:
            owner[node.output[0]] = owner[data[0]]
            continue
        if node.op_type == "Concat":
            flash += TABLE * len(data)
        if node.op_type in ("Conv", "Gemm"):
            weight, scale = stored[node.input[1]]
            bias, _ = stored[node.input[2]]
            elements, channels = math.prod(weight.dims), math.prod(bias.dims)
            assert weight.data_type == onnx.TensorProto.INT8 and bias.data_type == onnx.TensorProto.INT32
            assert math.prod(scale.dims) == channels
            parameters += elements + channels
            flash += math.ceil(elements * next(bits) / 8) + 4 * channels + 4 * channels
            pixels = math.prod(shape[node.output[0]][2:]) if node.op_type == "Conv" else 1
            macs += pixels * elements
        owner[node.output[0]] = node.output[0]
        size[node.output[0]] = math.prod(shape[node.output[0]])
        steps.append((node.op_type, [owner[name] for name in data], node.output[0]))
    assert next(bits, None) is None
    ram = peak(steps, size, first, owner[model.graph.output[0].name])
    return {"parameters": parameters, "flash": flash, "macs": macs, "ram": ram}


@pytest.mark.parametrize("name", NAMES)
def test_costs_are_those_of_the_file(name):
    known = json.loads((FOLDER / f"{name}.costs.json").read_text())
    counted = count(onnx.load(FOLDER / f"{name}.int8.onnx"), known.pop("bits"))
    assert counted == known


def test_there_are_a_hundred():
    assert len(NAMES) >= 100
