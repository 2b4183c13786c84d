"""Counts what architectures cost from the ONNX files of their integer models, independently of how hpo counts it.

The files are those of random architectures, written by the suite `ModelCostTests` to the folder HPO_COST_FOLDER.
"""

import json
import math
import os
import pathlib

import pytest

onnx = pytest.importorskip("onnx")

if "HPO_COST_FOLDER" not in os.environ:
    pytest.skip("HPO_COST_FOLDER names no folder with exported models", allow_module_level=True)
FOLDER = pathlib.Path(os.environ["HPO_COST_FOLDER"])
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))

# What stands for a value that is there already, or is a part of the step before it.
SAME = {"QuantizeLinear", "DequantizeLinear", "Reshape", "Flatten", "Transpose", "Relu", "Clip", "Squeeze"}


def shapes(model):
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph
    values = list(inferred.value_info) + list(inferred.input) + list(inferred.output)
    # The first extent is the number of samples.
    return {v.name: [d.dim_value or 1 for d in v.type.tensor_type.shape.dim] for v in values}


def count(model, bits):
    """Parameters, flash and activations in bytes, and multiply-accumulates."""
    shape = shapes(model)
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    stored = {}
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in constants:
            stored[node.output[0]] = (constants[node.input[0]], constants[node.input[1]])
    parameters = flash = macs = 0
    owner = {model.graph.input[0].name: model.graph.input[0].name}
    steps, size = [], {model.graph.input[0].name: math.prod(shape[model.graph.input[0].name])}
    bits = iter(bits)
    for node in model.graph.node:
        data = [name for name in node.input if name in owner]
        if not data:
            continue
        if node.op_type in SAME:
            owner[node.output[0]] = owner[data[0]]
            continue
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
        steps.append(([owner[name] for name in data], node.output[0]))
    last = {name: step for step, (inputs, _) in enumerate(steps) for name in inputs}
    last[owner[model.graph.output[0].name]] = len(steps)
    made = {output: step for step, (_, output) in enumerate(steps)}
    live = [
        sum(size[name] for name in size if made.get(name, 0) <= step <= last.get(name, made.get(name, 0)))
        for step in range(len(steps))
    ]
    assert next(bits, None) is None
    return {"parameters": parameters, "flash": flash, "macs": macs, "ram": max(live)}


@pytest.mark.parametrize("name", NAMES)
def test_costs_are_those_of_the_file(name):
    known = json.loads((FOLDER / f"{name}.json").read_text())
    counted = count(onnx.load(FOLDER / f"{name}.onnx"), known.pop("bits"))
    assert counted == known


def test_there_are_a_hundred():
    assert len(NAMES) >= 100
