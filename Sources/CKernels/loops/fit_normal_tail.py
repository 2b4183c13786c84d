"""Prints the polynomial of `normalTail` in functions.h, and its largest relative error.

For x >= 0 and t = 1 / (1 + p x), the normal distribution's tail is exp(-x^2 / 2) t P(t). P is fitted to the least largest
relative error over 0...14.5 by iteratively reweighted least squares. Needs NumPy and SciPy.
"""

import numpy as np
from scipy.special import erfcx

DEGREE = 7
x = np.concatenate([np.linspace(0, 14.5, 3000), np.linspace(0, 1, 500)])
tail = erfcx(x / np.sqrt(2)) / 2


def fit(p, rounds=1000):
    t = 1 / (1 + p * x)
    low, high = t.min(), t.max()
    basis = np.polynomial.chebyshev.chebvander((2 * t - low - high) / (high - low), DEGREE) * (t / tail)[:, None]
    weights, best = np.ones(len(x)), (np.inf, None)
    for _ in range(rounds):
        root = np.sqrt(weights)
        factors = np.linalg.lstsq(basis * root[:, None], root, rcond=None)[0]
        error = np.abs(basis @ factors - 1)
        if error.max() < best[0]:
            best = (error.max(), np.polynomial.Chebyshev(factors, [low, high]))
        weights *= error / error.max() + 1e-3
        weights /= weights.max()
    return best[0], best[1].convert(kind=np.polynomial.Polynomial).coef


if __name__ == "__main__":
    fits = {p: fit(p) for p in np.arange(0.28, 0.33, 0.01)}
    p = min(fits, key=lambda p: fits[p][0])
    print(f"p = {p:.2f}, largest relative error {fits[p][0]:.2e}")
    for coefficient in fits[p][1][::-1]:
        print(f"{coefficient:.10e}f")
