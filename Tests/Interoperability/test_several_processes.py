"""Several processes of Optuna beside hpo on one file, as Optuna's own test_with_server.py has them on a server."""

import math
import pickle
import subprocess
import sys
import textwrap

import optuna
import pytest
from optuna.trial import TrialState

# A worker of Optuna's: takes up what waits, and reports as it goes.
WORKER = """
import sys
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial):
    x = trial.suggest_float("x", 0, 1)
    trial.suggest_categorical("kind", ["a", "b"])
    for step in range(3):
        trial.report(x + step, step)
        trial.should_prune()
    trial.set_user_attr("by", "optuna")
    return x


study = optuna.load_study(
    study_name="s", storage=sys.argv[1], sampler=optuna.samplers.TPESampler(), pruner=optuna.pruners.NopPruner())
study.optimize(objective, n_trials=int(sys.argv[2]))
"""

CREATOR = """
import sys
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
optuna.create_study(study_name="shared", storage=sys.argv[1], load_if_exists=True)
"""


def python(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)], stderr=subprocess.PIPE, text=True)


def succeed(*processes):
    for process in processes:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors


def program(hpo, script, *options, trials):
    return hpo.command(
        "optimize", "--study", "s", "--trials", trials, *options, "--float", "x=0..1", "--choice", "kind=a,b"
    ) + ["--", "sh", "-c", script]


def popen(command):
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_processes_of_both_share_a_study(hpo):
    hpo.run("study", "create", "--study", "s")
    for number in range(6):
        hpo.run("enqueue", "--study", "s", "--params", f'{{"x": {number / 8}, "kind": "a"}}')
    others = [python(WORKER, hpo.url, 8) for _ in range(3)]
    ours = [
        popen(program(hpo, 'echo \'{"step": 0, "value": {x}}\'; echo \'{"value": {x}}\'', "--jobs", 2, "--pruner", "none", trials=60))
        for _ in range(2)
    ]
    succeed(*others, *ours)
    study = optuna.load_study(study_name="s", storage=hpo.url)
    trials = study.trials
    assert [trial.number for trial in trials] == list(range(len(trials)))
    assert all(trial.state == TrialState.COMPLETE for trial in trials)
    by_optuna = [trial for trial in trials if trial.user_attrs.get("by") == "optuna"]
    assert len(by_optuna) == 24
    # hpo counts what the others finish as well, and starts none beyond its total; they may.
    assert 60 <= len(trials) <= 60 + 24
    waited = [trial for trial in trials if "fixed_params" in trial.system_attrs]
    assert sorted(trial.params["x"] for trial in waited) == [number / 8 for number in range(6)]
    assert all(trial.value == trial.params["x"] for trial in trials)
    hpo.check_integrity()


def test_a_study_is_created_once(hpo):
    hpo.run("storage", "init")
    creators = [python(CREATOR, hpo.url) for _ in range(4)]
    ours = [popen(hpo.command("study", "create", "--study", "shared", "--if-exists", "load")) for _ in range(3)]
    succeed(*creators, *ours)
    assert hpo.rows("SELECT study_name FROM studies") == [("shared",)]
    assert hpo.rows("SELECT count(*) FROM study_directions") == [(1,)]
    assert [study["name"] for study in hpo.json("study", "list")] == ["shared"]
    hpo.check_integrity()


def test_numbers_that_are_not_finite_pass_both_ways(hpo):
    hpo.run("study", "create", "--study", "s")
    study = optuna.load_study(study_name="s", storage=hpo.url)
    for value in (math.inf, -math.inf):
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        trial.report(math.nan, 0)
        trial.report(-value, 1)
        study.tell(trial, value)
    assert study.tell(study.ask(), math.nan, skip_if_finished=True).state == TrialState.FAIL
    listed = hpo.json("trials", "--study", "s")
    assert [trial["values"].get("value") for trial in listed] == ["Infinity", "-Infinity", None]
    shown = hpo.json("trials", "show", "0", "--study", "s")
    assert [report["value"] for report in shown["reports"]] == ["NaN", "-Infinity"]

    script = 'echo \'{"step": 0, "value": NaN}\'; echo \'{"step": 1, "value": -Infinity}\'; echo \'{"value": Infinity}\''
    done = popen(program(hpo, script, "--pruner", "none", trials=4))
    succeed(done)
    last = optuna.load_study(study_name="s", storage=hpo.url).trials[3]
    assert last.state == TrialState.COMPLETE and last.value == math.inf
    assert math.isnan(last.intermediate_values[0]) and last.intermediate_values[1] == -math.inf
    hpo.run("doctor")


def test_a_pickled_study_goes_on_while_hpo_writes(hpo):
    hpo.run("study", "create", "--study", "s")
    first = popen(program(hpo, "echo '{\"value\": {x}}'", trials=20))
    study = optuna.load_study(study_name="s", storage=hpo.url, sampler=optuna.samplers.RandomSampler())
    again = pickle.loads(pickle.dumps(study))
    for _ in range(5):
        trial = again.ask()
        again.tell(trial, trial.suggest_float("x", 0, 1))
        again = pickle.loads(pickle.dumps(again))
    succeed(first)
    assert [trial.number for trial in again.trials] == list(range(len(again.trials)))
    assert len(again.trials) == len(study.trials) >= 20
    assert hpo.rows("PRAGMA integrity_check") == [("ok",)]


def test_a_copy_and_a_merge_say_where_trials_come_from(hpo):
    hpo.run("study", "create", "--study", "s")
    succeed(popen(program(hpo, "echo '{\"value\": {x}}'", trials=5)))
    hpo.run("trial", "annotate", "3", "look here", "--study", "s")
    hpo.run("study", "copy", "--study", "s", "--to", "copy")
    hpo.run("study", "create", "--study", "other")
    hpo.run("study", "merge", "--study", "other", "--from", "s")
    for name in ("copy", "other"):
        study = optuna.load_study(study_name=name, storage=hpo.url)
        assert [trial.system_attrs["hpo:source"]["number"] for trial in study.trials] == list(range(5))
        identifier = study.trials[3]._trial_id
        attributes = study._storage.get_study_system_attrs(study._study_id)
        assert attributes[f"dashboard:{identifier}:note_str:0"] == "look here"
        assert attributes[f"dashboard:{identifier}:note_ver"] == 1
    assert study._storage.get_study_system_attrs(
        optuna.load_study(study_name="copy", storage=hpo.url)._study_id)["hpo:source"]["study"] == "s"


def test_the_files_of_finished_architectures_are_found_through_optuna(hpo):
    configuration = hpo.folder / "small.yaml"
    configuration.write_text(
        """\
study: small
objective: {data: digits, epochs: 1, metric: accuracy, learningRate: 0.01, batchSize: 64}
architecture: {space: cnn, depth: 1, channels: [4, 8], kernel: 3, limits: {flash: 4kB}}
sampler: {name: random, seed: 5}
pruner: none
""")
    hpo.run("nas", "search", "--config", configuration, "--trials", 3)
    output = hpo.folder / "done"
    hpo.run("nas", "finish", "--epochs", 1, "--seeds", 1, "--top", 1, "--output", output)
    study = optuna.load_study(study_name="small", storage=hpo.url)
    (key,) = [key for key in study.user_attrs if key.startswith("finished:trial ")]
    number = int(key.removeprefix("finished:trial "))
    assert study.trials[number].user_attrs["architecture"]
    assert study.best_trial.number == number
    files = study.user_attrs[key]["files"]
    assert files and all((hpo.folder / path).exists() for path in files.values())
    note = pytest.importorskip("optuna_dashboard._note", reason="optuna-dashboard is not installed")
    attributes = study._storage.get_study_system_attrs(study._study_id)
    assert note.get_note_from_system_attrs(attributes, study.best_trial._trial_id) is not None
