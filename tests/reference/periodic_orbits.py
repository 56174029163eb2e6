"""Periodic orbits by SciPy, for tests/analysis/periodic_orbits.rs.

Shooting on a Poincaré section with an event, independent of the crate's phase condition: the state is integrated by DOP853 at
rtol = 1e-13 to the next crossing of a plane, and the return map is solved by a secant or by fsolve. Multipliers come from the
variational equation over the period found, and by Liouville's formula from the integral of the divergence.

Run: python tests/reference/periodic_orbits.py (NumPy 2, SciPy 1).
"""

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, fsolve

TIGHT = dict(method="DOP853", rtol=1e-13, atol=1e-14)


def crossing(f, y0, plane, least, longest):
    """The first time after `least` at which `plane` is crossed upwards, and the state."""

    def event(t, y):
        return plane(y)

    event.direction = 1
    start = solve_ivp(lambda t, y: f(y), (0, least), y0, **TIGHT).y[:, -1]
    rest = solve_ivp(lambda t, y: f(y), (least, longest), start, events=event, **TIGHT)
    return rest.t_events[0][0], rest.y_events[0][0]


def monodromy(f, jacobian, y0, period):
    n = len(y0)

    def variational(t, z):
        y, m = z[:n], z[n : n + n * n].reshape(n, n)
        slopes = jacobian(y)
        return np.concatenate([f(y), (slopes @ m).ravel(), [np.trace(slopes)]])

    z = solve_ivp(variational, (0, period), np.concatenate([y0, np.eye(n).ravel(), [0.0]]), **TIGHT).y[:, -1]
    return z[n : n + n * n].reshape(n, n), z[-1]


def report(name, f, jacobian, y0, period):
    m, volume = monodromy(f, jacobian, y0, period)
    values = sorted(np.linalg.eigvals(m), key=abs, reverse=True)
    print(f"{name}: x = {[f'{x:.12g}' for x in y0]}, period {period:.12f}, multipliers {values}, exp(volume) {np.exp(volume):.12e}")


def planar(name, f, jacobian, plane, point, low, high, least, longest):
    """A cycle in the plane through points `point(r)` with `low < r < high`."""

    def back(r):
        y = point(r)
        return crossing(f, y, plane, least, longest)[1] @ point(1.0) / (point(1.0) @ point(1.0)) - r

    r = brentq(back, low, high, xtol=1e-14, rtol=1e-14)
    period, _ = crossing(f, point(r), plane, least, longest)
    report(name, f, jacobian, point(r), period)


def van_der_pol(mu):
    f = lambda y: np.array([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]])
    j = lambda y: np.array([[0, 1], [-2 * mu * y[0] * y[1] - 1, mu * (1 - y[0] ** 2)]])
    # y[1] = 0 is crossed downwards at the largest y[0].
    planar(f"Van der Pol {mu}", f, j, lambda y: -y[1], lambda r: np.array([r, 0.0]), 1.8, 2.2, 3.5, 30)


def brusselator(a, b):
    f = lambda y: np.array([a - (b + 1) * y[0] + y[0] ** 2 * y[1], b * y[0] - y[0] ** 2 * y[1]])
    j = lambda y: np.array([[-(b + 1) + 2 * y[0] * y[1], y[0] ** 2], [b - 2 * y[0] * y[1], -y[0] ** 2]])
    plane = lambda y: y[0] - a

    def back(v):
        return crossing(f, np.array([a, v]), plane, 1.0, 60)[1][1] - v

    v = brentq(back, 3.5, 6.0, xtol=1e-14, rtol=1e-14)
    period, _ = crossing(f, np.array([a, v]), plane, 1.0, 60)
    report(f"Brusselator {a} {b}", f, j, np.array([a, v]), period)


def lorenz():
    s, r, b = 10.0, 28.0, 8.0 / 3.0
    f = lambda y: np.array([s * (y[1] - y[0]), y[0] * (r - y[2]) - y[1], y[0] * y[1] - b * y[2]])
    j = lambda y: np.array([[-s, s, 0], [r - y[2], -1, -y[0]], [y[1], y[0], -b]])
    plane = lambda y: y[2] - (r - 1)
    start = np.array([-13.763610682134, -19.578751942452, 27.0])  # Viswanath 2003, the orbit AB

    def back(v):
        return crossing(f, np.array([v[0], v[1], r - 1]), plane, 1.2, 3.0)[1][:2] - v

    v = fsolve(back, start[:2], xtol=1e-13)
    x = np.array([v[0], v[1], r - 1])
    period, _ = crossing(f, x, plane, 1.2, 3.0)
    report("Lorenz AB", f, j, x, period)


def roessler(c):
    """The orbit of two turns, which is stable, and the one of one turn, which has become unstable by a flip."""
    a = b = 0.2
    f = lambda y: np.array([-y[1] - y[2], y[0] + a * y[1], b + y[2] * (y[0] - c)])
    j = lambda y: np.array([[0, -1, -1], [1, a, 0], [y[2], 0, y[0] - c]])
    plane = lambda y: -y[1]
    start = solve_ivp(lambda t, y: f(y), (0, 1000), [1.0, 1.0, 1.0], **TIGHT).y[:, -1]
    _, start = crossing(f, start, plane, 1.0, 30)

    def turns(v, count):
        y, total = np.array([v[0], 0.0, v[1]]), 0.0
        for _ in range(count):
            t, y = crossing(f, y, plane, 1.0, 30)
            total += t
        return y[[0, 2]], total

    second, _ = turns(start[[0, 2]], 1)
    for count, guess in [(2, start[[0, 2]]), (1, 0.5 * (start[[0, 2]] + second))]:
        v = fsolve(lambda v: turns(v, count)[0] - v, guess, xtol=1e-13)
        report(f"Roessler {c}, {count} turns", f, j, np.array([v[0], 0.0, v[1]]), turns(v, count)[1])


van_der_pol(1.0)
van_der_pol(5.0)
brusselator(1.0, 3.0)
lorenz()
roessler(3.5)
