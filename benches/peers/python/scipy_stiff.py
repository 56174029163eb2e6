"""SciPy on the stiff problems: Radau and BDF in Python, LSODA in Fortran, with exact Jacobians, sparse or banded for the
Brusselators."""

import numpy as np
import scipy
from scipy.integrate import solve_ivp
from scipy.sparse import dia_matrix

from clock import line, seconds
from limits import SLOW, TOLERANCES, Watch
from stiff import PROBLEMS


def options(problem, method):
    """The Jacobian in the form of the method."""
    if not problem.banded:
        return dict(jac=problem.jacobian)
    if method == "LSODA":
        return dict(jac=problem.jacobian, lband=2, uband=2)
    n = len(problem.y0)
    diagonals = [2, 1, 0, -1, -2]
    return dict(jac=lambda t, y: dia_matrix((problem.jacobian(t, y), diagonals), shape=(n, n)).tocsc())


def curve(name, problem, method):
    watch = Watch()
    field = watch.watched(problem.rhs)
    for tol in TOLERANCES:
        def run():
            watch.restart()
            how = dict(method=method, rtol=tol, atol=tol * problem.scale, **options(problem, method))
            return solve_ivp(field, (0.0, problem.end), problem.y0, **how)

        about = dict(library="SciPy", version=scipy.__version__, problem=name, method=method, tol=tol)
        try:
            solution = run()
            if not solution.success:
                raise RuntimeError(solution.message)
            samples = seconds(run)
            line(**about, seconds=samples, evaluations=int(solution.nfev), y=solution.y[:, -1].tolist())
        except Exception as error:  # the other rows are wanted all the same
            line(**about, failed=f"{type(error).__name__}: {error}"[:100])
        if watch.elapsed() > SLOW:
            break


np.seterr(all="ignore")
for name, problem in PROBLEMS.items():
    for method in ["Radau", "BDF", "LSODA"]:
        curve(name, problem, method)
