"""Makes a study database with Optuna that holds every kind of row, and what Optuna reads back from it.

Writes `optuna.sql`, the statements that make the file again, and `optuna.json`, the studies as text in which numbers
are Python's `repr`. Made with Optuna 5.0.0:

    python generate_optuna_file.py
"""

import json
import math
import os
import sqlite3
import tempfile
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution, distribution_to_json
from optuna.trial import TrialState, create_trial

FOLDER = os.path.dirname(os.path.abspath(__file__))

SPACE = {
    "linear": (FloatDistribution(0.0, 1.0), 0.1),
    "rate": (FloatDistribution(1e-5, 1e-1, log=True), 0.00034567890123456785),
    "stepped": (FloatDistribution(0.0, 1.0, step=0.25), 0.75),
    "wide": (FloatDistribution(-1e300, 1e300), -123456789012345680.0),
    "units": (IntDistribution(1, 64), 57),
    "width": (IntDistribution(1, 1024, log=True), 1000),
    "even": (IntDistribution(0, 10, step=2), 4),
    "large": (IntDistribution(-(2**53), 2**53), 2**53 - 1),
    "mixed": (CategoricalDistribution(["a", None, True, 3, 2.5]), 2.5),
    "größe 🙂 \"quoted\" \\ and\nlines": (CategoricalDistribution(["ä", "", "\t\u2028\x7f"]), ""),
}


def storage_of(path, heartbeat=None):
    return optuna.storages.RDBStorage(f"sqlite:///{path}", heartbeat_interval=heartbeat)


def fill(path):
    storage = storage_of(path)
    gone = optuna.create_study(storage=storage, study_name="deleted")
    gone.enqueue_trial({"x": 1})
    optuna.delete_study(study_name="deleted", storage=storage)

    study = optuna.create_study(
        storage=storage,
        study_name="every kind of row",
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=1, n_startup_trials=3),
    )
    study.set_metric_names(["accuracy"])
    study.set_user_attr("text", "naïve ☃ 🙂 \" \\ \n \u2028 \x7f")
    study.set_user_attr("numbers", [0, -1, 2**53, 1.0, 1e16, 1e-7, 0.1, 1e22, 123456789012345.6, -0.0])
    study.set_user_attr("unusual", [math.nan, math.inf, -math.inf, None, True, False])
    study.set_user_attr("nested", {"b": {"a": []}, "": {}})

    params = {name: value for name, (_, value) in SPACE.items()}
    distributions = {name: distribution for name, (distribution, _) in SPACE.items()}
    study.add_trial(
        create_trial(
            value=0.1,
            params=params,
            distributions=distributions,
            user_attrs={"note": "ünï", "loss": math.nan, "list": [1, 2.5, "x"]},
            system_attrs={"constraints": [1.0, -2.0]},
            constraints={"memory": -0.5, "größe": 1.25},
            intermediate_values={0: 0.5, 1: math.nan, 2: math.inf, 10: -math.inf, 3: 1e-300, -1: -0.0},
        )
    )
    study.add_trial(create_trial(value=math.inf, params={}, distributions={}))
    study.add_trial(create_trial(value=-math.inf, params={}, distributions={}))
    study.add_trial(create_trial(state=TrialState.PRUNED, value=0.25, intermediate_values={1: 0.25}))
    study.add_trial(create_trial(state=TrialState.PRUNED))
    study.add_trial(create_trial(state=TrialState.FAIL, params={"linear": 0.5}, distributions={"linear": SPACE["linear"][0]}))

    def objective(trial):
        x = trial.suggest_float("linear", 0, 1)
        trial.suggest_float("rate", 1e-5, 1e-1, log=True)
        units = trial.suggest_int("units", 1, 64)
        trial.suggest_categorical("mixed", ["a", None, True, 3, 2.5])
        trial.report(x, 1)
        trial.set_constraint("memory", units - 32.0)
        return x * units

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study.optimize(objective, n_trials=6)
    study.tell(study.ask(), math.nan)
    study.enqueue_trial({"linear": 0.125, "units": 5, "mixed": None}, user_attrs={"by": "hand"})
    started = storage.create_new_trial(study._study_id)
    storage.set_trial_param(started, "linear", 0.5, SPACE["linear"][0])
    storage.set_trial_intermediate_value(started, 1, 0.75)
    storage.set_trial_user_attr(started, "still", "running")

    several = optuna.create_study(
        storage=storage, study_name="several objectives", directions=["minimize", "maximize", "minimize"]
    )
    several.set_metric_names(["a", "b", "c"])
    several.add_trial(create_trial(values=[1.0, math.inf, -2.5]))
    several.add_trial(create_trial(state=TrialState.FAIL))
    optuna.create_study(storage=storage, study_name="empty")

    beating = storage_of(path, heartbeat=60)
    trial = beating.create_new_trial(several._study_id)
    beating.record_heartbeat(trial)
    beating.engine.dispose()
    storage.engine.dispose()


def attributes(values):
    return [[key, json.dumps(value)] for key, value in sorted(values.items())]


def described(path):
    connection = sqlite3.connect(path)
    times = {row[0]: row[1:] for row in connection.execute("SELECT trial_id, datetime_start, datetime_complete FROM trials")}
    connection.close()
    storage = storage_of(path)
    studies = []
    for study in storage.get_all_studies():
        trials = []
        for trial in storage.get_all_trials(study._study_id):
            trials.append(
                {
                    "id": trial._trial_id,
                    "number": trial.number,
                    "state": trial.state.name,
                    "values": [repr(value) for value in trial.values or []],
                    "parameters": [
                        [name, repr(float(trial.distributions[name].to_internal_repr(value))),
                         distribution_to_json(trial.distributions[name])]
                        for name, value in trial.params.items()
                    ],
                    "reports": [[step, repr(value)] for step, value in sorted(trial.intermediate_values.items())],
                    "user": attributes(trial.user_attrs),
                    "system": attributes(trial.system_attrs),
                    "constraints": [[key, repr(float(value))] for key, value in trial.constraints.items()],
                    "times": list(times[trial._trial_id]),
                }
            )
        studies.append(
            {
                "id": study._study_id,
                "name": study.study_name,
                "directions": [direction.name for direction in study.directions],
                "user": attributes(study.user_attrs),
                "system": attributes(study.system_attrs),
                "trials": trials,
            }
        )
    storage.engine.dispose()
    return studies


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "optuna.db")
        fill(path)
        connection = sqlite3.connect(path)
        with open(os.path.join(FOLDER, "optuna.sql"), "w") as file:
            file.write("\n".join(connection.iterdump()) + "\n")
        connection.close()
        with open(os.path.join(FOLDER, "optuna.json"), "w") as file:
            json.dump(described(path), file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
