"""The classical problems for numpy and jax.numpy; `rust/src/problems.rs` says the same."""

import os

import numpy as np


def lotka_volterra(xp):
    return lambda y: xp.array([1.5 * y[0] - y[0] * y[1], y[0] * y[1] - 3.0 * y[1]])


def lorenz(xp):
    return lambda y: xp.array(
        [10.0 * (y[1] - y[0]), y[0] * (28.0 - y[2]) - y[1], y[0] * y[1] - 8.0 / 3.0 * y[2]]
    )


MU = 0.012277471


def arenstorf(xp):
    def rhs(s):
        x, y, vx, vy = s[0], s[1], s[2], s[3]
        p, q = x + MU, x - 1.0 + MU
        a, b = p * p + y * y, q * q + y * y
        a, b = (1.0 - MU) / (a * xp.sqrt(a)), MU / (b * xp.sqrt(b))
        return xp.array([vx, vy, x + 2.0 * vy - a * p - b * q, y - 2.0 * vx - a * y - b * y])

    return rhs


def pleiades(xp):
    mass = np.arange(1.0, 8.0)
    no_self = np.eye(7)

    def rhs(s):
        x, y = s[:7], s[7:14]
        dx, dy = x[None, :] - x[:, None], y[None, :] - y[:, None]
        r2 = dx * dx + dy * dy + no_self
        pull = mass / (r2 * xp.sqrt(r2))
        return xp.concatenate([s[14:], (pull * dx).sum(1), (pull * dy).sum(1)])

    return rhs


def brusselator(xp):
    d = 33.0 * 33.0 / 50.0

    def diffusion(w, boundary):
        w = xp.concatenate([boundary, w, boundary])
        return d * (w[:-2] - 2.0 * w[1:-1] + w[2:])

    def rhs(y):
        u, v = y[:32], y[32:]
        uuv = u * u * v
        du = 1.0 + uuv - 4.0 * u + diffusion(u, np.array([1.0]))
        return xp.concatenate([du, 3.0 * u - uuv + diffusion(v, np.array([3.0]))])

    return rhs


def linear(xp):
    zero = np.zeros(1)

    def rhs(y):
        w = xp.concatenate([zero, y, zero])
        return w[:-2] - 2.0 * y + w[2:]

    return rhs


STARS = [3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4] + [0] * 5 + [1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0]
WAVE = 1.0 + np.sin(2.0 * np.pi * np.arange(1, 33) / 33.0)

# name -> (field for a numpy-like module, y(0), end)
PROBLEMS = {
    "lotka-volterra": (lotka_volterra, np.ones(2), 10.0),
    "lorenz": (lorenz, np.ones(3), 10.0),
    "arenstorf": (arenstorf, np.array([0.994, 0.0, 0.0, -2.0015851063790825]), 17.065216560157964),
    "pleiades": (pleiades, np.array(STARS, float), 3.0),
    "brusselator": (brusselator, np.concatenate([WAVE, np.full(32, 3.0)]), 10.0),
    "linear": (linear, 1.0 / np.arange(1.0, 101.0), 10.0),
}

# Every third in a quick run.
TOLERANCES = [float(f"1e-{digits}") for digits in range(3, 13, 3 if os.environ.get("PEERS_QUICK") else 1)]
