"""Writes onnxruntime.json: what onnxruntime computes of the quantized random networks of the tests.

The suite `ONNXProofTests` writes the files, where HPO_PROOF_FOLDER names a folder for them:

  HPO_PROOF_FOLDER=/some/folder swift test -c release --filter ONNXProofTests
  HPO_PROOF_FOLDER=/some/folder python generate_onnxruntime.py
"""

import json
import os
import pathlib
import sys

import numpy
import onnxruntime

if "HPO_PROOF_FOLDER" not in os.environ:
    sys.exit("skipped: HPO_PROOF_FOLDER names no folder with files of ONNXProofTests")
folder = pathlib.Path(os.environ["HPO_PROOF_FOLDER"])
networks = []
for seed in range(40):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    inference = onnxruntime.InferenceSession(
        str(folder / f"network-{seed}.int8.onnx"), options, providers=["CPUExecutionProvider"])
    source = inference.get_inputs()[0]
    features = numpy.fromfile(folder / f"network-{seed}.features", "<f4").reshape([-1] + source.shape[1:])[:6]
    (outputs,) = inference.run(None, {source.name: features})
    networks.append({"seed": seed, "outputs": [f"{bits:08x}" for bits in outputs.ravel().view("<u4")]})
path = pathlib.Path(__file__).with_name("onnxruntime.json")
path.write_text(json.dumps({"onnxruntime": onnxruntime.__version__, "networks": networks}, indent=0) + "\n")
