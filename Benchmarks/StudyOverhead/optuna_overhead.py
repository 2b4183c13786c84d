"""Milliseconds that Optuna itself takes for a trial: eight mixed parameters, TPE, an objective of no cost.

The same study as StudyOverhead.swift. Prints one line of JSON for each storage:

    python optuna_overhead.py [--trials 1000] [--seed 1] [--multivariate] [--storages sqlite memory]
"""

import argparse
import json
import math
import os
import tempfile
import time
import warnings

import optuna


def objective(trial):
    x = trial.suggest_float("x", -5, 5)
    y = trial.suggest_float("y", -5, 5)
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    step = trial.suggest_float("step", 0, 1, step=0.1)
    units = trial.suggest_int("units", 1, 1024, log=True)
    layers = trial.suggest_int("layers", 1, 8)
    activation = trial.suggest_categorical("activation", ["relu", "tanh", "sigmoid"])
    optimizer = trial.suggest_categorical("optimizer", ["sgd", "adam"])
    return (
        x * x + y * y + abs(math.log10(rate) + 3) + step + units / 1024 + layers / 8
        + (activation != "relu") + (optimizer != "adam")
    )


def milliseconds(storage, trials, seed, multivariate):
    sampler = optuna.samplers.TPESampler(seed=seed, multivariate=multivariate)
    study = optuna.create_study(storage=storage, sampler=sampler)
    start = time.perf_counter()
    study.optimize(objective, n_trials=trials)
    return (time.perf_counter() - start) / trials * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--multivariate", action="store_true")
    parser.add_argument("--storages", nargs="+", choices=["sqlite", "memory"], default=["sqlite", "memory"])
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    for name in arguments.storages:
        # On the disk of the working directory, where the other programs keep their files as well.
        with tempfile.TemporaryDirectory(dir=".") as folder:
            storage = f"sqlite:///{os.path.join(folder, 'optuna.db')}" if name == "sqlite" else None
            taken = milliseconds(storage, arguments.trials, arguments.seed, arguments.multivariate)
        print(
            json.dumps(
                {
                    "program": f"Optuna {optuna.__version__}",
                    "storage": name,
                    "multivariate": arguments.multivariate,
                    "trials": arguments.trials,
                    "ms_per_trial": round(taken, 4),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
