#!/usr/bin/env python3
"""The best value that each sampler finds on a study file, over some seeds, with the same number of trials.

Build first: make build
Run: python3 Benchmarks/SamplerComparison/run.py [study file] [trials] [seeds] [path of hpo]
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile


def best(hpo, file, trials, sampler, seed):
    with tempfile.TemporaryDirectory() as folder:
        storage = ["--storage", os.path.join(folder, "study.db")]
        command = [hpo, "optimize", "--config", file, "--trials", str(trials), "--sampler", sampler, "--seed", str(seed)]
        subprocess.run(command + storage, check=True, capture_output=True)
        trial = json.loads(subprocess.check_output([hpo, "best", "--format", "json"] + storage))
        return next(iter(trial["values"].values()))


def main():
    file = sys.argv[1] if len(sys.argv) > 1 else "Configs/digits-mlp.yaml"
    trials = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    seeds = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    hpo = sys.argv[4] if len(sys.argv) > 4 else ".build/release/hpo"
    print(f"{file}, {trials} trials, seeds 1 to {seeds}")
    found = {}
    for sampler in ["tpe", "random"]:
        values = [best(hpo, file, trials, sampler, seed) for seed in range(1, seeds + 1)]
        found[sampler] = values
        print(f"{sampler:7} median best {statistics.median(values):.4f}, mean {statistics.mean(values):.4f}:", end=" ")
        print(" ".join(f"{value:.4f}" for value in values), flush=True)
    wins = sum(a > b for a, b in zip(found["tpe"], found["random"]))
    losses = sum(a < b for a, b in zip(found["tpe"], found["random"]))
    print(f"tpe better than random in {wins} of {seeds} seeds, worse in {losses}")


if __name__ == "__main__":
    main()
