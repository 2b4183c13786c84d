"""Writes ranges.json: ranges and steps of numbers, found by NumPy from the numbers themselves, without a histogram.

    python generate_ranges.py > ranges.json
"""

import json

import numpy


def affine_error(x, low, high):
    """The squared error of unsigned bytes that cover low to high and 0."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 255
    zero = numpy.clip(numpy.rint(-low / scale), 0, 255)
    q = numpy.clip(numpy.rint(x / scale) + zero, 0, 255)
    return float((((q - zero) * scale - x) ** 2).sum())


def symmetric_error(x, scale, largest):
    q = numpy.clip(numpy.rint(x / scale), -largest, largest)
    return float(((q * scale - x) ** 2).sum())


def percentile(x, percentage):
    """All but a share of the numbers at either end."""
    ordered = numpy.sort(x)
    dropped = int(numpy.floor(len(x) * (1 - percentage / 100)))
    return [float(ordered[dropped]), float(ordered[len(x) - 1 - dropped])]


def main():
    random = numpy.random.default_rng(7)
    sets = {
        "normal": random.normal(0.5, 1.0, 1500),
        "heavy tails": random.standard_t(3, 1500),
        "after a ReLU": numpy.maximum(random.normal(0.0, 1.0, 1500), 0),
        "one outlier": numpy.append(random.uniform(-1, 1, 1200), 9.0),
    }
    cases = []
    for name, numbers in sets.items():
        x = numbers.astype(numpy.float32).astype(numpy.float64)
        parts = [1 - step / 100 for step in range(80)]
        steps = [1 - step / 100 for step in range(98)]
        errors = [affine_error(x, x.min() * part, x.max() * part) for part in parts]
        weights = {}
        for bits in (2, 3, 4, 8):
            largest = 2 ** (bits - 1) - 1
            extent = numpy.abs(x).max()
            fine = [symmetric_error(x, extent * part / largest, largest) for part in numpy.linspace(0.02, 1, 2000)]
            coarse = [symmetric_error(x, extent * part / largest, largest) for part in steps]
            weights[bits] = {
                "scale": float(extent * steps[int(numpy.argmin(coarse))] / largest),
                "error": min(coarse),
                "least": min(fine),
                "whole": coarse[0],
            }
        cases.append(
            {
                "name": name,
                "numbers": [float(v) for v in x],
                "percentiles": {str(p): percentile(x, p) for p in (90.0, 99.0, 99.9, 100.0)},
                "leastError": min(errors),
                "wholeError": errors[0],
                "weights": weights,
            }
        )
    print(json.dumps({"cases": cases}))


main()
