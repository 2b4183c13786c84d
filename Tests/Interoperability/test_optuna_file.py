"""A file that Optuna made, with every kind of row, is listed, queried and continued by hpo."""

import json
import math

import optuna
import pytest
from generate_optuna_file import fill
from optuna.trial import TrialState

STUDY = "every kind of row"


@pytest.fixture
def optuna_file(hpo):
    with pytest.warns():
        fill(str(hpo.database))
    return hpo


def test_hpo_lists_and_queries(optuna_file):
    hpo = optuna_file
    before = hpo.database.read_bytes()
    assert [study["name"] for study in hpo.json("study", "list")] == [STUDY, "several objectives", "empty"]
    trials = hpo.json("trials", "--study", STUDY)
    expected = optuna.load_study(study_name=STUDY, storage=hpo.url).trials
    assert [trial["number"] for trial in trials] == list(range(len(expected)))
    for trial, other in zip(trials, expected):
        assert trial["state"].upper() == other.state.name
    assert len(hpo.json("trials", "--study", "several objectives")) == 3
    assert hpo.json("trials", "--study", "empty") == []
    # The best by Optuna's own rule: feasible, and not the infinite one.
    hpo.run("best", "--study", STUDY)
    hpo.run("best", "--study", "several objectives")
    for study in (STUDY, "several objectives", "empty"):
        hpo.run("study", "show", "--study", study)
        hpo.run("trials", "--study", study, "--format", "csv")
    counted = hpo.json("query", "SELECT state, count(*) AS trials FROM trials WHERE study_id = 1 GROUP BY state")
    states = [trial.state.name for trial in expected]
    assert {row["state"]: row["trials"] for row in counted} == {state: states.count(state) for state in states}
    assert hpo.database.read_bytes() == before


def test_hpo_continues(optuna_file):
    hpo = optuna_file
    before = optuna.load_study(study_name=STUDY, storage=hpo.url).trials
    waiting = [trial.number for trial in before if trial.state == TrialState.WAITING]
    running = [trial.number for trial in before if trial.state == TrialState.RUNNING]
    assert waiting and running
    total = len(before) + 4
    hpo.run("optimize", "--config", hpo.configuration(STUDY, total), "--trials", total)

    study = optuna.load_study(study_name=STUDY, storage=hpo.url)
    after = study.trials
    assert [trial.number for trial in after] == list(range(total))

    def same(a, b):
        return a == b or (math.isnan(a) and math.isnan(b))

    for old, new in zip(before, after):
        if old.state.is_finished() or old.number in running:
            assert (old.state, old.params, old.values) == (new.state, new.params, new.values)
            assert old.distributions == new.distributions and list(old.params) == list(new.params)
            assert all(same(value, new.intermediate_values[step]) for step, value in old.intermediate_values.items())
            assert json.dumps(old.user_attrs, sort_keys=True) == json.dumps(new.user_attrs, sort_keys=True)
    assert after[waiting[0]].state in (TrialState.COMPLETE, TrialState.PRUNED)
    assert after[waiting[0]].user_attrs == {"by": "hand"}
    assert all(trial.state.is_finished() for trial in after if trial.number not in running)

    # And Optuna goes on from there, without giving out an identifier twice.
    identifiers = {trial._trial_id for trial in after}
    study.optimize(lambda trial: trial.suggest_float("linear", 0, 1), n_trials=3)
    assert len({trial._trial_id for trial in study.trials} - identifiers) == 3
    hpo.run("trials", "--study", STUDY)
    hpo.check_integrity()


def test_identifiers_of_deleted_studies_do_not_come_back(optuna_file):
    hpo = optuna_file
    configuration = hpo.configuration("new", 1)
    hpo.run("optimize", "--config", configuration, "--study", "new", "--trials", 1)
    (study,), = hpo.rows("SELECT study_id FROM studies WHERE study_name = 'new'")
    (trial,), = hpo.rows(f"SELECT trial_id FROM trials WHERE study_id = {study}")
    # Deleted by Optuna, whose tables would give both out again.
    optuna.delete_study(study_name="new", storage=hpo.url)
    hpo.run("optimize", "--config", configuration, "--study", "new", "--trials", 1)
    (again,), = hpo.rows("SELECT study_id FROM studies WHERE study_name = 'new'")
    (trial_again,), = hpo.rows(f"SELECT trial_id FROM trials WHERE study_id = {again}")
    assert again > study and trial_again > trial
