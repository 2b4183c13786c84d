"""Optuna's own tests of a storage, on a file that `hpo storage init` made, at rest and while `hpo` writes to it."""

import functools
import inspect
import signal
import subprocess

import optuna
import pytest
from optuna.study import StudyDirection
from optuna.testing.pytest_storages import StorageTestCase

LIVE = "live"


class SharedStorage(optuna.storages.RDBStorage):
    """Optuna's storage without the study that `hpo` is busy with: its tests count studies, and take it that no trial has
    the identifier after their own."""

    def get_all_studies(self):
        return [study for study in super().get_all_studies() if study.study_name != LIVE]

    def check_visible(self, trial_id):
        with self.engine.connect() as connection:
            row = connection.exec_driver_sql(
                "SELECT 1 FROM trials JOIN studies USING (study_id) WHERE study_name = ? AND trial_id = ?",
                (LIVE, trial_id)).first()
        if row is not None:
            raise KeyError(f"trial {trial_id} is hidden")


def hide_live_trials(name, method):
    @functools.wraps(method)
    def checked(self, trial_id, *arguments, **options):
        self.check_visible(trial_id)
        return method(self, trial_id, *arguments, **options)

    setattr(SharedStorage, name, checked)


for name, method in inspect.getmembers(optuna.storages.RDBStorage, inspect.isfunction):
    if not name.startswith("_") and list(inspect.signature(method).parameters)[1:2] == ["trial_id"]:
        hide_live_trials(name, method)


@pytest.fixture(params=["plain", "cached", "live", "live cached"])
def storage(request, hpo):
    hpo.run("storage", "init")
    writer = None
    if request.param.startswith("live"):
        # Some hundred trials a second, without an end.
        configuration = hpo.configuration(LIVE, 1_000_000)
        hpo.run("study", "create", "--study", LIVE, "--config", configuration)
        writer = subprocess.Popen(
            hpo.command("optimize", "--study", LIVE, "--jobs", "2"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)
    storage = SharedStorage(hpo.url)
    yield optuna.storages._CachedStorage(storage) if request.param.endswith("cached") else storage
    storage.engine.dispose()
    if writer:
        # It has to be at work, and to stay so.
        while not hpo.rows(
                "SELECT 1 FROM trials t JOIN studies s USING (study_id) "
                "WHERE study_name = 'live' AND state = 'COMPLETE' LIMIT 1"):
            assert writer.poll() is None
        assert writer.poll() is None, writer.stderr.read()
        writer.send_signal(signal.SIGINT)
        _, errors = writer.communicate(timeout=60)
        assert writer.returncode == 130, errors
        assert "locked" not in errors and "busy" not in errors
        states = dict(
            hpo.rows(
                "SELECT state, count(*) FROM trials t JOIN studies s USING (study_id) WHERE study_name = 'live' "
                "GROUP BY 1"))
        assert "RUNNING" not in states and "FAIL" not in states and states["COMPLETE"] > 0
        # Whether the file is left with a rollback journal depends on who closed it last.
        assert hpo.rows("PRAGMA integrity_check") == [("ok",)]
    else:
        hpo.check_integrity()


class TestStorageMadeByHpo(StorageTestCase):
    def test_study_identifiers_are_not_reused(self, storage):
        first = storage.create_new_study([StudyDirection.MINIMIZE])
        second = storage.create_new_study([StudyDirection.MINIMIZE])
        storage.delete_study(second)
        assert storage.create_new_study([StudyDirection.MINIMIZE]) not in (first, second)

    def test_trial_identifiers_are_not_reused(self, storage):
        kept = storage.create_new_study([StudyDirection.MINIMIZE])
        study = storage.create_new_study([StudyDirection.MINIMIZE])
        trial = storage.create_new_trial(study)
        storage.delete_study(study)
        assert storage.create_new_trial(kept) > trial
