"""Optuna's own tests of a storage, on a file that `hpo storage init` made."""

import optuna
import pytest
from optuna.study import StudyDirection
from optuna.testing.pytest_storages import StorageTestCase


@pytest.fixture(params=["plain", "cached"])
def storage(request, hpo):
    hpo.run("storage", "init")
    storage = optuna.storages.RDBStorage(hpo.url)
    yield optuna.storages._CachedStorage(storage) if request.param == "cached" else storage
    storage.engine.dispose()
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
