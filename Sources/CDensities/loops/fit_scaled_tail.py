"""Prints the polynomial of `scaledTail` in CDensities.c, and its largest relative error in double precision.

erfcx(x) = e^(x^2) erfc(x) is smooth on 0...infinity; (1 + 2x) erfcx(x) is a polynomial in t = (x - k) / (x + k) (the form of
Shepherd and Laframboise 1981, doi:10.1090/S0025-5718-1981-0595058-X), which is interpolated here at Chebyshev points with
50 digits. Needs NumPy, SciPy and mpmath.
"""

import mpmath
import numpy as np
from scipy.special import erfcx

mpmath.mp.dps = 50


def exact(x):
    return mpmath.exp(x * x) * mpmath.erfc(x) if x < 100 else 1 / (mpmath.sqrt(mpmath.pi) * x) * (
        1 - 1 / (2 * x**2) + 3 / (4 * x**4) - 15 / (8 * x**6) + 105 / (16 * x**8))


def fit(k, degree):
    nodes = [mpmath.cos(mpmath.pi * (i + mpmath.mpf(1) / 2) / (degree + 1)) for i in range(degree + 1)]
    values = []
    for t in nodes:
        x = k * (1 + t) / (1 - t)
        values.append((1 + 2 * x) * exact(x))
    chebyshev = []
    for j in range(degree + 1):
        total = sum(v * mpmath.cos(j * mpmath.acos(t)) for v, t in zip(values, nodes))
        chebyshev.append(total * (1 if j == 0 else 2) / (degree + 1))
    # To powers of t, by the recurrence of the Chebyshev polynomials.
    before, now = [mpmath.mpf(1)], [mpmath.mpf(0), mpmath.mpf(1)]
    powers = [mpmath.mpf(0)] * (degree + 1)
    for j, c in enumerate(chebyshev):
        polynomial = before if j == 0 else now
        for i, p in enumerate(polynomial):
            powers[i] += c * p
        if j > 0:
            after = [mpmath.mpf(0)] + [2 * p for p in now]
            for i, p in enumerate(before):
                after[i] -= p
            before, now = now, after
    return [float(p) for p in powers]


def error(k, coefficients):
    x = np.concatenate([np.linspace(0, 30, 200_001), np.logspace(0, 12, 100_001)])
    t = (x - k) / (x + k)
    p = np.zeros_like(x)
    for c in coefficients[::-1]:
        p = p * t + c
    return np.abs(p / (1 + 2 * x) / erfcx(x) - 1).max()


if __name__ == "__main__":
    fits = [(error(k, c), degree, k, c) for degree in (18, 20, 22, 24) for k in (2.0, 2.5, 3.0, 3.75)
            for c in [fit(mpmath.mpf(k), degree)]]
    for worst, degree, k, _ in fits:
        print(f"degree {degree}, k = {k}: {worst:.1e}")
    worst, degree, k, coefficients = min(fits, key=lambda f: f[0] + f[1] * 2e-17)
    print(f"k = {k}, degree {degree}, largest relative error {worst:.1e}")
    for c in coefficients[::-1]:
        print(f"{c!r},")
