"""Writes the weights and data of the neural tasks to the file named on the command line, from one seeded generator.

Weights are uniform on [-1/sqrt(I), 1/sqrt(I)] for I inputs, as lists of rows (outputs by inputs); states are lists of
samples.
"""

import json
import random
import sys

rng = random.Random(2018)


def uniform(rows, columns, bound):
    return [[rng.uniform(-bound, bound) for _ in range(columns)] for _ in range(rows)]


def affine(inputs, outputs):
    bound = inputs**-0.5
    return {"w": uniform(outputs, inputs, bound), "b": uniform(1, outputs, bound)[0]}


def spiral(steps):
    """The spiral of Chen et al. 2018, y' = A y^3, by the classical method: 1000 points on [0, 25]."""

    def f(y):
        a, b = y[0] ** 3, y[1] ** 3
        return [-0.1 * a - 2.0 * b, 2.0 * a - 0.1 * b]

    def move(y, k, h):
        return [y[0] + h * k[0], y[1] + h * k[1]]

    h, y, path = 25.0 / 999, [2.0, 0.0], []
    for _ in range(steps):
        path.append(y)
        k1 = f(y)
        k2 = f(move(y, k1, h / 2))
        k3 = f(move(y, k2, h / 2))
        k4 = f(move(y, k3, h))
        y = move(y, [(p + 2 * q + 2 * r + s) / 6 for p, q, r, s in zip(k1, k2, k3, k4)], h)
    return h, path


h, path = spiral(1000)
starts = [rng.randrange(990) for _ in range(20)]

weights = {
    "small": {"layers": [affine(4, 32), affine(32, 4)], "y0": uniform(64, 4, 1.0)},
    "spiral": {
        "layers": [affine(2, 50), affine(50, 2)],
        "times": [i * h for i in range(10)],
        # The states at each time, a sample per start.
        "y": [[path[start + i] for start in starts] for i in range(10)],
    },
    "sequence": {
        "input": affine(1, 16),
        "hidden": affine(16, 16),
        "layers": [affine(16, 16), affine(16, 16)],
        "readout": affine(16, 1),
        "x": [uniform(32, 1, 1.0) for _ in range(20)],
        "targets": [uniform(32, 1, 1.0) for _ in range(20)],
    },
    "large": {"layers": [affine(64, 256), affine(256, 256), affine(256, 64)], "y0": uniform(256, 64, 1.0)},
}

with open(sys.argv[1], "w") as file:
    json.dump(weights, file)
