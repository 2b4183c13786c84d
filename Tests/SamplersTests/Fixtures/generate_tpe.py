"""Writes tpe.json: what Optuna 5.0.0 makes of random histories.

The histories themselves are not stored: `History` draws them with a generator of integers and plain arithmetic, which
the tests repeat (`RandomHistory.swift`); both must change together.

NumPy leaves open in which order `argsort` puts equal values, and so which of several equal observations gets which
kernel width. The fixture takes the stable order, in which ours are.

In an environment with optuna==5.0.0 and numpy:

    python generate_tpe.py
"""

import json
import math
import pathlib
import warnings

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe import sampler as tpe
from optuna.search_space import intersection_search_space
from optuna.trial import FrozenTrial, TrialState

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)

unstable_argsort = np.argsort
np.argsort = lambda values, *args, **options: unstable_argsort(values, *args, **{**options, "kind": "stable"})

CASES = 240
SIZES = [10, 11, 14, 24, 26, 27, 40, 60, 100, 150, 320]
MASK = 2**64 - 1


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


def distribution(kind, choices, wide):
    if kind == 0:
        return FloatDistribution(-7.0 if wide else -5.0, 10.0)
    if kind == 1:
        return FloatDistribution(1e-6 if wide else 1e-5, 0.1, log=True)
    if kind == 2:
        return FloatDistribution(0.0, 1.5 if wide else 1.0, step=0.1)
    if kind == 3:
        return IntDistribution(1, 20 if wide else 16)
    if kind == 4:
        return IntDistribution(-10, 100 if wide else 90, step=5)
    if kind == 5:
        return IntDistribution(1, 200 if wide else 128, log=True)
    return CategoricalDistribution([f"c{i}" for i in range(choices)])


def draw_value(random, dist):
    """An internal value."""
    u = random.uniform()
    if isinstance(dist, CategoricalDistribution):
        return float(int(u * len(dist.choices)))
    if isinstance(dist, IntDistribution):
        if dist.log:
            u = u * u
        return float(dist.low + int(u * ((dist.high - dist.low) // dist.step + 1)) * dist.step)
    if dist.step is not None:
        count = 15 if dist.high > 1.2 else 10
        return int(u * (count + 1)) * 0.1
    if dist.log:
        u = u * u * u
    return dist.low + u * (dist.high - dist.low)


class Parameter:
    def __init__(self, random, index):
        self.name = f"p{index}"
        self.kind = random.below(7)
        self.choices = 2 + random.below(4)
        self.conditional = index > 0 and random.below(4) == 0
        self.dynamic = index > 0 and random.below(8) == 0

    def asked(self):
        return distribution(self.kind, self.choices, False)


def draw_number(random):
    roll = random.below(60)
    if roll == 0:
        return math.inf
    if roll == 1:
        return -math.inf
    if roll < 25:
        return random.below(20) / 4
    return random.uniform() * 10 - 5


class History:
    def __init__(self, case):
        random = SplitMix64(case * 1000003 + 17)
        objectives = [1, 1, 1, 2, 3, 4][random.below(6)]
        self.maximize = [random.below(2) == 1 for _ in range(objectives)]
        self.multivariate = random.below(2) == 0
        size = SIZES[random.below(len(SIZES))]
        constrained = random.below(3) == 0
        finite = random.below(2) == 0
        # With few complete trials the good part reaches into the pruned and the infeasible ones.
        scarce = random.below(3) == 0
        self.parameters = [Parameter(random, i) for i in range(1 + random.below(6))]
        self.trials = []
        for number in range(size):
            roll = random.below(100)
            state = (
                TrialState.COMPLETE if roll < (4 if scarce else 62)
                else TrialState.PRUNED if roll < 80
                else TrialState.RUNNING if roll < 88
                else TrialState.FAIL if roll < 95
                else TrialState.WAITING
            )
            params, dists, relative, attrs = {}, {}, {}, {}
            for p in self.parameters:
                present = not p.conditional or random.below(10) < 7
                wide = p.dynamic and random.below(2) == 0
                dist = distribution(p.kind, p.choices, wide)
                value = draw_value(random, dist)
                hidden = random.below(3) == 0
                if not present:
                    continue
                if state == TrialState.RUNNING and hidden:
                    relative[p.name] = dist.to_external_repr(value)
                    continue
                params[p.name] = dist.to_external_repr(value)
                dists[p.name] = dist
            if relative:
                attrs["tpe:relative_params:0"] = json.dumps(relative)
            values = [draw_number(random) for _ in range(objectives)]
            if finite:
                values = [v if math.isfinite(v) else 1.0 for v in values]
            intermediate, step = {}, -1
            for _ in range(random.below(4)):
                step += 1 + random.below(2)
                roll = random.below(12)
                value = draw_number(random)
                intermediate[step] = math.nan if roll == 0 else value
            first, second = random.uniform() * 3 - 2, random.uniform() * 2 - 1.5
            if constrained and state in (TrialState.COMPLETE, TrialState.PRUNED):
                attrs["constraints:a"] = first
                attrs["constraints:b"] = second
            if objectives > 1:
                # Optuna refuses reports where there are several objectives.
                intermediate = {}
            self.trials.append(
                FrozenTrial(
                    number=number, trial_id=number, state=state, value=None,
                    values=values if state == TrialState.COMPLETE else None,
                    datetime_start=None, datetime_complete=None, params=params, distributions=dists,
                    user_attrs={}, system_attrs=attrs, intermediate_values=intermediate,
                )
            )
        self.points = random.next()


def digest(vector):
    """The length, the sum, the sum weighted by place, and a few elements; all elements of short vectors."""
    v = [float(x) for x in vector]
    n = len(v)
    head = [n, sum(v), sum((i + 1) * x for i, x in enumerate(v)) / n]
    return head + (v if n <= 12 else [v[0], v[n // 2], v[n - 2], v[n - 1]])


def describe(estimator, space, points):
    mixture = estimator._mixture_distribution
    dimensions = []
    for d in mixture.distributions:
        if hasattr(d, "mu"):
            dimensions.append([digest(d.mu), digest(d.sigma)])
        else:
            dimensions.append([digest(d.weights[:, 0]), digest(d.weights[:, -1])])
    densities = estimator.log_pdf({name: np.array(points[name]) for name in space})
    return {"weights": digest(mixture.weights), "dimensions": dimensions, "densities": [float(x) for x in densities]}


def solve(case):
    history = History(case)
    study = optuna.create_study(directions=["maximize" if m else "minimize" for m in history.maximize])
    states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
    trials = [t for t in history.trials if t.state in states]
    n = sum(t.state != TrialState.RUNNING for t in trials)
    gamma = tpe.default_gamma if len(history.maximize) == 1 else tpe.default_gamma_multiobjective
    below, above = tpe._split_trials(study, trials, gamma(n))
    result = {"below": [t.number for t in below]}
    sampler = optuna.samplers.TPESampler(multivariate=history.multivariate)
    if history.multivariate:
        space = intersection_search_space(history.trials, include_pruned=True)
        spaces = [{name: dist for name, dist in space.items() if not dist.single()}]
        result["space"] = list(spaces[0])
    else:
        spaces = [{p.name: p.asked()} for p in history.parameters]
    result["estimators"] = []
    for space in spaces:
        if not space:
            continue
        random = SplitMix64(history.points)
        points = {name: [draw_value(random, dist) for _ in range(4)] for name, dist in space.items()}
        estimators = [
            describe(sampler._build_parzen_estimator(study, space, part, handle_below=flag), space, points)
            for part, flag in ((below, True), (above, False))
        ]
        result["estimators"].append(estimators)
    return result


def compact(value):
    if isinstance(value, float):
        return json.dumps(value) if not math.isfinite(value) else format(value, ".14g")
    if isinstance(value, list):
        return "[" + ",".join(compact(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{compact(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


assert optuna.__version__ == "5.0.0", optuna.__version__
cases = [solve(case) for case in range(CASES)]
(pathlib.Path(__file__).parent / "tpe.json").write_text("[\n" + ",\n".join(compact(c) for c in cases) + "\n]\n")
