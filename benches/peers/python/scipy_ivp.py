"""SciPy on the classical problems: its Runge-Kutta pairs in Python, and LSODA in Fortran."""

import numpy as np
import scipy
from scipy.integrate import solve_ivp

from clock import SLOW, line, seconds
from problems import PROBLEMS, TOLERANCES

for name, (field, y0, end) in PROBLEMS.items():
    rhs = field(np)
    for method in ["RK45", "DOP853", "LSODA"]:
        for tol in TOLERANCES:
            def run():
                return solve_ivp(lambda t, y: rhs(y), (0.0, end), y0, method=method, rtol=tol, atol=tol)

            about = dict(library="SciPy", version=scipy.__version__, problem=name, method=method, tol=tol)
            solution = run()
            if not solution.success:
                line(**about, failed=solution.message)
                continue
            samples = seconds(run)
            line(**about, seconds=samples, evaluations=int(solution.nfev), y=solution.y[:, -1].tolist())
            if min(samples) > SLOW:
                break  # tighter tolerances take longer still
