"""A study that hpo exports, as Optuna and optuna-dashboard read it, and trials that hpo excluded and repeated."""

import json
import sqlite3

import optuna
import pytest


@pytest.fixture
def searched(hpo):
    hpo.run("optimize", "--config", hpo.configuration("s", 8))
    hpo.run("trial", "exclude", "2", "--reason", "wrong")
    hpo.run("trial", "annotate", "3", "look here")
    hpo.run("trial", "requeue", "4")
    return hpo


def export(hpo):
    path = hpo.folder / "export.db"
    hpo.run("study", "export", "--study", "s", "--format", "optuna", "--output", path)
    return path


def test_optuna_reads_and_continues_an_export(searched):
    path = export(searched)
    # What a browser and an editor need: a rollback journal, the two tables they look for, and no other file.
    assert path.read_bytes()[18:20] == b"\x01\x01"
    assert not path.with_name("export.db-wal").exists()
    with sqlite3.connect(path) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"studies", "alembic_version"} <= tables
    assert not [name for name in tables if name.startswith("hpo")]

    study = optuna.load_study(study_name="s", storage=f"sqlite:///{path}")
    theirs = study.trials
    ours = [t for t in searched.json("trials", "--study", "s") if t.get("excluded") is None]
    assert [t.number for t in theirs] == list(range(len(ours)))
    assert [t.state.name for t in theirs] == [t["state"] for t in ours]
    for their, our in zip(theirs, ours):
        assert their.params == (our["params"] if our["state"] != "WAITING" else {})
        assert their.system_attrs["hpo:source"]["number"] == our["number"]
    best = searched.json("best", "--study", "s")
    assert study.best_trial.params == best["params"]

    def objective(trial):
        trial.suggest_float("learningRate", 1e-4, 1e-1, log=True)
        return 0.5

    study.optimize(objective, n_trials=2)
    assert len(study.trials) == len(ours) + 1, "the waiting trial was taken up first"
    assert study.trials[len(ours) - 1].state.name == "COMPLETE"


def test_optuna_loads_a_repaired_file(searched):
    with sqlite3.connect(searched.database) as connection:
        connection.execute("UPDATE trials SET state = 'complete' WHERE number = 0")
        connection.execute("UPDATE trials SET number = NULL WHERE number = 5")
        connection.execute("UPDATE trial_user_attributes SET value_json = 'oops' WHERE trial_id = 1")
        connection.execute("UPDATE trial_values SET value = NULL WHERE trial_id = 2")
        connection.execute("UPDATE trial_params SET param_value = 99 WHERE param_name = 'batchSize' AND trial_id = 4")
    connection.close()
    with pytest.raises(Exception):
        optuna.load_study(study_name="s", storage=searched.url).trials
    searched.run("doctor", "--repair")
    study = optuna.load_study(study_name="s", storage=searched.url)
    assert [t.number for t in study.trials] == list(range(9))
    assert study.trials[0].user_attrs
    assert "damaged parameter batchSize" in study.trials[3].user_attrs
    assert study.best_trial.value is not None


def test_a_note_is_shown_by_the_dashboard(searched):
    note = pytest.importorskip("optuna_dashboard._note")
    study = optuna.load_study(study_name="s", storage=searched.url)
    attributes = study._storage.get_study_system_attrs(study._study_id)
    shown = note.get_note_from_system_attrs(attributes, study.trials[3]._trial_id)
    assert shown["body"] == "look here"
    assert json.dumps(shown)
