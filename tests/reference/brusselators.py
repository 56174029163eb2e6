"""Reference solutions of the Brusselators with diffusion, in brusselators.json.

The fields are written with arrays from Hairer & Wanner II, section IV.10, problems BRUSS and BRUSS-2D. Two methods of SciPy,
in double precision, are compared: DOP853, whose end is stored, and Radau.

Needs: pip install numpy scipy. Takes some minutes.
"""

import json
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp


def reaction(u, v, b):
    return 1 - (b + 1) * u + u * u * v, b * u - u * u * v


def line(n):
    scale = (n + 1) ** 2 / 50

    def field(_, y):
        u, v = y[0::2], y[1::2]
        du, dv = reaction(u, v, 3)
        dy = np.empty(2 * n)
        dy[0::2] = du + scale * np.diff(np.concatenate([[1], u, [1]]), 2)
        dy[1::2] = dv + scale * np.diff(np.concatenate([[3], v, [3]]), 2)
        return dy

    x = np.arange(1, n + 1) / (n + 1)
    start = np.column_stack([1 + np.sin(2 * np.pi * x), np.full(n, 3.0)]).ravel()
    return start, [(field, 0, 10)]


def square(n):
    """The arrays have the indices of y, of x and of the component."""
    i = np.arange(n)
    disc = 5.0 * ((10 * i - 3 * n) ** 2 + ((10 * i - 6 * n) ** 2)[:, None] <= n * n)

    def laplacian(w):
        return sum(np.roll(w, shift, axis) for shift in (1, -1) for axis in (0, 1)) - 4 * w

    def field(source):
        def slopes(_, y):
            u, v = np.moveaxis(y.reshape(n, n, 2), 2, 0)
            du, dv = reaction(u, v, 3.4)
            scale = 0.1 * n * n
            return np.stack([du + source + scale * laplacian(u), dv + scale * laplacian(v)], axis=2).ravel()

        return slopes

    x = i / n
    u = np.repeat((22 * x * (1 - x) ** 1.5)[:, None], n, axis=1)
    v = np.repeat((27 * x * (1 - x) ** 1.5)[None, :], n, axis=0)
    return np.stack([u, v], axis=2).ravel(), [(field(0.0), 0, 1.1), (field(disc), 1.1, 11.5)]


def end(problem, **how):
    y, pieces = problem
    for field, a, b in pieces:
        y = solve_ivp(field, (a, b), y, **how).y[:, -1]
    return y


def main():
    problems = {}
    for name, nodes, problem in [("line", 40, line(40)), ("square", 10, square(10))]:
        first = end(problem, method="DOP853", rtol=1e-13, atol=1e-13)
        second = end(problem, method="Radau", rtol=1e-10, atol=1e-10)
        digits = float(f"{-np.log10(np.max(np.abs(first - second) / np.abs(first))):.3g}")
        print(name, digits, flush=True)
        problems[name] = {"nodes": nodes, "digits": digits, "y": first.tolist()}
    about = "The ends of the Brusselators with diffusion, by brusselators.py; `digits`: agreement of two integrators of SciPy."
    path = Path(__file__).with_name("brusselators.json")
    path.write_text(json.dumps({"about": about, "problems": problems}, indent=1) + "\n")


if __name__ == "__main__":
    main()
