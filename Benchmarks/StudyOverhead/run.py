#!/usr/bin/env python3
"""Milliseconds that a study takes for a trial, here and in Optuna, in one run: 8 mixed parameters, TPE, an objective of
no cost, with a durable SQLite file and in memory.

Build first: swift build -c release --product BenchmarkStudyOverhead
Run with a Python that has optuna: python Benchmarks/StudyOverhead/run.py [trials] [rounds] [path of the built program]
"""

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial):
    x = trial.suggest_float("x", -5, 5)
    y = trial.suggest_float("y", -5, 5)
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    step = trial.suggest_float("step", 0, 1, step=0.1)
    units = trial.suggest_int("units", 1, 1024, log=True)
    layers = trial.suggest_int("layers", 1, 8)
    activation = trial.suggest_categorical("activation", ["relu", "tanh", "sigmoid"])
    optimizer = trial.suggest_categorical("optimizer", ["sgd", "adam"])
    value = x * x + y * y + step + abs(math.log10(rate) + 3) + units / 1024 + layers / 8
    return value + (activation != "relu") + (optimizer != "adam")


def peer(trials, storage):
    study = optuna.create_study(storage=storage, sampler=optuna.samplers.TPESampler(seed=1))
    start = time.perf_counter()
    study.optimize(objective, n_trials=trials)
    return (time.perf_counter() - start) * 1e3 / trials


def ours(program, trials, storage):
    output = subprocess.run([program, str(trials), storage], check=True, capture_output=True, text=True).stdout
    return json.loads(output)["ms_per_trial"]


def main():
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    program = sys.argv[3] if len(sys.argv) > 3 else ".build/release/BenchmarkStudyOverhead"
    print(f"{trials} trials, {rounds} rounds, Optuna {optuna.__version__}; milliseconds a trial")
    for kind in ["sqlite", "memory"]:
        ratios = []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", ".")) as folder:
                file = os.path.join(folder, "ours.db") if kind == "sqlite" else "memory"
                mine = ours(program, trials, file)
                url = f"sqlite:///{folder}/peer.db" if kind == "sqlite" else None
                theirs = peer(trials, url)
            ratios.append(theirs / mine)
            print(f"  {kind}: hpo {mine:.3f}, Optuna {theirs:.2f}, ratio {theirs / mine:.1f}", flush=True)
        print(f"{kind}: median ratio {statistics.median(ratios):.1f}")


if __name__ == "__main__":
    main()
