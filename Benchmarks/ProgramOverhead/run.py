#!/usr/bin/env python3
"""Times a trial whose objective is a program, without the program's own work: hpo's commands and workers, and Optuna
starting the same command with subprocess.run.

Build first: make build
Run with a Python that has optuna: python Benchmarks/ProgramOverhead/run.py [--program .build/release/hpo] [--rounds 5]

Prints the milliseconds a trial, the median of some runs, and the ratios.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

COMMAND = """echo '{"value": 0.5}'"""
WORKER = """
while read -r line; do
  case $line in *'"stop"'*) exit ;; *) echo '{"type": "result", "value": 0.5}' ;; esac
done
"""
TRIALS = 300


def hpo(binary, folder, script, *options):
    name = f"study{time.monotonic_ns()}"
    arguments = ["optimize", "--study", name, "--trials", str(TRIALS), "--sampler", "random", "--float", "x=0..1"]
    started = time.perf_counter()
    subprocess.run(
        [binary, *arguments, *options, "--", "/bin/sh", "-c", script], cwd=folder, check=True, capture_output=True
    )
    return (time.perf_counter() - started) / TRIALS * 1e3


def optuna_command(folder):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = f"sqlite:///{folder}/optuna{time.monotonic_ns()}.db"
    study = optuna.create_study(storage=storage, sampler=optuna.samplers.RandomSampler())

    def objective(trial):
        trial.suggest_float("x", 0, 1)
        output = subprocess.run(["/bin/sh", "-c", COMMAND], check=True, capture_output=True, text=True).stdout
        return json.loads(output)["value"]

    started = time.perf_counter()
    study.optimize(objective, n_trials=TRIALS)
    return (time.perf_counter() - started) / TRIALS * 1e3


def bare_command():
    started = time.perf_counter()
    for _ in range(TRIALS):
        subprocess.run(["/bin/sh", "-c", COMMAND], check=True, capture_output=True)
    return (time.perf_counter() - started) / TRIALS * 1e3


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=".build/release/hpo")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    binary = str(pathlib.Path(options.program).resolve())
    times = {"hpo, command": [], "hpo, worker": [], "Optuna, command": [], "the command alone, by Python": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            times["hpo, command"].append(hpo(binary, folder, COMMAND))
            times["hpo, worker"].append(hpo(binary, folder, WORKER, "--worker"))
            times["Optuna, command"].append(optuna_command(folder))
            times["the command alone, by Python"].append(bare_command())
    for name, values in times.items():
        print(f"{name:30} {statistics.median(values):8.3f} ms a trial")
    for name in ["hpo, command", "hpo, worker"]:
        ratios = [peer / own for peer, own in zip(times["Optuna, command"], times[name])]
        print(f"Optuna / {name}: {statistics.median(ratios):.1f}")


if __name__ == "__main__":
    main()
