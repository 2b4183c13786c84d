"""What the checks against Optuna and optuna-dashboard share.

They run the built `hpo`: the environment's HPO, else `.build/release/hpo`. Type `Tests/Interoperability/run`.
"""

import json
import os
import pathlib
import sqlite3
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "StorageTests" / "Fixtures"))

pytest.importorskip("optuna", reason="Optuna is not installed: pip install optuna==5.0.0 optuna-dashboard")
pytest.register_assert_rewrite("optuna.testing.pytest_storages")

# Two epochs of a small network: what is checked is the file, not the search.
CONFIGURATION = """\
study: {study}
direction: maximize
objective: {{data: digits, network: mlp, epochs: 2, metric: accuracy}}
space:
  learningRate: {{float: 1e-4..1e-1, log: true}}
  batchSize: {{choice: [32, 64]}}
  depth: {{int: 1..3}}
  units: {{int: 8..32, log: true, repeat: depth}}
  dropout: {{float: 0..0.5}}
sampler: {{name: tpe, seed: 3}}
trials: {trials}
"""


class Hpo:
    """The built program, on one study database."""

    def __init__(self, folder):
        self.folder = folder
        self.database = folder / "study.db"
        self.program = os.environ.get("HPO", str(ROOT / ".build" / "release" / "hpo"))

    @property
    def url(self):
        return f"sqlite:///{self.database}"

    def command(self, *arguments):
        return [self.program, *map(str, arguments), "--storage", self.url]

    def run(self, *arguments):
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "--format", "json"))

    def configuration(self, study, trials):
        path = self.folder / "study.yaml"
        path.write_text(CONFIGURATION.format(study=json.dumps(study), trials=trials))
        return path

    def rows(self, sql):
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def check_integrity(self):
        assert self.rows("PRAGMA integrity_check") == [("ok",)]
        # A rollback journal, so that the dashboards in a browser and an editor can open the file.
        assert self.database.read_bytes()[18:20] == b"\x01\x01"


@pytest.fixture
def hpo(tmp_path):
    hpo = Hpo(tmp_path)
    if not os.access(hpo.program, os.X_OK):
        pytest.skip(f"{hpo.program} is not built: swift build -c release --product hpo")
    return hpo


@pytest.fixture(autouse=True)
def quiet():
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
