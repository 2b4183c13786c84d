#!/usr/bin/env python3
"""Milliseconds that a study takes for a trial, here, in Optuna and in Rustuna, in one run: 8 mixed parameters, TPE that
draws them jointly, an objective of no cost, with an SQLite file and in memory.

Two numbers a study: the time of the whole run over its trials, and the mean of the last tenth of them, from one trial
having its parameters to the next one having its own, which is the overhead of a trial in a study of that size. Each of
the three keeps its files as it does by default; ours waits for the disk at the end of each trial.

Build first: swift build -c release --product BenchmarkStudyOverhead
Run with a Python that has optuna and rustuna:
    python Benchmarks/StudyOverhead/run.py [--trials 1000] [--rounds 3] [--kinds sqlite memory] [--without Rustuna]
"""

import argparse
import importlib.metadata
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

import optuna
import rustuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective_noting(moments):
    def objective(trial):
        x = trial.suggest_float("x", -5, 5)
        y = trial.suggest_float("y", -5, 5)
        rate = trial.suggest_float("rate", 1e-5, 1, log=True)
        step = trial.suggest_float("step", 0, 1, step=0.1)
        units = trial.suggest_int("units", 1, 1024, log=True)
        layers = trial.suggest_int("layers", 1, 8)
        activation = trial.suggest_categorical("activation", ["relu", "tanh", "sigmoid"])
        optimizer = trial.suggest_categorical("optimizer", ["sgd", "adam"])
        moments.append(time.perf_counter())
        value = x * x + y * y + step + abs(math.log10(rate) + 3) + units / 1024 + layers / 8
        return value + (activation != "relu") + (optimizer != "adam")

    return objective


def timed(study, trials):
    moments = []
    start = time.perf_counter()
    study.optimize(objective_noting(moments), n_trials=trials)
    end = time.perf_counter()
    late = max(trials // 10, 1)
    return (end - start) * 1e3 / trials, (moments[-1] - moments[-late - 1]) * 1e3 / late


def with_optuna(trials, path):
    sampler = optuna.samplers.TPESampler(seed=1, multivariate=True)
    return timed(optuna.create_study(storage=path and f"sqlite:///{path}", sampler=sampler), trials)


def with_rustuna(trials, path):
    sampler = rustuna.samplers.TPESampler(seed=1, multivariate=True)
    storage = rustuna.storages.SQLite3Storage(path) if path else rustuna.storages.InMemoryStorage()
    return timed(rustuna.create_study(storage=storage, sampler=sampler), trials)


def with_hpo(program, trials, path):
    output = subprocess.run([program, str(trials), path or "memory"], check=True, capture_output=True, text=True).stdout
    result = json.loads(output)
    return result["ms_per_trial"], result["ms_per_late_trial"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", choices=["sqlite", "memory"], default=["sqlite", "memory"])
    parser.add_argument("--without", nargs="+", choices=["Optuna", "Rustuna"], default=[], help="leaves out slow ones")
    parser.add_argument("--program", default=".build/release/BenchmarkStudyOverhead")
    options = parser.parse_args()
    run = {
        "hpo": lambda path: with_hpo(options.program, options.trials, path),
        "Optuna": lambda path: with_optuna(options.trials, path),
        "Rustuna": lambda path: with_rustuna(options.trials, path),
    }
    run = {name: body for name, body in run.items() if name not in options.without}
    versions = f"Optuna {optuna.__version__}, Rustuna {importlib.metadata.version('rustuna')}"
    print(
        f"{options.trials} trials, {options.rounds} rounds, {versions}; "
        "milliseconds a trial, over the run | over its last tenth")
    for kind in options.kinds:
        times = {name: [] for name in run}
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", ".")) as folder:
                for name, body in run.items():
                    times[name].append(body(os.path.join(folder, f"{name}.db") if kind == "sqlite" else None))
            print("  " + kind, *(f"{n} {t[-1][0]:.3f} | {t[-1][1]:.3f}" for n, t in times.items()), sep="   ", flush=True)
        for peer in [name for name in run if name != "hpo"]:
            whole, late = (statistics.median(p[k] / o[k] for p, o in zip(times[peer], times["hpo"])) for k in (0, 1))
            print(f"{kind}: {peer} / hpo, median of ratios: {whole:.1f} | {late:.1f}", flush=True)


if __name__ == "__main__":
    main()
