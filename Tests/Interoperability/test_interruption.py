"""What Optuna and hpo know of each other's running and interrupted trials."""

import signal
import subprocess
import time

import optuna
from optuna.trial import TrialState


def start_long_trial(hpo):
    """An `hpo` in the middle of a trial that would take minutes; returns it once it has reported."""
    path = hpo.configuration("s", 3)
    path.write_text(path.read_text().replace("epochs: 2", "epochs: 100000"))
    hpo.run("study", "create", "--study", "s", "--config", path)
    process = subprocess.Popen(
        hpo.command("optimize", "--study", "s", "--pruner", "none"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True)
    while not hpo.rows("SELECT 1 FROM trial_intermediate_values"):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    return process


def test_optuna_takes_up_a_trial_that_hpo_interrupted(hpo):
    process = start_long_trial(hpo)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert hpo.rows("SELECT count(*) FROM hpo_checkpoints") == [(1,)]
    study = optuna.load_study(study_name="s", storage=hpo.url, sampler=optuna.samplers.RandomSampler(seed=1))
    waiting = study.trials[0]
    assert waiting.state == TrialState.WAITING and len(waiting.params) >= 5 and waiting.intermediate_values

    def objective(trial):
        assert trial.number == 0
        rate = trial.suggest_float("learningRate", 1e-4, 1e-1, log=True)
        batch = trial.suggest_categorical("batchSize", [32, 64])
        assert (rate, batch) == (waiting.params["learningRate"], waiting.params["batchSize"])
        return 0.5

    study.optimize(objective, n_trials=1)
    assert study.trials[0].state == TrialState.COMPLETE and study.trials[0].params == waiting.params
    assert hpo.rows("SELECT count(*) FROM hpo_checkpoints") == [(0,)]
    hpo.check_integrity()


def test_optuna_sees_the_heartbeats_of_hpo(hpo):
    process = start_long_trial(hpo)
    storage = optuna.storages.RDBStorage(hpo.url, heartbeat_interval=60, grace_period=120)
    study = optuna.load_study(study_name="s", storage=storage)
    # The first heartbeat of a trial comes 15 seconds after its start.
    deadline = time.monotonic() + 60
    while hpo.rows("SELECT count(*) FROM trial_heartbeats") == [(0,)] and time.monotonic() < deadline:
        time.sleep(0.5)
    assert hpo.rows("SELECT count(*) FROM trial_heartbeats") == [(1,)]
    assert storage._get_stale_trial_ids(study._study_id) == []
    process.kill()
    process.communicate()
    with storage.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE trial_heartbeats SET heartbeat = datetime('now', '-10 minutes')")
    assert storage._get_stale_trial_ids(study._study_id) == [study.trials[0]._trial_id]
    # What Optuna does with it as it goes on: the trial fails, and hpo has lost it.
    study.optimize(lambda trial: 0.5, n_trials=1)
    assert study.trials[0].state == TrialState.FAIL
    assert hpo.json("trials", "--study", "s", "--state", "failed")[0]["number"] == 0
