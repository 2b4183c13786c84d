"""Trains a small network of PyTorch as a worker of hpo: a line of JSON in for each trial, lines of JSON out.

The data are drawn from a function with noise, so that nothing has to be downloaded.
"""

import json
import sys

import torch
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


def send(**message):
    print(json.dumps(message), flush=True)


def receive():
    line = sys.stdin.readline()
    # hpo has gone where there is no more line.
    return json.loads(line) if line else {"type": "stop"}


def data():
    generator = torch.Generator().manual_seed(0)
    inputs = torch.rand(1024, 8, generator=generator) * 2 - 1
    targets = torch.sin(3 * inputs[:, :4]).prod(1, keepdim=True) + inputs[:, 4:].pow(2).sum(1, keepdim=True)
    targets += 0.05 * torch.randn(1024, 1, generator=generator)
    return inputs[:768], targets[:768], inputs[768:], targets[768:]


def network(params):
    layers, width = [], 8
    for _ in range(params["layers"]):
        layers += [nn.Linear(width, params["units"]), ACTIVATIONS[params["activation"]]()]
        width = params["units"]
    return nn.Sequential(*layers, nn.Linear(width, 1))


def evaluate(trial, split, epochs=20):
    """Returns the message that ends the trial."""
    params = trial["params"]
    torch.manual_seed(trial["seed"])
    inputs, targets, validation, expected = split
    model = network(params)
    optimizer = torch.optim.AdamW(model.parameters(), lr=params["rate"], weight_decay=params["decay"])
    best = float("inf")
    for epoch in range(epochs):
        for batch in torch.randperm(len(inputs)).split(64):
            optimizer.zero_grad()
            nn.functional.mse_loss(model(inputs[batch]), targets[batch]).backward()
            optimizer.step()
        with torch.no_grad():
            loss = nn.functional.mse_loss(model(validation), expected).item()
        best = min(best, loss)
        send(type="report", step=epoch, value=loss)
        if receive()["type"] == "prune":
            return {"type": "pruned"}
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return {"type": "result", "value": best, "attributes": {"parameters": parameters}}


def main():
    split = data()
    while (message := receive())["type"] != "stop":
        try:
            send(**evaluate(message, split))
        except RuntimeError as error:
            send(type="failed", message=str(error))


main()
