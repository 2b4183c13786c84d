#!/usr/bin/env python3
"""Writes pytorch.json: forward, loss, gradients and 20 steps of each optimizer on small dense networks.

Run with a Python that has torch: python Tests/ExecutionTests/Fixtures/generate_pytorch.py
"""

import json
import pathlib

import torch

torch.manual_seed(20)
torch.set_num_threads(1)

NETWORKS = [
    {"name": "classifier", "widths": [7, 9, 5, 4], "activations": ["relu", "tanh"], "batch": 6},
    {"name": "single example", "widths": [3, 17, 2], "activations": ["sigmoid"], "batch": 1},
    {"name": "regression", "widths": [5, 33, 8, 1], "activations": ["tanh", "relu"], "batch": 11},
]
OPTIMIZERS = [
    {"rule": "gradientDescent", "learningRate": 0.1, "weightDecay": 0.0},
    {"rule": "gradientDescent", "learningRate": 0.05, "weightDecay": 0.02},
    {"rule": "momentum", "learningRate": 0.02, "momentum": 0.9, "weightDecay": 0.0},
    {"rule": "momentum", "learningRate": 0.03, "momentum": 0.8, "weightDecay": 0.01},
    {"rule": "adam", "learningRate": 0.01, "weightDecay": 0.0},
    {"rule": "adam", "learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6, "weightDecay": 0.03},
]
STEPS = 20


def build(network):
    layers = []
    widths = network["widths"]
    for number, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
        layers.append(torch.nn.Linear(fan_in, fan_out))
        if number < len(network["activations"]):
            kind = network["activations"][number]
            layers.append({"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}[kind]())
    return torch.nn.Sequential(*layers)


def flat(tensors):
    return [number for tensor in tensors for number in tensor.detach().flatten().tolist()]


def optimizer(choice, parameters):
    common = {"lr": choice["learningRate"], "weight_decay": choice["weightDecay"]}
    if choice["rule"] == "adam":
        betas = (choice.get("beta1", 0.9), choice.get("beta2", 0.999))
        return torch.optim.Adam(parameters, betas=betas, eps=choice.get("epsilon", 1e-8), **common)
    return torch.optim.SGD(parameters, momentum=choice.get("momentum", 0.0), **common)


def main():
    cases = []
    for network in NETWORKS:
        widths, batch = network["widths"], network["batch"]
        model = build(network)
        start = [p.detach().clone() for p in model.parameters()]
        x = torch.randn(batch, widths[0])
        if network["name"] == "regression":
            target, loss_of = torch.randn(batch, widths[-1]), torch.nn.MSELoss()
        else:
            target, loss_of = torch.randint(0, widths[-1], (batch,)), torch.nn.CrossEntropyLoss()
        output = model(x)
        loss = loss_of(output, target)
        loss.backward()
        case = {
            **network,
            "input": flat([x]),
            "target": flat([target.float()]),
            "parameters": flat(start),
            "output": flat([output]),
            "loss": loss.item(),
            "gradients": flat([p.grad for p in model.parameters()]),
            "runs": [],
        }
        for choice in OPTIMIZERS:
            with torch.no_grad():
                for p, initial in zip(model.parameters(), start):
                    p.copy_(initial)
            stepper = optimizer(choice, model.parameters())
            losses = []
            for _ in range(STEPS):
                stepper.zero_grad()
                loss = loss_of(model(x), target)
                loss.backward()
                stepper.step()
                losses.append(loss.item())
            case["runs"].append({**choice, "losses": losses, "parameters": flat(model.parameters())})
        cases.append(case)
    path = pathlib.Path(__file__).with_name("pytorch.json")
    path.write_text(json.dumps({"torch": torch.__version__, "steps": STEPS, "cases": cases}) + "\n")


if __name__ == "__main__":
    main()
