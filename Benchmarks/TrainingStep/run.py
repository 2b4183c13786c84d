#!/usr/bin/env python3
"""Times one training step of networks here and in PyTorch, in turns, one thread each, and prints the ratios.

Build first: swift build -c release --product BenchmarkTrainingStep
Run with a Python that has torch: python Benchmarks/TrainingStep/run.py [path of the built program] [kernels]
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import statistics
import subprocess
import sys
import time

import torch

NAMES = ["64-128-64-10", "784-512-256-10", "conv8x8", "conv28x28", "separable32x32"]
ROUNDS = 25


def convolution(fan_in, fan_out, kernel=3, stride=1, groups=1):
    """A convolution without bias, batch normalization and ReLU."""
    layer = torch.nn.Conv2d(
        fan_in, fan_out, kernel, stride=stride, padding=kernel // 2, groups=groups, bias=False
    )
    return [layer, torch.nn.BatchNorm2d(fan_out), torch.nn.ReLU()]


def model(name):
    """The network and the shape of a sample; `BenchmarkNetwork.swift` builds the same."""
    pool, flat = [torch.nn.MaxPool2d(2)], [torch.nn.Flatten()]
    mean = [torch.nn.AdaptiveAvgPool2d(1)] + flat
    linear = torch.nn.Linear
    if name == "conv8x8":
        layers = convolution(1, 16) + pool + convolution(16, 32) + mean + [linear(32, 10)]
        return torch.nn.Sequential(*layers), (1, 8, 8)
    if name == "conv28x28":
        head = flat + [linear(64 * 7 * 7, 128), torch.nn.ReLU(), linear(128, 10)]
        return torch.nn.Sequential(*convolution(1, 32), *pool, *convolution(32, 64), *pool, *head), (1, 28, 28)
    if name == "separable32x32":
        layers = convolution(3, 16)
        for fan_in, fan_out, stride in [(16, 32, 1), (32, 64, 2), (64, 64, 1)]:
            layers += convolution(fan_in, fan_in, stride=stride, groups=fan_in) + convolution(fan_in, fan_out, kernel=1)
        return torch.nn.Sequential(*layers, *mean, linear(64, 10)), (3, 32, 32)
    widths = [int(width) for width in name.split("-")]
    layers = []
    for number, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
        layers.append(linear(fan_in, fan_out))
        if number < len(widths) - 2:
            layers.append(torch.nn.ReLU())
    return torch.nn.Sequential(*layers), (widths[0],)


class Peer:
    """PyTorch's eager step of the same network: forward, backward and Adam as PyTorch sets it up by default."""

    def __init__(self, name, batch):
        self.model, sample = model(name)
        self.optimizer = torch.optim.Adam(self.model.parameters())
        self.loss = torch.nn.CrossEntropyLoss()
        self.x = torch.rand(batch, *sample) * 2 - 1
        self.labels = torch.randint(0, 10, (batch,))

    def time(self, count):
        start = time.perf_counter()
        for _ in range(count):
            self.optimizer.zero_grad()
            self.loss(self.model(self.x), self.labels).backward()
            self.optimizer.step()
        return (time.perf_counter() - start) / count * 1e6


class Ours:
    """The built program, which times as many steps as each line says."""

    def __init__(self, program, name, batch, kernels):
        command = [program, "serve", name, str(batch), kernels]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def time(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else ".build/release/BenchmarkTrainingStep"
    kernels = sys.argv[2] if len(sys.argv) > 2 else "automatic"
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}, kernels {kernels}, {ROUNDS} rounds, one thread each, median of ratios")
    print("network           batch     ours, us  PyTorch, us    ratio  (range)")
    for name, batch in [(name, batch) for name in NAMES for batch in (32, 128)]:
        ours = Ours(program, name, batch, kernels)
        peer = Peer(name, batch)
        # About 40 ms of each a round.
        own_steps = max(2, int(40_000 / max(ours.time(3), ours.time(3))))
        peer_steps = max(2, int(40_000 / min(peer.time(3), peer.time(3))))
        pairs = [(ours.time(own_steps), peer.time(peer_steps)) for _ in range(ROUNDS)]
        ours.close()
        ratios = sorted(theirs / own for own, theirs in pairs)
        own = statistics.median(pair[0] for pair in pairs)
        theirs = statistics.median(pair[1] for pair in pairs)
        middle = statistics.median(ratios)
        print(
            f"{name:<16} {batch:>6} {own:>12.1f} {theirs:>12.1f} {middle:>8.1f}  ({ratios[0]:.1f}-{ratios[-1]:.1f})"
        )


if __name__ == "__main__":
    main()
