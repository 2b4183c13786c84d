"""A file that hpo made is opened, shown and continued by Optuna, and continued by hpo again."""

import io
import json
import subprocess
import time
import warnings

import optuna
import pytest
from optuna.trial import TrialState


def objective(trial):
    rate = trial.suggest_float("learningRate", 1e-4, 1e-1, log=True)
    trial.suggest_categorical("batchSize", [32, 64])
    depth = trial.suggest_int("depth", 1, 3)
    for layer in range(depth):
        trial.suggest_int(f"units{layer}", 8, 32, log=True)
    trial.suggest_float("dropout", 0.0, 0.5)
    trial.report(rate, 1)
    return 0.5 + rate


def numbers(trials):
    return [trial.number for trial in trials]


def test_optuna_continues_and_hpo_continues_again(hpo):
    hpo.run("optimize", "--config", hpo.configuration("s", 6))
    hpo.check_integrity()

    study = optuna.load_study(study_name="s", storage=hpo.url)
    assert numbers(study.trials) == list(range(6))
    assert study.direction == optuna.study.StudyDirection.MAXIMIZE
    finished = [trial for trial in study.trials if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    assert len(finished) == 6
    for trial in study.trials:
        depth = trial.params["depth"]
        assert set(trial.params) == {"learningRate", "batchSize", "depth", "dropout"} | {
            f"units{layer}" for layer in range(depth)
        }
        assert trial.params["batchSize"] in (32, 64) and isinstance(trial.params["batchSize"], int)
        assert trial.intermediate_values and trial.datetime_complete >= trial.datetime_start
    assert 0 < study.best_value <= 1
    study.sampler = optuna.samplers.TPESampler(seed=1, n_startup_trials=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error", optuna.exceptions.ExperimentalWarning)
        study.optimize(objective, n_trials=10)
    study.enqueue_trial({"depth": 1, "units0": 16, "batchSize": 64})
    study._storage.remove_session()

    listed = hpo.json("trials", "--study", "s")
    assert len(listed) == 17
    hpo.run("optimize", "--study", "s", "--trials", 20)
    hpo.check_integrity()
    study = optuna.load_study(study_name="s", storage=hpo.url)
    assert numbers(study.trials) == list(range(20))
    assert all(trial.state.is_finished() for trial in study.trials)
    assert study.trials[16].params["units0"] == 16 and study.trials[16].params["batchSize"] == 64
    best = hpo.json("best", "--study", "s")
    assert json.dumps(best).find(repr(study.best_value)) >= 0


# Costs that are known before the training beside the metric, which is reported and pruned by.
ARCHITECTURES = """\
study: costs
objective: {data: digits, epochs: 3, metric: accuracy, learningRate: 0.01, batchSize: 64}
architecture: {space: cnn, depth: 1..2, channels: [4, 8, 12], kernel: 3, minimize: [flash]}
sampler: {name: nsga2, population: 6, seed: 1}
pruner: {name: median, startupTrials: 4}
"""


def test_pruned_trials_of_several_objectives(hpo):
    configuration = hpo.folder / "costs.yaml"
    configuration.write_text(ARCHITECTURES)
    hpo.run("nas", "search", "--config", configuration, "--trials", 24)
    hpo.check_integrity()
    study = optuna.load_study(study_name="costs", storage=hpo.url, sampler=optuna.samplers.NSGAIISampler(seed=1))
    pruned = [trial for trial in study.trials if trial.state == TrialState.PRUNED]
    assert pruned and len(study.trials) == 24
    assert all(trial.values is None and trial.intermediate_values for trial in pruned)
    best = study.best_trials
    assert best and all(trial.state == TrialState.COMPLETE and len(trial.values) == 2 for trial in best)
    assert sorted(numbers(best)) == sorted(row["number"] for row in hpo.json("best", "--study", "costs"))

    def objective(trial):
        trial.suggest_categorical("anything", [1, 2])
        return 0.5, 1e6

    study.optimize(objective, n_trials=4)
    # What Optuna's TPE ranks pruned trials by is the direction of the only objective.
    study.sampler = optuna.samplers.TPESampler(seed=1)
    with pytest.raises(RuntimeError, match="single direction"):
        study.optimize(objective, n_trials=1)
    study._storage.remove_session()
    hpo.run("nas", "search", "--study", "costs", "--trials", 32)
    hpo.check_integrity()
    study = optuna.load_study(study_name="costs", storage=hpo.url)
    assert len(study.trials) >= 32


def test_dashboard_answers_with_the_trials(hpo):
    dashboard = pytest.importorskip("optuna_dashboard", reason="optuna-dashboard is not installed")
    hpo.run("optimize", "--config", hpo.configuration("s", 4))
    app = dashboard.wsgi(hpo.url)

    def get(path):
        answer = {}
        environment = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "localhost", "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }
        body = b"".join(app(environment, lambda status, headers, *_: answer.update(status=status)))
        assert answer["status"].startswith("200"), f"{path}: {answer['status']} {body[:500]}"
        return body

    assert get("/dashboard")
    studies = json.loads(get("/api/studies"))
    assert [study["study_name"] for study in studies["study_summaries"]] == ["s"]
    identifier = studies["study_summaries"][0]["study_id"]
    detail = json.loads(get(f"/api/studies/{identifier}"))
    assert [trial["number"] for trial in detail["trials"]] == [0, 1, 2, 3]
    assert all(trial["params"] and trial["values"] for trial in detail["trials"] if trial["state"] == "Complete")


def test_optuna_reads_and_writes_while_hpo_does(hpo):
    configuration = hpo.configuration("s", 30)
    hpo.run("study", "create", "--study", "s", "--config", configuration, "--direction", "maximize")
    writer = subprocess.Popen(
        hpo.command("optimize", "--config", configuration), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    reader = optuna.load_study(study_name="s", storage=hpo.url, sampler=optuna.samplers.RandomSampler(seed=1))
    told = 0
    seen = 0
    while writer.poll() is None:
        trials = reader._storage.get_all_trials(reader._study_id, deepcopy=False)
        assert numbers(trials) == list(range(len(trials)))
        assert len(trials) >= seen
        seen = len(trials)
        if told < 5:
            reader.tell(reader.ask(), told / 10)
            told += 1
        time.sleep(0.02)
    assert writer.returncode == 0, writer.stderr.read()
    trials = reader.trials
    assert numbers(trials) == list(range(len(trials))) and len(trials) >= 30
    assert all(trial.state.is_finished() for trial in trials)
    assert hpo.rows("PRAGMA integrity_check") == [("ok",)]
