"""Processes of hpo that write without a pause, and Optuna that writes to the same file with its default patience.

    python Benchmarks/SharedFile/run.py --processes 4 --seconds 30

Prints what each side got done, how long Optuna's operations took, and how many of them met "database is locked". Needs
Optuna, and `swift build -c release --product StorageWorker` before.
"""

import argparse
import os
import pathlib
import sqlite3
import subprocess
import tempfile
import time

import optuna

ROOT = pathlib.Path(__file__).resolve().parents[2]


def optuna_trials(url, seconds):
    """Runs trials of Optuna's until the time is over; the seconds of each operation, and the errors."""
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    storage = optuna.storages.RDBStorage(url)
    study = optuna.create_study(study_name="optuna", storage=storage, sampler=optuna.samplers.RandomSampler())
    durations, errors, trials = [], 0, 0
    end = time.monotonic() + seconds

    def timed(operation):
        nonlocal errors
        start = time.monotonic()
        try:
            return operation()
        except optuna.exceptions.StorageInternalError:
            errors += 1
            return None
        finally:
            durations.append(time.monotonic() - start)

    while time.monotonic() < end:
        trial = timed(study.ask)
        if trial is None:
            continue
        x = timed(lambda: trial.suggest_float("x", 0, 1))
        for step in range(3):
            timed(lambda: trial.report(step, step))
        timed(lambda: study.tell(trial, x or 0.0))
        trials += 1
    storage.engine.dispose()
    return durations, errors, trials


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=4, help="how many processes of hpo write")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--folder", help="where the file is to lie; the disk matters")
    arguments = parser.parse_args()
    worker = os.environ.get("STORAGE_WORKER", str(ROOT / ".build" / "release" / "StorageWorker"))
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        path = f"{folder}/shared.db"
        subprocess.run([worker, path, "run", "1"], check=True, capture_output=True)
        start = time.monotonic()
        workers = [
            subprocess.Popen([worker, path, "run", "1000000000"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for _ in range(arguments.processes)]
        try:
            durations, errors, trials = optuna_trials(f"sqlite:///{path}", arguments.seconds)
            seconds = time.monotonic() - start
            ended = [process.stderr.read() for process in workers if process.poll() is not None]
        finally:
            for process in workers:
                process.kill()
                process.wait()
        connection = sqlite3.connect(path)
        (finished,) = connection.execute(
            "SELECT count(*) FROM trials JOIN studies USING (study_id) "
            "WHERE study_name = 'shared' AND state IN ('COMPLETE', 'PRUNED')").fetchone()
        connection.close()
    durations.sort()
    print(f"hpo, {arguments.processes} processes: {finished / seconds:.0f} trials/s, {len(ended)} ended with an error")
    print(f"Optuna: {trials / seconds:.1f} trials/s, {len(durations)} operations, {errors} met a locked database")
    print(f"  an operation took {durations[len(durations) // 2] * 1000:.1f} ms (median), "
          f"{durations[int(len(durations) * 0.99)] * 1000:.0f} ms (99 %), {durations[-1] * 1000:.0f} ms (at most)")


if __name__ == "__main__":
    main()
