#!/usr/bin/env python3
"""The best value that each sampler finds on a study file, over some seeds, with the same number of trials.

Build first: make build
Run: python3 Benchmarks/SamplerComparison/run.py [--config Configs/digits-mlp.yaml] [--trials 60] [--seeds 10]
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile


def best(hpo, file, trials, sampler, seed):
    with tempfile.TemporaryDirectory() as folder:
        storage = ["--storage", os.path.join(folder, "study.db")]
        command = [hpo, "optimize", "--config", file, "--trials", str(trials), "--sampler", sampler, "--seed", str(seed)]
        subprocess.run(command + storage, check=True, capture_output=True)
        trial = json.loads(subprocess.check_output([hpo, "best", "--format", "json"] + storage))
        return next(iter(trial["values"].values()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="Configs/digits-mlp.yaml", help="the study file")
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--program", default=".build/release/hpo")
    options = parser.parse_args()
    file, trials, seeds = options.config, options.trials, options.seeds
    print(f"{file}, {trials} trials, seeds 1 to {seeds}")
    found = {}
    for sampler in ["tpe", "random"]:
        values = [best(options.program, file, trials, sampler, seed) for seed in range(1, seeds + 1)]
        found[sampler] = values
        print(f"{sampler:7} median best {statistics.median(values):.4f}, mean {statistics.mean(values):.4f}:", end=" ")
        print(" ".join(f"{value:.4f}" for value in values), flush=True)
    wins = sum(a > b for a, b in zip(found["tpe"], found["random"]))
    losses = sum(a < b for a, b in zip(found["tpe"], found["random"]))
    print(f"tpe better than random in {wins} of {seeds} seeds, worse in {losses}")


if __name__ == "__main__":
    main()
