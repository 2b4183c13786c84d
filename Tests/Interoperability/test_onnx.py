"""onnxruntime computes the exported models: integers bit for bit, floating-point numbers to 1e-5.

The models are random networks of all operations, written by the suite `ONNXProofTests` to the folder HPO_PROOF_FOLDER.
"""

import collections
import os
import pathlib

import numpy
import pytest

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

if "HPO_PROOF_FOLDER" not in os.environ:
    pytest.skip("HPO_PROOF_FOLDER names no folder with exported models", allow_module_level=True)
FOLDER = pathlib.Path(os.environ["HPO_PROOF_FOLDER"])
SEEDS = sorted((int(path.name.split(".")[0]) for path in FOLDER.glob("*.int8.onnx")))


def session(path, optimized=None):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    if optimized:
        options.optimized_model_filepath = str(optimized)
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def arrays(seed, kind, inference):
    shape = [-1] + inference.get_inputs()[0].shape[1:]
    features = numpy.fromfile(FOLDER / f"{seed}.features", "<f4").reshape(shape)
    expected = numpy.fromfile(FOLDER / f"{seed}.{kind}.outputs", "<f4").reshape(len(features), -1)
    (outputs,) = inference.run(None, {inference.get_inputs()[0].name: features})
    return outputs, expected


@pytest.mark.parametrize("seed", SEEDS)
def test_integers_are_the_same_bit_for_bit(seed, tmp_path):
    path = FOLDER / f"{seed}.int8.onnx"
    onnx.checker.check_model(str(path), full_check=True)
    optimized = tmp_path / "optimized.onnx"
    outputs, expected = arrays(seed, "int8", session(path, optimized))
    differences = int((outputs != expected).sum())
    assert differences == 0, f"{differences} of {expected.size} outputs differ"
    operators = collections.Counter(node.op_type for node in onnx.load(optimized).graph.node)
    assert not {"Conv", "FusedConv", "Gemm", "MatMul", "Add"} & set(operators), operators


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_agree(seed):
    path = FOLDER / f"{seed}.float.onnx"
    onnx.checker.check_model(str(path), full_check=True)
    outputs, expected = arrays(seed, "float", session(path))
    assert numpy.abs(outputs - expected).max() <= 1e-5 * max(1, numpy.abs(expected).max())


def test_there_is_something_to_prove():
    assert len(SEEDS) >= 30
