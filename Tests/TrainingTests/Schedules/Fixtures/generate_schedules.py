#!/usr/bin/env python3
"""Writes schedules.json: the learning rates of PyTorch's schedulers over whole runs.

Run with a Python that has torch: python Tests/TrainingTests/Schedules/Fixtures/generate_schedules.py
"""

import json
import math
import pathlib

import torch
from torch.optim import lr_scheduler as s

RATE = 0.3


def rates(make, count):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    scheduler = make(optimizer)
    values = []
    for _ in range(count):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


def warmed(make, rising):
    def both(optimizer):
        first = s.LinearLR(optimizer, start_factor=0.01, total_iters=rising)
        return s.SequentialLR(optimizer, [first, make(optimizer)], milestones=[rising])

    return both


def plateau(patience, cooldown, mode):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    scheduler = s.ReduceLROnPlateau(optimizer, mode=mode, factor=0.5, patience=patience, cooldown=cooldown, min_lr=0.01)
    metrics, values = [], []
    for epoch in range(60):
        metric = 1 / (1 + min(epoch, 8)) + 0.05 * math.sin(3 * epoch)
        metric = metric if mode == "min" else 2 - metric
        optimizer.step()
        scheduler.step(metric)
        metrics.append(metric)
        values.append(optimizer.param_groups[0]["lr"])
    return {"patience": patience, "cooldown": cooldown, "mode": mode, "metrics": metrics, "rates": values}


def warmed_plateau(rising):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    first = s.LinearLR(optimizer, start_factor=0.01, total_iters=rising)
    second = s.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, min_lr=0.01)
    metrics, values = [], []
    for epoch in range(60):
        metric = 1 / (1 + min(epoch, 20)) + 0.05 * math.sin(3 * epoch)
        values.append(optimizer.param_groups[0]["lr"])
        metrics.append(metric)
        optimizer.step()
        if epoch < rising:
            first.step()
        else:
            second.step(metric)
    return {"warmup": rising, "metrics": metrics, "rates": values}


def main():
    cases = {
        "constant": rates(lambda o: s.ConstantLR(o, factor=1.0), 60),
        "step": rates(lambda o: s.StepLR(o, 7, 0.4), 60),
        "exponential": rates(lambda o: s.ExponentialLR(o, 0.93), 60),
        "cosine": rates(lambda o: s.CosineAnnealingLR(o, 60, 0.002), 60),
        "warmRestarts": rates(lambda o: s.CosineAnnealingWarmRestarts(o, 6, 2, 0.001), 60),
        "restarts": rates(lambda o: s.CosineAnnealingWarmRestarts(o, 9, 1, 0.0), 60),
        "oneCycle": rates(lambda o: s.OneCycleLR(o, RATE, total_steps=61, cycle_momentum=False), 61),
        "short oneCycle": rates(lambda o: s.OneCycleLR(o, RATE, total_steps=7, pct_start=0.5, cycle_momentum=False), 7),
        "warmed cosine": rates(warmed(lambda o: s.CosineAnnealingLR(o, 48, 0.002), 12), 60),
        "warmed constant": rates(warmed(lambda o: s.ConstantLR(o, factor=1.0), 12), 60),
        "warmed step": rates(warmed(lambda o: s.StepLR(o, 7, 0.4), 12), 60),
        "warmed exponential": rates(warmed(lambda o: s.ExponentialLR(o, 0.93), 12), 60),
        "warmed warmRestarts": rates(warmed(lambda o: s.CosineAnnealingWarmRestarts(o, 6, 2, 0.001), 12), 60),
        # OneCycle sets the optimizer's own rate as it is made, so that one scheduler follows the other.
        "warmed oneCycle": rates(lambda o: s.LinearLR(o, start_factor=0.01, total_iters=12), 12)
        + rates(lambda o: s.OneCycleLR(o, RATE, total_steps=48, cycle_momentum=False), 48),
    }
    plateaus = [plateau(3, 0, "min"), plateau(2, 4, "min"), plateau(5, 1, "max"), plateau(0, 0, "max")]
    path = pathlib.Path(__file__).with_name("schedules.json")
    path.write_text(json.dumps({"rate": RATE, "cases": cases, "plateaus": plateaus, "warmedPlateau": warmed_plateau(12)}) + "\n")


if __name__ == "__main__":
    main()
