"""Prints the polynomials of `exponential` and `powerOfTwo` in vectors.h: e^x for |x| <= ln 2 / 2 and 2^x for |x| <= 1/2,
interpolated at Chebyshev points with 50 digits, and their largest relative error but for rounding. Needs mpmath.
"""

import mpmath

mpmath.mp.dps = 50


def fit(function, bound, degree):
    nodes = [bound * mpmath.cos(mpmath.pi * (i + mpmath.mpf(1) / 2) / (degree + 1)) for i in range(degree + 1)]
    matrix = mpmath.matrix([[x**j for j in range(degree + 1)] for x in nodes])
    return [float(c) for c in mpmath.lu_solve(matrix, mpmath.matrix([function(x) for x in nodes]))]


def error(function, bound, coefficients):
    points = [bound * i / 2000 for i in range(-2000, 2001)]
    return max(abs(mpmath.polyval(coefficients[::-1], x) / function(x) - 1) for x in points)


if __name__ == "__main__":
    half = mpmath.mpf(1) / 2
    for name, function, bound in (
            ("e^x", mpmath.exp, half * mpmath.log(2)), ("2^x", lambda x: mpmath.mpf(2) ** x, half)):
        coefficients = fit(function, bound, 10)
        print(f"{name}, largest relative error {float(error(function, bound, coefficients)):.1e}")
        for c in coefficients[::-1]:
            print(f"  {c!r},")
