"""Writes distributions.json: how Optuna 5.0.0 reads, lowers, checks and writes distributions, and how Python's json
writes numbers and strings.

In an environment with optuna==5.0.0 and numpy:

    python generate_distributions.py
"""

import json
import math
import pathlib
import random
import struct
import warnings

import optuna
from optuna.distributions import _convert_old_distribution_to_new_distribution
from optuna.distributions import (
    CategoricalDistribution, FloatDistribution, IntDistribution, check_distribution_compatibility,
    distribution_to_json, json_to_distribution,
)

warnings.simplefilter("ignore")
random.seed(20250601)


def bits(value):
    return struct.pack(">d", value).hex()


def number(value):
    return bits(value)


def describe_numeric(make, arguments, probes):
    """The arguments, then null where Optuna refuses them, else the JSON, the upper bound, and flags."""
    try:
        dist = make()
    except ValueError:
        return arguments + [None]
    contained = "".join("1" if dist._contains(p) else "0" for p in probes)
    outcome = [distribution_to_json(dist), number(float(dist.high)), dist.single()]
    return arguments + [outcome, [number(float(p)) for p in probes], contained]


def float_case(low, high, log, step):
    base = step or (high - low) / 7 or 1.0
    probes = [low, high, low + base, low + 3 * base, low + 3 * base + 1e-9 * base, low + 2.5 * base, high + base / 2,
              low - base / 3, low + 7 * base, low + base * (1 + 1e-7)]
    arguments = [number(low), number(high), log, None if step is None else number(step)]
    return describe_numeric(lambda: FloatDistribution(low, high, log=log, step=step), arguments, probes)


def int_case(low, high, log, step):
    probes = [float(p) for p in (low, high, low + step, low + 1, low - 1, high + 1, low + 3 * step, low + 2)]
    return describe_numeric(lambda: IntDistribution(low, high, log=log, step=step), [low, high, log, step], probes)


floats = [
    (0.0, 1.0, False, 0.1), (0.0, 1.0, False, 0.3), (0.0, 1.0, False, 0.7), (-1.0, 1.0, False, 0.3),
    (0.1, 0.7, False, 0.2), (0.0, 0.1, False, 1e-5), (1e-5, 1e-4, False, 1e-5), (0.0, 1e-7, False, 3e-8),
    (-0.3, 0.3, False, 0.1), (-2.5, -0.5, False, 0.4), (0.0, 10.0, False, 3.0), (0.0, 1.0, False, 1.0),
    (0.0, 1.0, False, 2.0), (1.0, 1.0, False, 0.1), (1.0, 1.0, False, None), (0.0, 1.0, True, None),
    (1e-5, 0.1, True, None), (1e-300, 1e300, True, None), (0.5, 0.2, False, None), (0.0, 1.0, True, 0.1),
    (1.0, 2.0, True, 0.1), (0.0, 1.0, False, 0.0), (0.0, 1.0, False, -0.1), (0.1 + 0.2, 3.0, False, 0.1),
    (0.0, 1e16, False, 3.0), (1e15, 1e16, False, 7.0), (0.0, 2.0**53, False, 2.0), (100.0, 1e6, False, 333.3),
    (0.0, 1.0, False, 1 / 3), (1 / 3, 2 / 3, False, 1 / 9), (-1e-3, 1e-3, False, 7e-4), (0.0, 0.30000000000000004, False, 0.1),
]
for _ in range(220):
    digits = random.randrange(0, 7)
    step = round(random.uniform(0, 2) * 10 ** random.randrange(-5, 2), digits + 3) or 0.1
    low = round(random.uniform(-10, 10), digits)
    high = round(low + step * random.uniform(0, 60), random.randrange(1, 12))
    floats.append((low, max(high, low), False, step))
for _ in range(60):
    low = 10 ** random.uniform(-8, 3)
    floats.append((low, low * 10 ** random.uniform(0, 6), random.random() < 0.5, None))

ints = [
    (0, 10, False, 1), (0, 10, False, 3), (0, 10, False, 11), (-7, 7, False, 5), (1, 128, True, 1), (0, 128, True, 1),
    (1, 128, True, 2), (5, 5, False, 1), (5, 5, True, 1), (5, 4, False, 1), (0, 10, False, 0), (0, 10, False, -1),
    (-(2**53), 2**53, False, 1), (-100, -3, False, 7),
]
for _ in range(120):
    low = random.randrange(-1000, 1000)
    ints.append((low, low + random.randrange(0, 500), False, random.randrange(1, 40)))

choices = [
    ["a"], ["a", "b"], [1, 2, 3], [0.1, 1e-5, 1e16], [True, False], [None, "x", 1, 2.5, True], [1, 1.0, True],
    [float("nan"), 1.0], [float("inf"), float("-inf")], ["ü", "日本", "\U0001f600", "a\"b\\c", "\n\t\x01", "", "\x7f"],
    [0, False, 0.0], ["1", 1], list(range(20)),
]
external = [None, True, False, 0, 1, 2, 1.0, 2.5, 0.1, "a", "b", "x", "1", "", float("nan"), float("inf"), 19]
categorical = []
for options in choices:
    dist = CategoricalDistribution(options)
    indices = []
    for value in external:
        try:
            indices.append(int(dist.to_internal_repr(value)))
        except ValueError:
            indices.append(-1)
    contained = "".join("1" if dist._contains(p) else "0" for p in (-1.0, 0.0, 0.5, 1.0, 2.0, 5.0, 19.0))
    categorical.append([distribution_to_json(dist), indices, contained, dist.single()])

kinds = [
    FloatDistribution(0, 1), FloatDistribution(0, 2), FloatDistribution(1, 2, log=True), FloatDistribution(0, 1, step=0.1),
    IntDistribution(1, 5), IntDistribution(1, 9, step=2), IntDistribution(1, 9, log=True),
    CategoricalDistribution(["a", "b"]), CategoricalDistribution(["b", "a"]), CategoricalDistribution(["a", "b", "c"]),
    CategoricalDistribution([1, 0]), CategoricalDistribution([True, False]), CategoricalDistribution([float("nan")]),
    CategoricalDistribution([float("nan")]), CategoricalDistribution([1.0, 0.0]),
]


def compatible(first, second):
    try:
        check_distribution_compatibility(first, second)
        return "1"
    except ValueError:
        return "0"


older = [
    '{"name": "UniformDistribution", "attributes": {"low": 0.0, "high": 1.5}}',
    '{"name": "LogUniformDistribution", "attributes": {"low": 0.001, "high": 1.5}}',
    '{"name": "DiscreteUniformDistribution", "attributes": {"low": 0.0, "high": 1.0, "q": 0.3}}',
    '{"name": "IntUniformDistribution", "attributes": {"low": 1, "high": 10, "step": 2}}',
    '{"name": "IntLogUniformDistribution", "attributes": {"low": 1, "high": 10, "step": 1}}',
    '{"type": "float", "low": 0.0, "high": 1.0, "step": 0.25}',
    '{"type": "float", "low": 0.01, "high": 1.0, "log": true}',
    '{"type": "int", "low": 1, "high": 10, "step": 4}',
    '{"type": "int", "low": 1, "high": 10, "log": true}',
    '{"type": "categorical", "choices": ["a", 1, null]}',
]


def read_old(text):
    return distribution_to_json(_convert_old_distribution_to_new_distribution(json_to_distribution(text)))


numbers = [
    0.0, -0.0, 1.0, 0.1, 0.1 + 0.2, 1e-4, 1e-5, 123e-7, 1e15, 1e16, 1e17, 9007199254740992.0, 9007199254740993.0,
    9999999999999998.0, 1e22, 1e23, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1 / 3, -2 / 3, 1e100,
    123456789012345680.0, 4503599627370496.5, math.nan, math.inf, -math.inf, 100.0, 1e2, 12345678.9,
]
while len(numbers) < 400:
    value = struct.unpack(">d", random.getrandbits(64).to_bytes(8, "big"))[0]
    if math.isfinite(value):
        numbers.append(value)
for _ in range(100):
    numbers.append(round(random.uniform(-1, 1) * 10 ** random.randrange(-12, 20), random.randrange(0, 8)))
strings = ["", "plain", "ü", "日本語", "\U0001f600", "\"quoted\"", "back\\slash", "/", "\n\r\t\b\f", "\x00\x1f\x7f\x80", "\u2028\u2029", "e\u0301"]

document = {
    "float": [float_case(*case) for case in floats],
    "int": [int_case(*case) for case in ints],
    "categorical": categorical,
    "external": external,
    "kinds": [distribution_to_json(k) for k in kinds],
    "compatible": ["".join(compatible(a, b) for b in kinds) for a in kinds],
    "older": [[text, read_old(text)] for text in older],
    "numbers": [[bits(v), json.dumps(v)] for v in numbers],
    "strings": [[s, json.dumps(s)] for s in strings],
}
assert optuna.__version__ == "5.0.0"
(pathlib.Path(__file__).parent / "distributions.json").write_text(json.dumps(document, separators=(",", ":"), ensure_ascii=True).replace("],[", "],\n[") + "\n")
