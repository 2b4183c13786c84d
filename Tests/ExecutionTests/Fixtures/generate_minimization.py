#!/usr/bin/env python3
"""Writes minimization.json: the iterates of SciPy's L-BFGS-B and Newton-CG on functions with known derivatives.

The functions are those of MinimizationFunctions.swift. Of the digits, which lie in the program, the first 300 are taken,
divided by 16: a softmax regression and a perceptron of 16 tanh units, with half the sum of squared weights times 0.01
added; element i of the parameters begins at sin(i) / 4.

Run with a Python that has scipy and scikit-learn: python Tests/ExecutionTests/Fixtures/generate_minimization.py
"""

import json
import pathlib

import numpy as np
from scipy.optimize import minimize, rosen, rosen_der, rosen_hess_prod
from sklearn.datasets import load_digits


def quadratic(n):
    d = 10.0 ** (4 * np.arange(n) / (n - 1))
    return (
        lambda x: 0.5 * np.sum(d * x * x) + 0.25 * np.sum(x) ** 2,
        lambda x: d * x + 0.5 * np.sum(x),
        lambda x, p: d * p + 0.5 * np.sum(p),
    )


def saddle():
    return (
        lambda x: 0.5 * x[0] ** 2 + x[1] ** 4 / 4 - x[1] ** 2 / 2,
        lambda x: np.array([x[0], x[1] ** 3 - x[1]]),
        lambda x, p: np.array([p[0], (3 * x[1] ** 2 - 1) * p[1]]),
    )


def logistic(samples, n, penalty):
    i, j = np.meshgrid(np.arange(samples), np.arange(n), indexing="ij")
    x, y = np.sin(1.3 * i + 0.7 * j * j), np.where(np.cos(2.1 * np.arange(samples)) > 0, 1.0, -1.0)

    def value(w):
        return np.mean(np.logaddexp(0, -y * (x @ w))) + penalty / 2 * w @ w

    def gradient(w):
        s = 1 / (1 + np.exp(y * (x @ w)))
        return -x.T @ (y * s) / samples + penalty * w

    def product(w, p):
        s = 1 / (1 + np.exp(y * (x @ w)))
        return x.T @ (s * (1 - s) * (x @ p)) / samples + penalty * p

    return value, gradient, product


def softmax_network(widths, count, penalty):
    """Value and gradient of a tanh perceptron on the digits, parameters as [weight [out, in], bias] a layer."""
    data = load_digits()
    x, labels = data.data[:count] / 16, data.target[:count]
    targets = np.eye(10)[labels]

    def parts(w):
        layers, place = [], 0
        for inputs, outputs in zip(widths, widths[1:]):
            weight = w[place:place + inputs * outputs].reshape(outputs, inputs)
            place += inputs * outputs
            layers.append((weight, w[place:place + outputs]))
            place += outputs
        return layers

    def both(w):
        layers = parts(w)
        activations = [x]
        for number, (weight, bias) in enumerate(layers):
            z = activations[-1] @ weight.T + bias
            activations.append(np.tanh(z) if number < len(layers) - 1 else z)
        logits = activations[-1] - activations[-1].max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(logits).sum(axis=1, keepdims=True))
        value = -np.mean(np.sum(targets * (logits - log_sum), axis=1)) + penalty / 2 * w @ w
        delta = (np.exp(logits - log_sum) - targets) / count
        gradients = []
        for number in reversed(range(len(layers))):
            gradients += [delta.sum(axis=0), (delta.T @ activations[number]).ravel()]
            if number > 0:
                delta = delta @ layers[number][0] * (1 - activations[number] ** 2)
        return value, np.concatenate(gradients[::-1]) + penalty * w

    size = sum((a + 1) * b for a, b in zip(widths, widths[1:]))
    return both, size


FUNCTIONS = {
    "rosenbrock2": ((rosen, rosen_der, rosen_hess_prod), [-1.2, 1.0]),
    "rosenbrock8": ((rosen, rosen_der, rosen_hess_prod), [-1.2, 1.0] * 4),
    "quadratic8": (quadratic(8), [float(np.cos(i)) for i in range(8)]),
    "saddle": (saddle(), [0.3, 0.2]),
    "logistic6": (logistic(40, 6, 0.01), [0.0] * 6),
}


def small_cases():
    for name, ((value, gradient, product), start) in FUNCTIONS.items():
        for method, memory in [("lbfgs", 10), ("lbfgs", 3), ("newtonCG", 0)]:
            path = []
            options = {"maxiter": 2000} | ({"maxcor": memory} if memory else {"xtol": 1e-12})
            result = minimize(
                value, start, jac=gradient, hessp=product if method == "newtonCG" else None,
                method="L-BFGS-B" if memory else "Newton-CG", options=options,
                callback=lambda x: path.append(np.copy(x).tolist()))
            yield {
                "function": name, "method": method, "memory": memory, "start": start, "path": path[:30],
                "value": float(result.fun), "iterations": int(result.nit),
            }


def digits_cases():
    for name, widths in [("softmax", [64, 10]), ("perceptron", [64, 16, 10])]:
        both, size = softmax_network(widths, 300, 0.01)
        values = []
        start = np.sin(np.arange(size)) / 4
        result = minimize(
            both, start, jac=True, method="L-BFGS-B", options={"maxiter": 400, "maxcor": 10},
            callback=lambda x: values.append(float(both(x)[0])))
        yield {
            "network": name, "widths": widths, "first": float(both(start)[0]), "values": values[:25],
            "value": float(result.fun), "iterations": int(result.nit),
        }


def main():
    document = {"cases": list(small_cases()), "digits": list(digits_cases())}
    path = pathlib.Path(__file__).with_name("minimization.json")
    path.write_text(json.dumps(document) + "\n")
    for case in document["cases"]:
        print(case["function"], case["method"], case["memory"], case["iterations"], case["value"])
    for case in document["digits"]:
        print(case["network"], case["iterations"], case["value"])


if __name__ == "__main__":
    main()
