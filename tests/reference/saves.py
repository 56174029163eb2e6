"""Solutions of two stiff problems inside their intervals; writes saves.json beside this file.

SciPy's Radau, which lands on every time, at the tolerances 1e-12 and 1e-10; the former are kept, and `agreement` is the
largest relative difference of the two. Needs: pip install scipy. Takes about a minute.
"""

import json
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp


def robertson(t, y):
    a, b, c = 0.04 * y[0], 3e7 * y[1] * y[1], 1e4 * y[1] * y[2]
    return [c - a, a - c - b, b]


def robertson_jacobian(t, y):
    return [
        [-0.04, 1e4 * y[2], 1e4 * y[1]],
        [0.04, -1e4 * y[2] - 6e7 * y[1], -1e4 * y[1]],
        [0.0, 6e7 * y[1], 0.0],
    ]


def van_der_pol(t, y):
    return [y[1], 1000 * (1 - y[0] * y[0]) * y[1] - y[0]]


def van_der_pol_jacobian(t, y):
    return [[0.0, 1.0], [-2000 * y[0] * y[1] - 1, 1000 * (1 - y[0] * y[0])]]


def solve(field, jacobian, y, times, rtol, atol):
    t, states = 0.0, []
    for end in times:
        solution = solve_ivp(field, (t, end), y, "Radau", rtol=rtol, atol=rtol * np.array(atol), jac=jacobian)
        assert solution.success
        t, y = end, solution.y[:, -1]
        states.append(y)
    return np.array(states)


PROBLEMS = {
    "robertson": (robertson, robertson_jacobian, [1.0, 0.0, 0.0], [0.4 * 10 ** (k / 4) for k in range(45)], [1e-8] * 3),
    "van_der_pol": (van_der_pol, van_der_pol_jacobian, [2.0, 0.0], [25.0 * k for k in range(1, 81)], [1e-3] * 2),
}

out = {}
for name, (field, jacobian, y0, times, atol) in PROBLEMS.items():
    fine = solve(field, jacobian, y0, times, 1e-12, atol)
    coarse = solve(field, jacobian, y0, times, 1e-10, atol)
    agreement = float(np.max(np.abs(fine - coarse) / np.abs(fine)))
    print(name, agreement)
    out[name] = {"t": times, "y": [[f"{x:.12e}" for x in y] for y in fine], "agreement": f"{agreement:.1e}"}
Path(__file__).with_name("saves.json").write_text(json.dumps({"about": __doc__, "problems": out}, indent=1) + "\n")
