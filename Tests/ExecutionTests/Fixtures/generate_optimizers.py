#!/usr/bin/env python3
"""Writes optimizers.json: 100 steps of each optimizer on given gradients, and clipped gradients.

The gradient of element i in step t is sin(7 i + 3 t) + cos(i t) / 2, and 0 for every fifth element in odd steps, in
float32; elements begin at sin(i). The first 24 elements belong to a matrix, the other 7 to a vector.

Run with a Python that has torch: python Tests/ExecutionTests/Fixtures/generate_optimizers.py
"""

import json
import math
import pathlib

import torch

CASES = [
    {"rule": "gradientDescent", "learningRate": 0.05, "weightDecay": 0.1},
    {"rule": "momentum", "learningRate": 0.02, "momentum": 0.9},
    {"rule": "nesterov", "learningRate": 0.02, "momentum": 0.9},
    {"rule": "nesterov", "learningRate": 0.03, "momentum": 0.5, "weightDecay": 0.05},
    {"rule": "adaGrad", "learningRate": 0.1},
    {"rule": "adaGrad", "learningRate": 0.05, "weightDecay": 0.02, "epsilon": 1e-3},
    {"rule": "rmsProp", "learningRate": 0.01},
    {"rule": "rmsProp", "learningRate": 0.01, "alpha": 0.9, "momentum": 0.8, "weightDecay": 0.01},
    {"rule": "rmsProp", "learningRate": 0.005, "centred": True},
    {"rule": "rmsProp", "learningRate": 0.005, "alpha": 0.95, "momentum": 0.5, "centred": True, "epsilon": 1e-4},
    {"rule": "adam", "learningRate": 0.01, "weightDecay": 0.05},
    {"rule": "adamW", "learningRate": 0.01},
    {"rule": "adamW", "learningRate": 0.02, "weightDecay": 0.3, "beta1": 0.8, "beta2": 0.99},
    {"rule": "adamW", "learningRate": 0.02, "weightDecay": 0.3, "sparesVectors": True},
    {"rule": "momentum", "learningRate": 0.02, "momentum": 0.9, "weightDecay": 0.2, "sparesVectors": True},
    {"rule": "adam", "learningRate": 0.01, "clipNorm": 1.5},
    {"rule": "gradientDescent", "learningRate": 0.05, "clipValue": 0.4},
]
COUNT, STEPS = 31, 100


def gradient(step):
    values = [math.sin(7 * i + 3 * step) + math.cos(i * step) / 2 for i in range(COUNT)]
    return [0.0 if step % 2 == 1 and i % 5 == 0 else value for i, value in enumerate(values)]


def optimizer(case, matrix, vector):
    decay = case.get("weightDecay", 0.01 if case["rule"] == "adamW" else 0.0)
    groups = [{"params": [matrix]}, {"params": [vector]}]
    if case.get("sparesVectors"):
        groups[1]["weight_decay"] = 0.0
    common = {"lr": case["learningRate"], "weight_decay": decay}
    rule = case["rule"]
    if rule in ("adam", "adamW"):
        kind = torch.optim.Adam if rule == "adam" else torch.optim.AdamW
        return kind(groups, betas=(case.get("beta1", 0.9), case.get("beta2", 0.999)), **common)
    if rule == "adaGrad":
        return torch.optim.Adagrad(groups, eps=case.get("epsilon", 1e-10), **common)
    if rule == "rmsProp":
        return torch.optim.RMSprop(
            groups, alpha=case.get("alpha", 0.99), eps=case.get("epsilon", 1e-8), momentum=case.get("momentum", 0.0),
            centered=case.get("centred", False), **common)
    return torch.optim.SGD(groups, momentum=case.get("momentum", 0.0), nesterov=rule == "nesterov", **common)


def main():
    for case in CASES:
        start = torch.tensor([math.sin(i) for i in range(COUNT)])
        matrix, vector = torch.nn.Parameter(start[:24].reshape(4, 6)), torch.nn.Parameter(start[24:].clone())
        stepper = optimizer(case, matrix, vector)
        case["steps"] = []
        for step in range(1, STEPS + 1):
            g = torch.tensor(gradient(step))
            matrix.grad, vector.grad = g[:24].reshape(4, 6).clone(), g[24:].clone()
            if "clipNorm" in case:
                torch.nn.utils.clip_grad_norm_([matrix, vector], case["clipNorm"])
            if "clipValue" in case:
                torch.nn.utils.clip_grad_value_([matrix, vector], case["clipValue"])
            stepper.step()
            values = matrix.detach().flatten().tolist() + vector.detach().tolist()
            case["steps"].append([float(f"{value:.9g}") for value in values])
    path = pathlib.Path(__file__).with_name("optimizers.json")
    path.write_text(json.dumps({"cases": CASES}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
