#!/usr/bin/env python3
"""Seconds and memory of commands on a study of many trials, the bytes a trial takes, and going on with the study.

One file is made by hpo, one by Optuna, where the Python that runs this has it; both are filled as the program fills its
own. A third has only whole numbers as parameters, which trials can have in common. Nobody has kept a history of any, so
that the first opening has to find what it needs.

Build first: swift build -c release --product hpo --product BenchmarkStudyOverhead
Run: python3 Benchmarks/ManyTrials/run.py [--trials 1000000] [--programs .build/release]
"""

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

SPACE = {
    "x": ("FloatDistribution", {"step": None, "low": -5.0, "high": 5.0, "log": False}),
    "y": ("FloatDistribution", {"step": None, "low": -5.0, "high": 5.0, "log": False}),
    "rate": ("FloatDistribution", {"step": None, "low": 1e-05, "high": 1.0, "log": True}),
    "step": ("FloatDistribution", {"step": 0.1, "low": 0.0, "high": 1.0, "log": False}),
    "units": ("IntDistribution", {"log": True, "step": 1, "low": 1, "high": 1024}),
    "layers": ("IntDistribution", {"log": False, "step": 1, "low": 1, "high": 8}),
    "activation": ("CategoricalDistribution", {"choices": ["relu", "tanh", "sigmoid"]}),
    "optimizer": ("CategoricalDistribution", {"choices": ["sgd", "adam"]}),
}
WHOLE_NUMBERS = {
    name: ("IntDistribution", {"log": False, "step": 1, "low": 0, "high": 9999}) for name in ["a", "b", "c"]
}
TIME = "2026-01-01 00:00:00.000000"


def objective(p):
    if "a" in p:
        return sum((p[name] / 9999 - 0.4) ** 2 for name in WHOLE_NUMBERS)
    return (p["x"] + 1) ** 2 + (p["y"] + 1) ** 2 + p["step"] + p["layers"] / 8


def draw(space, rng, spread):
    """A point of a space, near one place of it with a small spread."""
    point = {}
    for name, (kind, a) in space.items():
        share = 0.4 + (rng.random() - 0.4) * (1 if rng.random() < 0.1 else spread)
        if kind == "CategoricalDistribution":
            value = min(int(share * len(a["choices"])), len(a["choices"]) - 1)
        elif a["log"]:
            value = a["low"] * (a["high"] / a["low"]) ** share
        else:
            value = a["low"] + share * (a["high"] - a["low"])
        if kind == "IntDistribution":
            value = round(value)
        elif a.get("step"):
            value = round(round(value / a["step"]) * a["step"], 10)
        point[name] = float(value)
    return point


def fill(path, count, space=SPACE):
    rng = random.Random(1)
    distributions = {
        name: json.dumps({"name": kind, "attributes": attributes}) for name, (kind, attributes) in space.items()
    }
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = OFF")
    study = database.execute("SELECT study_id FROM studies").fetchone()[0]
    for first in range(0, count, 50_000):
        numbers = range(first, min(first + 50_000, count))
        points = [draw(space, rng, max(0.05, 1 - 2 * number / count)) for number in numbers]
        database.executemany(
            "INSERT INTO trials VALUES (?, ?, ?, 'COMPLETE', ?, ?)", ((n + 1, n, study, TIME, TIME) for n in numbers))
        database.executemany(
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (?, ?, ?, ?)",
            ((n + 1, name, value, distributions[name]) for n, p in zip(numbers, points) for name, value in p.items()))
        database.executemany(
            "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, 0, ?, 'FINITE')",
            ((n + 1, objective(p)) for n, p in zip(numbers, points)))
        database.commit()
    database.close()
    # Or the first program that waits for the disk would wait for the whole file.
    os.sync()


# Runs a command in a process of its own, since a child's peak memory is at first that of the process that starts it.
LAUNCHER = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
result = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([result.returncode, seconds, peak, result.stdout]))
"""


def measured(name, *command):
    launched = subprocess.run([sys.executable, "-c", LAUNCHER, *command], stdout=subprocess.PIPE, text=True, check=True)
    status, seconds, peak, output = json.loads(launched.stdout)
    assert status == 0, output
    print(f"  {name:32} {seconds:8.3f} s {peak / 1024:8.0f} MB", flush=True)
    return output


def measure(hpo, engine, path, count):
    listing = ["--study", "overhead", "--storage", path]
    for name, words in {
        "best": ["best"], "trials --limit 20": ["trials", "--limit", "20"],
        "trials --sort value --limit 20": ["trials", "--sort", "value", "--limit", "20"],
        "study show": ["study", "show"],
    }.items():
        measured(name, hpo, *words, *listing)
    measured("study list", hpo, "study", "list", "--storage", path)
    for name in ["the first opening, 50 trials", "going on, 50 trials", "going on, 50 trials"]:
        count += 50
        output = json.loads(measured(name, engine, str(count), path))
        print(f"    first suggestion after {output['ms_until_first']:.0f} ms, then {output['ms_per_trial']:.2f} ms a trial")
    measured("best, again", hpo, "best", *listing)


def measure_whole_numbers(hpo, path, count):
    study = ["--study", "whole", "--storage", path]
    space = [word for name in WHOLE_NUMBERS for word in ("--int", f"{name}=0..9999")]
    for name in ["the first ask", "ask", "ask"]:
        measured(name, hpo, "ask", *study, *space)
        measured("tell", hpo, "tell", *study, "--trial", str(count), "--value", "1")
        count += 1


def create(hpo, path, study):
    subprocess.run([hpo, "study", "create", "--study", study, "--storage", path], check=True, capture_output=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--programs", default=".build/release", help="the folder of the built programs")
    options = parser.parse_args()
    count = options.trials
    hpo, engine = (os.path.join(options.programs, name) for name in ("hpo", "BenchmarkStudyOverhead"))
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", ".")) as folder:
        path = os.path.join(folder, "many.db")
        create(hpo, path, "overhead")
        fill(path, count)
        print(f"a file of hpo's: {count} trials, {os.path.getsize(path) / count:.0f} bytes a trial")
        measure(hpo, engine, path, count)
        os.remove(path)
        create(hpo, path, "whole")
        fill(path, count, WHOLE_NUMBERS)
        print(f"of three whole numbers: {count} trials, {os.path.getsize(path) / count:.0f} bytes a trial")
        measure_whole_numbers(hpo, path, count)
        os.remove(path)
        try:
            import optuna
        except ImportError:
            return print("no file of Optuna's, since this Python lacks it")
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        optuna.create_study(study_name="overhead", storage=f"sqlite:///{path}")
        fill(path, count)
        print(f"a file of Optuna's: {count} trials, {os.path.getsize(path) / count:.0f} bytes a trial")
        measure(hpo, engine, path, count)


if __name__ == "__main__":
    main()
