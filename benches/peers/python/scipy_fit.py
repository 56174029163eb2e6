"""SciPy on the fit of the Lotka-Volterra equations to the pelts of 1900-1920; `rust/src/bin/rheos_fit.rs` has the same problem.

Six unknowns in logarithms, 42 residuals ln(model) - ln(data); `solve_ivp` with rtol 1e-8 and atol 1e-10; the default
tolerances of `least_squares`, whose Jacobian is by its own differences.
"""

import csv
from pathlib import Path

import numpy as np
import scipy
from scipy.integrate import solve_ivp
from scipy.optimize import least_squares

from clock import row

DATA = Path(__file__).parents[3] / "examples" / "data" / "lynx_hare_1900_1920.csv"
# alpha, beta, gamma, delta, hares and lynxes in 1900.
START = [1.0, 0.05, 1.0, 0.05, 30.0, 4.0]

table = np.array(list(csv.reader(DATA.open()))[1:], float)
times, observed = table[:, 0], np.log(table[:, 1:]).T


def fit(method, solver):
    def residuals(u):
        a, b, c, d = np.exp(u[:4]).tolist()
        field = lambda _, y: [a * y[0] - b * y[0] * y[1], d * y[0] * y[1] - c * y[1]]
        span = (times[0], times[-1])
        found = solve_ivp(field, span, np.exp(u[4:]), t_eval=times, method=solver, rtol=1e-8, atol=1e-10)
        if not found.success:
            raise ArithmeticError(found.message)
        return (np.log(found.y) - observed).ravel()

    def run():
        found = least_squares(residuals, np.log(START), method=method)
        return 2 * found.cost, np.linalg.norm(np.exp(found.x)), None

    return run


for method, solver in (("lm", "RK45"), ("lm", "DOP853"), ("lm", "LSODA"), ("trf", "RK45"), ("trf", "LSODA")):
    row("SciPy", scipy.__version__, "fit", "the fit", f"{method}, {solver}", fit(method, solver))
