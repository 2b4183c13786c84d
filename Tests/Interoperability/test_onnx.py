"""Exported models computed by others: integers bit for bit by onnxruntime and by a C compiler's program, floating-point
numbers to 1e-5 by onnxruntime.

The models are random networks of all operations and random architectures of the ready spaces, written by the suites
`ONNXProofTests` and `ArchitectureCostTests` to the folder HPO_PROOF_FOLDER. CC names the C compiler.
"""

import collections
import json
import os
import pathlib
import subprocess

import numpy
import pytest

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

if "HPO_PROOF_FOLDER" not in os.environ:
    pytest.skip("HPO_PROOF_FOLDER names no folder with exported models", allow_module_level=True)
FOLDER = pathlib.Path(os.environ["HPO_PROOF_FOLDER"])
NAMES = sorted(path.name.removesuffix(".int8.onnx") for path in FOLDER.glob("*.int8.onnx"))
PROGRAM = """
#define PROOF_IMPLEMENTATION
#include "proof.h"
#include <stdio.h>

int main(void)
{
    static float features[PROOF_INPUT_COUNT];
    static uint8_t output[PROOF_OUTPUT_COUNT];
    static uint8_t arena[PROOF_ARENA_BYTES];
    while (fread(features, sizeof features, 1, stdin) == 1) {
        proof_infer(features, output, arena);
        fwrite(output, sizeof output, 1, stdout);
    }
    return 0;
}
"""


def session(path, optimized=None):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    if optimized:
        options.optimized_model_filepath = str(optimized)
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def arrays(name, kind, inference):
    shape = [-1] + inference.get_inputs()[0].shape[1:]
    features = numpy.fromfile(FOLDER / f"{name}.features", "<f4").reshape(shape)
    expected = numpy.fromfile(FOLDER / f"{name}.{kind}.outputs", "<f4").reshape(len(features), -1)
    (outputs,) = inference.run(None, {inference.get_inputs()[0].name: features})
    return outputs, expected


@pytest.mark.parametrize("name", NAMES)
def test_integers_are_the_same_bit_for_bit(name, tmp_path):
    path = FOLDER / f"{name}.int8.onnx"
    onnx.checker.check_model(str(path), full_check=True)
    optimized = tmp_path / "optimized.onnx"
    outputs, expected = arrays(name, "int8", session(path, optimized))
    differences = int((outputs != expected).sum())
    assert differences == 0, f"{differences} of {expected.size} outputs differ"
    operators = collections.Counter(node.op_type for node in onnx.load(optimized).graph.node)
    # A GELU is computed in floating point between integers, and adds 1 behind its error function.
    assert operators["Add"] == operators["Erf"] and not {"Conv", "FusedConv", "Gemm", "MatMul"} & set(operators), operators
    # As many integer kernels as there are layers and sums of two values in the file.
    nodes = onnx.load(path).graph.node
    made = {output: node for node in nodes for output in node.output}
    written = collections.Counter(
        node.op_type
        for node in nodes
        if node.op_type != "Add" or all(getattr(made.get(x), "op_type", "") == "DequantizeLinear" for x in node.input)
    )
    assert operators["QLinearConv"] == written["Conv"], operators
    assert operators["QGemm"] == written["Gemm"], operators
    assert operators["QLinearAdd"] == written["Add"], operators


@pytest.mark.parametrize("name", NAMES)
def test_c_computes_the_same_bytes(name, tmp_path):
    (tmp_path / "proof.h").write_bytes((FOLDER / f"{name}.h").read_bytes())
    (tmp_path / "main.c").write_text(PROGRAM)
    flags = "-std=c99 -O1 -Wall -Wextra -Wconversion -pedantic -Werror -o program main.c -lm".split()
    subprocess.run([os.environ.get("CC", "cc"), *flags], cwd=tmp_path, check=True)
    shape = session(FOLDER / f"{name}.int8.onnx").get_inputs()[0].shape[1:]
    features = numpy.fromfile(FOLDER / f"{name}.features", "<f4").reshape([-1] + shape)
    if len(shape) == 3:
        features = features.transpose(0, 2, 3, 1)
    result = subprocess.run([tmp_path / "program"], input=features.tobytes(), capture_output=True, check=True)
    assert result.stdout == (FOLDER / f"{name}.int8.bytes").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_numbers_agree(name):
    path = FOLDER / f"{name}.float.onnx"
    onnx.checker.check_model(str(path), full_check=True)
    outputs, expected = arrays(name, "float", session(path))
    assert numpy.abs(outputs - expected).max() <= 1e-5 * max(1, numpy.abs(expected).max())


@pytest.mark.parametrize("name", NAMES)
def test_metadata_tells_where_a_model_comes_from(name):
    for form in ("float", "int8"):
        model = onnx.load(FOLDER / f"{name}.{form}.onnx")
        metadata = {entry.key: entry.value for entry in model.metadata_props}
        assert metadata == json.loads((FOLDER / f"{name}.{form}.metadata.json").read_text())
        assert len(json.loads(metadata["classes"])) == model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
        if name.startswith("network"):
            assert metadata["study"] == 'random, "all" networks' and int(metadata["trial"]) >= 0
            # Integers that nobody has measured claim no accuracy, least of all that of the floating-point model.
            assert metadata.get("test accuracy") == ("0.25" if form == "float" else None)


def test_there_is_something_to_prove():
    kinds = collections.Counter(name.split("-")[0] for name in NAMES)
    assert all(kinds[kind] >= 30 for kind in ("network", "mlp", "cnn", "invertedResidual", "cell")), kinds
