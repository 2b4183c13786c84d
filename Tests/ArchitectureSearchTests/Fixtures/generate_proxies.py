#!/usr/bin/env python3
"""Scores of untrained networks by PyTorch, in double precision: synaptic flow and activation patterns (NASWOT).

Run: python3 Tests/ArchitectureSearchTests/Fixtures/generate_proxies.py
"""

import json
import math
import os

import torch
from torch import nn

torch.set_default_dtype(torch.float64)


class Residual(nn.Module):
    """conv - norm - relu, then a depthwise and a pointwise convolution around which there is a way, pooling, dense."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 4, 3, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(4)
        self.depthwise = nn.Conv2d(4, 4, 3, padding=1, groups=4, bias=False)
        self.depthwise_norm = nn.BatchNorm2d(4)
        self.project = nn.Conv2d(4, 4, 1, bias=False)
        self.project_norm = nn.BatchNorm2d(4)
        self.output = nn.Linear(4, 3)

    def forward(self, x, norm=True, codes=None):
        def take(layer, value):
            return layer(value) if norm else value

        def relu(value):
            value = torch.relu(value)
            if codes is not None:
                codes.append((value > 0).flatten(1))
            return value

        x = relu(take(self.stem_norm, self.stem(x)))
        x = nn.functional.max_pool2d(x, 2)
        y = relu(take(self.depthwise_norm, self.depthwise(x)))
        y = take(self.project_norm, self.project(y))
        return self.output((x + y).mean((2, 3)))


def synflow(model, shape):
    weights = [p for p in model.parameters() if p.dim() > 1]
    signs = {name: torch.sign(p) for name, p in model.named_parameters()}
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.abs_() if p.dim() > 1 else (p.zero_() if "norm" not in name else None)
    model.zero_grad()
    model(torch.ones(1, *shape), norm=False).sum().backward()
    return math.log(sum((p * p.grad).sum().item() for p in weights)), signs


def naswot(model, batch):
    codes = []
    model.train()
    with torch.no_grad():
        model(batch, codes=codes)
    code = torch.cat(codes, 1).double()
    kernel = code @ code.T + (1 - code) @ (1 - code).T
    return torch.linalg.slogdet(kernel)[1].item()


def main():
    cases = []
    for seed in range(4):
        torch.manual_seed(seed)
        model = Residual()
        batch = torch.randn(8, 2, 6, 6).float().double()
        with torch.no_grad():
            for p in model.parameters():
                p.copy_(p.float().double())
        case = {
            # As this project lays weights out: convolutions [KH, KW, in, out], dense layers [out, in].
            "weights": {
                name: (p.permute(2, 3, 1, 0) if p.dim() == 4 else p).flatten().tolist()
                for name, p in model.named_parameters() if p.dim() > 1
            },
            "batch": batch.permute(0, 2, 3, 1).flatten().tolist(),
            "naswot": naswot(model, batch),
        }
        case["synflow"], _ = synflow(model, (2, 6, 6))
        cases.append(case)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "proxies.json")
    with open(path, "w") as file:
        json.dump(cases, file, indent=0)
        file.write("\n")


if __name__ == "__main__":
    main()
