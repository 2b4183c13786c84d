#!/usr/bin/env python3
"""Trains one network on Fashion-MNIST or the digits in float32 and in bfloat16, from the same seeds, and compares the accuracies
on the test set.

Build first: swift build -c release --product hpo
Run on a processor with AVX512-BF16: python3 Benchmarks/PrecisionAccuracy/run.py
The digits, in float32 alone on any processor: python3 Benchmarks/PrecisionAccuracy/run.py --data digits --precisions float32
"""

import argparse
import json
import statistics
import subprocess
import tempfile

CONFIG = """
study: precision
objective:
  data: {data}
  split: {split}
  network: cnn
  channels: {channels}
  head: flatten
  headUnits: {units}
  dropout: {dropout}
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

# What differs between the data sets: Fashion-MNIST comes with a test part.
SETTINGS = {
    "fashion-mnist": {
        "split": "{validation: 0.05, seed: 0}", "channels": "[16, 32, 64]", "units": 64, "dropout": 0.1, "epochs": 4},
    "digits": {
        "split": "{validation: 0.2, test: 0.2, seed: 0}", "channels": "[32, 64]", "units": 64, "dropout": 0.2, "epochs": 30},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/hpo")
    parser.add_argument("--data", choices=SETTINGS, default="fashion-mnist")
    parser.add_argument("--precisions", nargs="+", choices=["float32", "bfloat16"], default=["float32", "bfloat16"])
    parser.add_argument("--channels", help="such as '[16, 32, 64]'")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    settings = dict(SETTINGS[options.data], data=options.data)
    settings.update({key: value for key, value in vars(options).items() if key in settings and value is not None})
    precisions = options.precisions
    found = {precision: [] for precision in precisions}
    seconds = {precision: [] for precision in precisions}
    with tempfile.TemporaryDirectory() as folder:
        for precision in precisions:
            with open(f"{folder}/{precision}.yaml", "w") as file:
                file.write(CONFIG.format(precision=precision, **settings))
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
            f"{name}: median {statistics.median(values):.4f}, mean {statistics.mean(values):.4f}, deviation "
            f"{statistics.stdev(values) if len(values) > 1 else 0:.4f}, "
            f"{statistics.median(seconds[name]):.1f} s a training"
        )
    if len(precisions) < 2:
        return
    difference = statistics.mean(found["bfloat16"]) - statistics.mean(found["float32"])
    print(f"bfloat16 - float32: {100 * difference:+.2f} points")


if __name__ == "__main__":
    main()
