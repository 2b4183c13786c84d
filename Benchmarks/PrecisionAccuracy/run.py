#!/usr/bin/env python3
"""Trains one network on Fashion-MNIST in float32 and in bfloat16, from the same seeds, and compares the accuracies on the test
set.

Build first: swift build -c release --product hpo
Run on a processor with AVX512-BF16: python3 Benchmarks/PrecisionAccuracy/run.py
"""

import argparse
import json
import statistics
import subprocess
import tempfile

CONFIG = """
study: precision
objective:
  data: fashion-mnist
  split: {{validation: 0.05, seed: 0}}
  network: cnn
  channels: {channels}
  head: flatten
  headUnits: 64
  dropout: 0.1
  precision: {precision}
  epochs: {epochs}
  learningRate: 0.004
  metric: accuracy
  schedule: oneCycle
  optimizer: adamw
  weightDecay: 0.01
  weightAveraging: 0.99
space:
  batchSize: {{int: 64..64}}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/hpo")
    parser.add_argument("--channels", default="[16, 32, 64]")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    precisions = ["float32", "bfloat16"]
    found = {precision: [] for precision in precisions}
    seconds = {precision: [] for precision in precisions}
    with tempfile.TemporaryDirectory() as folder:
        for precision in precisions:
            with open(f"{folder}/{precision}.yaml", "w") as file:
                file.write(CONFIG.format(channels=options.channels, epochs=options.epochs, precision=precision))
        for seed in range(options.seeds):
            for precision in precisions:
                command = [options.program, "train", "--config", f"{folder}/{precision}.yaml", "--seed", str(seed)]
                command += ["--set", "batchSize=64", "--format", "json", "-o", f"{folder}/m.hpo"]
                run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
                report = json.loads(run.stdout)
                found[precision].append(report["test"]["accuracy"])
                seconds[precision].append(report["seconds"])
            print(f"seed {seed}: " + ", ".join(f"{name} {found[name][-1]:.4f}" for name in precisions), flush=True)
    for name in precisions:
        values = found[name]
        print(
            f"{name}: mean {statistics.mean(values):.4f}, deviation {statistics.stdev(values):.4f}, "
            f"{statistics.median(seconds[name]):.1f} s a training"
        )
    difference = statistics.mean(found["bfloat16"]) - statistics.mean(found["float32"])
    print(f"bfloat16 - float32: {100 * difference:+.2f} points")


if __name__ == "__main__":
    main()
