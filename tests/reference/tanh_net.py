"""The fixed points of a random tanh network of 16 units, x1 = tanh(W x0 + b), and the eigenvalues of their Jacobians.

Writes tanh_net.json. NumPy and SciPy only: scipy.optimize.root from random starts, then Newton steps in extended precision.
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import root

generator = np.random.default_rng(20)
n = 16
weights = generator.normal(size=(n, n)) * 2.0 / np.sqrt(n)
bias = 0.2 * generator.normal(size=n)


def jacobian(x):
    return (1 - np.tanh(weights @ x + bias) ** 2)[:, None] * weights


found = []
for _ in range(20000):
    start = generator.uniform(-1, 1, size=n)
    result = root(lambda x: np.tanh(weights @ x + bias) - x, start, jac=lambda x: jacobian(x) - np.eye(n), tol=1e-12)
    x = result.x
    if not result.success:
        continue
    for _ in range(3):
        wide = x.astype(np.longdouble)
        residual = np.tanh(weights.astype(np.longdouble) @ wide + bias) - wide
        x = x - np.linalg.solve(jacobian(x) - np.eye(n), residual.astype(float))
    if np.abs(np.tanh(weights @ x + bias) - x).max() > 1e-13:
        continue
    if all(np.linalg.norm(x - other) > 1e-7 for other in found):
        found.append(x)

points = []
for x in sorted(found, key=lambda x: x[0]):
    values = np.linalg.eigvals(jacobian(x))
    values = values[np.lexsort((values.imag, values.real))]
    points.append({"x": x.tolist(), "re": values.real.tolist(), "im": values.imag.tolist()})
text = json.dumps({"weights": weights.tolist(), "bias": bias.tolist(), "points": points})
Path(__file__).with_name("tanh_net.json").write_text(text + "\n")
print(len(points), "fixed points; unstable directions", [int((np.hypot(p["re"], p["im"]) > 1).sum()) for p in points])
