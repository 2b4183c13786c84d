#!/usr/bin/env python3
"""Times training steps here and the floor of each, the sum of bare oneDNN primitives, in turns and on one thread.

Build first: swift build -c release --product BenchmarkTrainingStep
             swift build -c release --product BenchmarkKernelFloor
Run: python3 Benchmarks/KernelFloor/run.py [--network NAME] [--batch N] [--precision float32|bfloat16] [--rounds 15]
"""

import argparse
import os
import statistics
import subprocess

NAMES = ["64-128-64-10", "784-512-256-10", "conv8x8", "conv28x28", "separable32x32"]


class Program:
    """A built program that times as many steps as each line says."""

    def __init__(self, name, network, batch, precision):
        command = [f".build/release/{name}", "serve", network, str(batch), precision]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        slowest = max(self.time(3), self.time(3))
        self.steps = max(2, int(40_000 / slowest))

    def time(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", choices=NAMES, help="one of the networks; else all of them")
    parser.add_argument("--batch", type=int, help="one batch; else 32 and 128")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    names = [options.network] if options.network else NAMES
    batches = [options.batch] if options.batch else [32, 128]
    print(f"{options.precision}, medians of {options.rounds} rounds and of their ratios")
    print("network           batch     ours, us   floor, us  ours / floor  (range)")
    for network, batch in [(name, batch) for name in names for batch in batches]:
        programs = [
            Program(name, network, batch, options.precision) for name in ("BenchmarkTrainingStep", "BenchmarkKernelFloor")
        ]
        rows = [[program.time(program.steps) for program in programs] for _ in range(options.rounds)]
        for program in programs:
            program.close()
        ours, floor = (statistics.median(column) for column in zip(*rows))
        ratios = sorted(row[0] / row[1] for row in rows)
        print(
            f"{network:<16} {batch:>6} {ours:>12.1f} {floor:>11.1f} {statistics.median(ratios):>13.2f}"
            f"  ({ratios[0]:.2f}-{ratios[-1]:.2f})"
        )


if __name__ == "__main__":
    main()
