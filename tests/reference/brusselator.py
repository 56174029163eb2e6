"""The Brusselator with diffusion on 500 points at t = 10, for `tests/large/krylov.rs`, by two integrators of SciPy.

Needs: pip install numpy scipy. Prints u and v at three points, and the largest difference of the two.
"""

import numpy as np
from scipy.integrate import odeint, solve_ivp
from scipy.sparse import diags_array

N = 500
C = (N + 1) ** 2 / 50


def field(_, y):
    u, v = (np.pad(y[k::2], 1, constant_values=end) for k, end in ((0, 1.0), (1, 3.0)))
    reaction = u * u * v
    du = 1 + reaction[1:-1] - 4 * u[1:-1] + C * np.diff(u, 2)
    dv = 3 * u[1:-1] - reaction[1:-1] + C * np.diff(v, 2)
    return np.column_stack([du, dv]).ravel()


x = np.arange(1, N + 1) / (N + 1)
start = np.column_stack([1 + np.sin(2 * np.pi * x), np.full(N, 3.0)]).ravel()
lsoda = odeint(field, start, [0, 10], rtol=1e-11, atol=1e-12, ml=2, mu=2, tfirst=True, mxstep=100000)[-1]
band = diags_array([1.0] * 5, offsets=[-2, -1, 0, 1, 2], shape=(2 * N, 2 * N))
radau = solve_ivp(field, (0, 10), start, method="Radau", rtol=1e-9, atol=1e-10, jac_sparsity=band).y[:, -1]
for point in (100, 250, 400):
    print(point, *lsoda[2 * point - 2 : 2 * point])
print("difference", np.abs(lsoda - radau).max())
