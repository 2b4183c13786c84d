#!/usr/bin/env python3
"""Times one training step of networks here and in PyTorch, in turns, one thread each, and prints the ratios.

Build first: swift build -c release --product BenchmarkTrainingStep
Run with a Python that has torch: python Benchmarks/TrainingStep/run.py
With --precision bfloat16 (or auto) our products are of bfloat16, and PyTorch's autocast to bfloat16 is timed as well.
With --memory the peak memory of both is compared instead, each in a process of its own.
"""

import argparse
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

    def __init__(self, name, batch, autocast=False):
        self.model, sample = model(name)
        self.optimizer = torch.optim.Adam(self.model.parameters())
        self.loss = torch.nn.CrossEntropyLoss()
        self.x = torch.rand(batch, *sample) * 2 - 1
        self.labels = torch.randint(0, 10, (batch,))
        self.autocast = autocast

    def time(self, count):
        start = time.perf_counter()
        for _ in range(count):
            self.optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.autocast):
                loss = self.loss(self.model(self.x), self.labels)
            loss.backward()
            self.optimizer.step()
        return (time.perf_counter() - start) / count * 1e6


class Program:
    """A built program that times as many steps as each line says."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def time(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        """Ends the program and returns its peak memory in MiB."""
        self.process.stdin.close()
        _, _, usage = os.wait4(self.process.pid, 0)
        return usage.ru_maxrss / 1024


def compare(candidates, rounds):
    """Times each candidate in turns; for each its median and the sorted ratios to the first one."""
    # About 40 ms of each a round.
    steps = [max(2, int(40_000 / max(each.time(3), each.time(3)))) for each in candidates]
    rows = [[each.time(count) for each, count in zip(candidates, steps)] for _ in range(rounds)]
    medians = [statistics.median(column) for column in zip(*rows)]
    return medians, [sorted(row[number] / row[0] for row in rows) for number in range(len(candidates))]


def memory(options, name, batch):
    """Prints the peak memory of some steps, ours and that of a fresh Python with torch, before and after its steps."""
    ours = Program(options.program, "serve", name, str(batch), options.precision, options.kernels)
    ours.time(5)
    own = ours.close()
    code = (
        "import resource, run, torch;"
        "torch.set_num_threads(1); peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024;"
        f"before = peak(); run.Peer({name!r}, {batch}).time(5); print(before, peak())"
    )
    folder = os.path.dirname(os.path.abspath(__file__))
    found = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    before, peak = map(float, found.stdout.split())
    print(f"{name:<16} {batch:>6} {own:>12.1f} {peak:>12.1f} {peak - before:>24.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/BenchmarkTrainingStep")
    parser.add_argument("--kernels", default="automatic")
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16", "auto"])
    parser.add_argument("--network", choices=NAMES, help="only this one")
    parser.add_argument("--batch", type=int, help="only this one, instead of 32 and 128")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    names = [options.network] if options.network else NAMES
    cases = [(name, batch) for name in names for batch in ([options.batch] if options.batch else [32, 128])]
    print(f"torch {torch.__version__}, kernels {options.kernels}, {options.precision}, one thread each")
    if options.memory:
        print("network           batch    ours, MiB  PyTorch, MiB  of it by the steps, MiB")
        for name, batch in cases:
            memory(options, name, batch)
        return
    print(f"medians of {options.rounds} rounds and of their ratios")
    print("network           batch     ours, us  PyTorch, us    ratio  (range)")
    for name, batch in cases:
        ours = Program(options.program, "serve", name, str(batch), options.precision, options.kernels)
        peers = [Peer(name, batch)] + ([Peer(name, batch, autocast=True)] if options.precision != "float32" else [])
        medians, ratios = compare([ours] + peers, options.rounds)
        ours.close()
        for number in range(1, len(medians)):
            middle = statistics.median(ratios[number])
            print(
                f"{name:<16} {batch:>6} {medians[0]:>12.1f} {medians[number]:>12.1f} {middle:>8.1f}  "
                f"({ratios[number][0]:.1f}-{ratios[number][-1]:.1f})" + ("  autocast" if number == 2 else "")
            )


if __name__ == "__main__":
    main()
