"""Reference sensitivities of Robertson's reaction, in sensitivities.json.

The variational equation is written by hand and solved together with the equation by two methods of SciPy, in double
precision: Radau, whose values are stored, and LSODA.

Needs: pip install numpy scipy.
"""

import json
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp

P = np.array([0.04, 3e7, 1e4])
TIMES = [0.4, 40.0]


def field(_, z):
    """The state, and the columns `p_k ∂y/∂p_k` and `∂y/∂y0`."""
    y, s = z[:3], z[3:].reshape(3, 6)
    decay, pairing, back = P[0] * y[0], P[1] * y[1] ** 2, P[2] * y[1] * y[2]
    rates = np.array([decay, pairing, back])
    # The change of the components by each reaction.
    change = np.array([[-1, 0, 1], [1, -1, -1], [0, 1, 0]])
    slopes = np.array([[P[0], 0, 0], [0, 2 * P[1] * y[1], 0], [0, P[2] * y[2], P[2] * y[1]]])
    ds = change @ slopes @ s
    ds[:, :3] += change * rates
    return np.concatenate([change @ rates, ds.ravel()])


def main():
    start = np.concatenate([[1, 0, 0], np.hstack([np.zeros((3, 3)), np.eye(3)]).ravel()])

    def solve(**how):
        return solve_ivp(field, (0, 40), start, t_eval=TIMES, **how).y.T

    first = solve(method="Radau", rtol=1e-12, atol=1e-18)
    second = solve(method="LSODA", rtol=1e-11, atol=1e-17)
    matrices = [[np.split(z[3:].reshape(3, 6), 2, axis=1) for z in found] for found in (first, second)]
    sizes = [[np.abs(m).max(axis=1, keepdims=True) for m in at] for at in matrices[0]]
    error = max(np.max(np.abs(a - b) / s) for x, y, z in zip(*matrices, sizes) for a, b, s in zip(x, y, z))
    digits = float(f"{-np.log10(error):.3g}")
    print(digits)
    about = (
        "Robertson's reaction with p = (0.04, 3e7, 1e4) from (1, 0, 0), by sensitivities.py: `by_params` has the entries "
        "p_k dy_i/dp_k in row i and column k, `by_y0` the entries dy_i/dy0_k, at every time; `digits`: agreement of two methods of "
        "SciPy, relative to the largest entry of a row."
    )
    values = [{"t": t, "by_params": a.tolist(), "by_y0": b.tolist()} for t, (a, b) in zip(TIMES, matrices[0])]
    path = Path(__file__).with_name("sensitivities.json")
    path.write_text(json.dumps({"about": about, "digits": digits, "robertson": values}, indent=1) + "\n")


if __name__ == "__main__":
    main()
