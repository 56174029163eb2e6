"""The stiff problems for NumPy; `rust/src/stiff.rs` says the same.

Each has its field, its Jacobian as a dense matrix, and for the Brusselators its Jacobian as the five diagonals of LAPACK's
band storage, where the entry (i, j) is at [2 + i - j, j].
"""

from typing import Callable, NamedTuple

import numpy as np


class Problem(NamedTuple):
    rhs: Callable
    jacobian: Callable
    y0: np.ndarray
    end: float
    scale: float  # the absolute tolerance is the relative one times this
    banded: bool = False


def robertson():
    def rhs(t, y):
        decay, pairing, back = 0.04 * y[0], 3e7 * y[1] * y[1], 1e4 * y[1] * y[2]
        return np.array([back - decay, decay - back - pairing, pairing])

    def jacobian(t, y):
        a, b, c = 6e7 * y[1], 1e4 * y[2], 1e4 * y[1]
        return np.array([[-0.04, b, c], [0.04, -b - a, -c], [0.0, a, 0.0]])

    return Problem(rhs, jacobian, np.array([1.0, 0.0, 0.0]), 4e10, 1e-8)


def van_der_pol():
    def rhs(t, y):
        return np.array([y[1], 1000.0 * (1.0 - y[0] * y[0]) * y[1] - y[0]])

    def jacobian(t, y):
        return np.array([[0.0, 1.0], [-2000.0 * y[0] * y[1] - 1.0, 1000.0 * (1.0 - y[0] * y[0])]])

    return Problem(rhs, jacobian, np.array([2.0, 0.0]), 2000.0, 1e-3)


def oregonator():
    s, q, w = 77.27, 8.375e-6, 0.161

    def rhs(t, y):
        first = s * (y[1] + y[0] * (1.0 - q * y[0] - y[1]))
        return np.array([first, (y[2] - (1.0 + y[0]) * y[1]) / s, w * (y[0] - y[2])])

    def jacobian(t, y):
        first = [s * (1.0 - 2.0 * q * y[0] - y[1]), s * (1.0 - y[0]), 0.0]
        return np.array([first, [-y[1] / s, -(1.0 + y[0]) / s, 1.0 / s], [w, 0.0, -w]])

    return Problem(rhs, jacobian, np.array([1.0, 2.0, 3.0]), 360.0, 1.0)


def hires():
    linear = np.zeros((8, 8))
    linear[0, :3] = -1.71, 0.43, 8.32
    linear[1, :2] = 1.71, -8.75
    linear[2, 2:5] = -10.03, 0.43, 0.035
    linear[3, 1:4] = 8.32, 1.71, -1.12
    linear[4, 4:7] = -1.745, 0.43, 0.43
    linear[5, 3:7] = 0.69, 1.71, -0.43, 0.69
    linear[6, 6], linear[7, 6] = -1.81, 1.81
    constant = np.array([0.0007, 0, 0, 0, 0, 0, 0, 0])
    signs = np.array([0, 0, 0, 0, 0, -1.0, 1.0, -1.0])

    def rhs(t, y):
        return linear @ y + constant + (280.0 * y[5] * y[7]) * signs

    def jacobian(t, y):
        matrix = linear.copy()
        matrix[:, 5] += 280.0 * y[7] * signs
        matrix[:, 7] += 280.0 * y[5] * signs
        return matrix

    return Problem(rhs, jacobian, np.array([1.0, 0, 0, 0, 0, 0, 0, 0.0057]), 321.8122, 1e-4)


# Rate, reactants and products of each reaction; species are counted from 0.
REACTIONS = [
    (0.35, [0], [1, 2]),
    (26.6, [1, 3], [0]),
    (12.3e3, [4, 1], [5, 0]),
    (0.86e-3, [6], [4, 4, 7]),
    (0.82e-3, [6], [7]),
    (15e3, [6, 5], [4, 7]),
    (0.13e-3, [8], [4, 7, 9]),
    (24e3, [8, 5], [10]),
    (16.5e3, [10, 1], [0, 9, 11]),
    (9e3, [10, 0], [12]),
    (0.022, [12], [10, 0]),
    (12e3, [9, 1], [13, 0]),
    (1.88, [13], [6, 4]),
    (16.3e3, [0, 5], [14]),
    (4.8e6, [2], [3]),
    (0.35e-3, [3], [15]),
    (0.0175, [3], [2]),
    (1e8, [15], [5, 5]),
    (4.44e11, [15], [2]),
    (1.24e3, [16, 5], [4, 17]),
    (2.1, [18], [1]),
    (5.78, [18], [0, 2]),
    (0.0474, [0, 3], [18]),
    (1.78e3, [18, 0], [19]),
    (3.12, [19], [0, 18]),
]


def pollution():
    rates = np.array([rate for rate, _, _ in REACTIONS])
    balance = np.zeros((20, 25))  # of each species in each reaction
    for k, (_, consumed, made) in enumerate(REACTIONS):
        np.subtract.at(balance[:, k], consumed, 1.0)
        np.add.at(balance[:, k], made, 1.0)
    # Two reactants each, the second of which may be the one with the constant concentration 1.
    first, second = np.array([(consumed + [20])[:2] for _, consumed, _ in REACTIONS]).T
    pairs = np.flatnonzero(second < 20)

    def rhs(t, y):
        with_one = np.append(y, 1.0)
        return balance @ (rates * with_one[first] * with_one[second])

    def jacobian(t, y):
        with_one = np.append(y, 1.0)
        slopes = np.zeros((25, 20))
        slopes[np.arange(25), first] = rates * with_one[second]
        slopes[pairs, second[pairs]] = rates[pairs] * y[first[pairs]]
        return balance @ slopes

    y0 = np.zeros(20)
    y0[[1, 3, 6, 7, 8, 16]] = 0.2, 0.04, 0.1, 0.3, 0.01, 0.007
    return Problem(rhs, jacobian, y0, 60.0, 1e-6)


def e5():
    """In three unknowns (y1, y3, y4), since y2 = y3 + y4: the four equations lose all but three digits."""
    a, b, c, mc = 7.89e-10, 1.1e7, 1.13e3, 1.13e9

    def rhs(t, y):
        start, pairing = a * y[0], b * y[0] * y[1]
        ending, decay = mc * (y[1] + y[2]) * y[1], c * y[2]
        return np.array([-start - pairing, start - ending - (pairing - decay), pairing - decay])

    def jacobian(t, y):
        middle = [a - b * y[1], -mc * (2.0 * y[1] + y[2]) - b * y[0], c - mc * y[1]]
        return np.array([[-a - b * y[1], -b * y[0], 0.0], middle, [b * y[1], b * y[0], -c]])

    return Problem(rhs, jacobian, np.array([1.76e-3, 0.0, 0.0]), 1e13, 1e-24)


def brusselator(points):
    """u and v at the points in turn."""
    c = (points + 1.0) ** 2 / 50.0
    padded = np.tile([1.0, 3.0], points + 2)

    def rhs(t, y):
        padded[2:-2] = y
        u, v = y[::2], y[1::2]
        uuv = u * u * v
        dy = c * (padded[:-4] - 2.0 * y + padded[4:])
        dy[::2] += 1.0 + uuv - 4.0 * u
        dy[1::2] += 3.0 * u - uuv
        return dy

    def bands(t, y):
        u, v = y[::2], y[1::2]
        diagonals = np.zeros((5, 2 * points))
        diagonals[0, 2:] = diagonals[4, :-2] = c
        diagonals[1, 1::2] = u * u
        diagonals[2, ::2] = 2.0 * u * v - 4.0 - 2.0 * c
        diagonals[2, 1::2] = -u * u - 2.0 * c
        diagonals[3, ::2] = 3.0 - 2.0 * u * v
        return diagonals

    wave = 1.0 + np.sin(2.0 * np.pi * np.arange(1, points + 1) / (points + 1.0))
    y0 = np.column_stack([wave, np.full(points, 3.0)]).ravel()
    return Problem(rhs, bands, y0, 10.0, 1.0, True)


PROBLEMS = {
    "robertson": robertson(),
    "van-der-pol": van_der_pol(),
    "orego": oregonator(),
    "hires": hires(),
    "pollution": pollution(),
    "e5": e5(),
    "brusselator-100": brusselator(50),
    "brusselator-1000": brusselator(500),
}
