#!/usr/bin/env python3
"""Times one training step of dense networks here and in PyTorch, in turns, one thread each, and prints the ratios.

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

NETWORKS = [("64-128-64-10", 32), ("64-128-64-10", 128), ("784-512-256-10", 32), ("784-512-256-10", 128)]
ROUNDS = 25


class Peer:
    """PyTorch's eager step of the same network: forward, backward and Adam as PyTorch sets it up by default."""

    def __init__(self, widths, batch):
        layers = []
        for number, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
            layers.append(torch.nn.Linear(fan_in, fan_out))
            if number < len(widths) - 2:
                layers.append(torch.nn.ReLU())
        self.model = torch.nn.Sequential(*layers)
        self.optimizer = torch.optim.Adam(self.model.parameters())
        self.loss = torch.nn.CrossEntropyLoss()
        self.x = torch.rand(batch, widths[0]) * 2 - 1
        self.labels = torch.randint(0, widths[-1], (batch,))

    def time(self, count):
        start = time.perf_counter()
        for _ in range(count):
            self.optimizer.zero_grad()
            self.loss(self.model(self.x), self.labels).backward()
            self.optimizer.step()
        return (time.perf_counter() - start) / count * 1e6


class Ours:
    """The built program, which times as many steps as each line says."""

    def __init__(self, program, widths, batch, kernels):
        command = [program, "serve", widths, str(batch), kernels]
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
    for widths, batch in NETWORKS:
        ours = Ours(program, widths, batch, kernels)
        peer = Peer([int(width) for width in widths.split("-")], batch)
        own_steps, peer_steps = (2000, 200) if widths.startswith("64-") else (200, 20)
        ours.time(own_steps)
        peer.time(peer_steps)
        pairs = [(ours.time(own_steps), peer.time(peer_steps)) for _ in range(ROUNDS)]
        ours.close()
        ratios = sorted(theirs / own for own, theirs in pairs)
        own = statistics.median(pair[0] for pair in pairs)
        theirs = statistics.median(pair[1] for pair in pairs)
        middle = statistics.median(ratios)
        print(
            f"{widths:<16} {batch:>6} {own:>12.1f} {theirs:>12.1f} {middle:>8.1f}  ({ratios[0]:.1f}-{ratios[-1]:.1f})"
        )


if __name__ == "__main__":
    main()
