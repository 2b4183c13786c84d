"""Writes median.json: the decisions of Optuna 5.0.0's median and percentile pruners on random histories.

A case is a string of decisions, one for each report of a running trial. The histories are drawn with integers and plain
arithmetic, which the tests repeat (`PrunerCase.swift`); both must change together.

In an environment with optuna==5.0.0 and numpy:

    python generate_median.py
"""

import json
import math
import pathlib
import warnings

import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

warnings.simplefilter("ignore")
MASK = 2**64 - 1
CASES = 2400


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53

    def below(self, bound):
        return self.next() % bound


def draw_reports(random, odd):
    reports, step = {}, -1
    for _ in range(random.below(9)):
        step += 1 if random.below(6) else 1 + random.below(4)
        roll = random.below(100)
        value = random.below(12) / 4 if random.below(2) else random.uniform() * 3
        if odd:
            value = math.nan if roll < 12 else math.inf if roll < 20 else -math.inf if roll < 28 else value
        reports[step] = value
    return reports


class Study:
    """What the pruners ask of a study."""

    def __init__(self, direction, trials):
        self.direction = direction
        self.trials = trials

    def get_trials(self, deepcopy, states):
        return [t for t in self.trials if t.state in states]


def trial(number, state, reports):
    return FrozenTrial(
        number=number, trial_id=number, state=state, value=0.0 if state == TrialState.COMPLETE else None,
        datetime_start=None, datetime_complete=None, params={}, distributions={}, user_attrs={}, system_attrs={},
        intermediate_values=reports,
    )


def solve(case):
    random = SplitMix64(case * 7919 + 3)
    direction = StudyDirection.MAXIMIZE if random.below(2) else StudyDirection.MINIMIZE
    percentile = [50.0, 50.0, 50.0, 0.0, 10.0, 25.0, 33.3, 75.0, 90.0, 100.0][random.below(10)]
    options = {
        "n_startup_trials": random.below(7), "n_warmup_steps": random.below(4), "interval_steps": 1 + random.below(4),
        "n_min_trials": 1 + random.below(3),
    }
    odd = random.below(3) > 0
    trials = []
    for number in range(random.below(40)):
        state = [TrialState.COMPLETE] * 6 + [TrialState.PRUNED, TrialState.FAIL, TrialState.RUNNING]
        trials.append(trial(number, state[random.below(9)], draw_reports(random, odd)))
    study = Study(direction, trials)
    if percentile == 50.0:
        pruner = optuna.pruners.MedianPruner(**options)
    else:
        pruner = optuna.pruners.PercentilePruner(percentile, **options)
    decisions = ""
    for _ in range(3):
        reports = list(draw_reports(random, odd).items())
        for end in range(len(reports) + 1):
            running = trial(len(trials), TrialState.RUNNING, dict(reports[:end]))
            decisions += "1" if pruner.prune(study, running) else "0"
        decisions += " "
    return decisions.strip()


assert optuna.__version__ == "5.0.0"
cases = [solve(case) for case in range(CASES)]
(pathlib.Path(__file__).parent / "median.json").write_text(json.dumps(cases, indent=0) + "\n")
