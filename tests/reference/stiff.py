"""Reference solutions of stiff problems at the end of their intervals; writes stiff.json beside this file.

The problems that are too large for this are in stiff_large.py.

Every problem is solved twice, by methods and arithmetics that have nothing in common:

* Radau IIA with 15 stages (order 29), Newton's method on all stages at once, 60 digits, matrices from FLINT;
* the linearly implicit Euler method extrapolated to order 18 (Hairer & Wanner II, section IV.9), numbers from mpmath.

The heat equation has a closed solution; it is compared with an exponential of the matrix.
Needs: pip install python-flint mpmath gmpy2. Takes about ten minutes; names as arguments select problems.
"""

import json
import sys
from pathlib import Path

import flint
import mpmath
from flint import arb, arb_mat, arb_poly, arb_series

RATES = """.35 .266e2 .123e5 .86e-3 .82e-3 .15e5 .13e-3 .24e5 .165e5 .9e4 .22e-1 .12e5 .188e1 .163e5 .48e7 .35e-3
    .175e-1 .1e9 .444e12 .124e4 .21e1 .578e1 .474e-1 .178e4 .312e1""".split()


def robertson(n, y):
    a, b, c = n("0.04") * y[0], n("3e7") * y[1] * y[1], n("1e4") * y[1] * y[2]
    return [c - a, a - c - b, b]


def van_der_pol(n, y):
    return [y[1], n(1000) * (1 - y[0] * y[0]) * y[1] - y[0]]


def oregonator(n, y):
    s, q, w = n("77.27"), n("8.375e-6"), n("0.161")
    return [s * (y[1] + y[0] * (1 - q * y[0] - y[1])), (y[2] - (1 + y[0]) * y[1]) / s, w * (y[0] - y[2])]


def hires(n, y):
    c = n
    r = n(280) * y[5] * y[7]
    return [
        c("-1.71") * y[0] + c("0.43") * y[1] + c("8.32") * y[2] + c("0.0007"),
        c("1.71") * y[0] - c("8.75") * y[1],
        c("-10.03") * y[2] + c("0.43") * y[3] + c("0.035") * y[4],
        c("8.32") * y[1] + c("1.71") * y[2] - c("1.12") * y[3],
        c("-1.745") * y[4] + c("0.43") * (y[5] + y[6]),
        c("0.69") * y[3] + c("1.71") * y[4] - c("0.43") * y[5] + c("0.69") * y[6] - r,
        r - c("1.81") * y[6],
        c("1.81") * y[6] - r,
    ]


def pollution(n, y):
    k = [None] + [n(x) for x in RATES]
    y = [None] + y
    r = [None, k[1] * y[1], k[2] * y[2] * y[4], k[3] * y[5] * y[2], k[4] * y[7], k[5] * y[7], k[6] * y[7] * y[6],
         k[7] * y[9], k[8] * y[9] * y[6], k[9] * y[11] * y[2], k[10] * y[11] * y[1], k[11] * y[13],
         k[12] * y[10] * y[2], k[13] * y[14], k[14] * y[1] * y[6], k[15] * y[3], k[16] * y[4], k[17] * y[4],
         k[18] * y[16], k[19] * y[16], k[20] * y[17] * y[6], k[21] * y[19], k[22] * y[19], k[23] * y[1] * y[4],
         k[24] * y[19] * y[1], k[25] * y[20]]  # fmt: skip
    return [
        r[2] + r[3] + r[9] + r[11] + r[12] + r[22] + r[25] - r[1] - r[10] - r[14] - r[23] - r[24],
        r[1] + r[21] - r[2] - r[3] - r[9] - r[12],
        r[1] + r[17] + r[19] + r[22] - r[15],
        r[15] - r[2] - r[16] - r[17] - r[23],
        2 * r[4] + r[6] + r[7] + r[13] + r[20] - r[3],
        r[3] + 2 * r[18] - r[6] - r[8] - r[14] - r[20],
        r[13] - r[4] - r[5] - r[6],
        r[4] + r[5] + r[6] + r[7],
        -r[7] - r[8],
        r[7] + r[9] - r[12],
        r[8] + r[11] - r[9] - r[10],
        r[9],
        r[10] - r[11],
        r[12] - r[13],
        r[14],
        r[16] - r[18] - r[19],
        -r[20],
        r[20],
        r[23] + r[25] - r[21] - r[22] - r[24],
        r[24] - r[25],
    ]


def e5(n, y):
    a, b, c, m = n("7.89e-10"), n("1.1e7"), n("1.13e3"), n("1e6")
    r = [a * y[0], b * y[0] * y[2], m * c * y[1] * y[2], c * y[3]]
    return [-r[0] - r[1], r[0] - r[2], r[0] - r[1] - r[2] + r[3], r[1] - r[3]]


# Field, initial values, end, scale below which an error is measured absolutely, and the published end values: Mazzia &
# Magherini, Test Set for IVP Solvers, release 2.4 (for Van der Pol the velocity there is per t / mu, and Robertson's
# problem ends at 1e11: solved once more for the comparison).
PROBLEMS = {
    "robertson": (robertson, ["1", "0", "0"], "4e10", "1e-16", None),
    "robertson_1e11": (robertson, ["1", "0", "0"], "1e11", "1e-16",
                       ["0.2083340149701255e-7", "0.8333360770334713e-13", "0.9999999791665050"]),
    "van_der_pol": (van_der_pol, ["2", "0"], "2000", "1e-6", ["1.706167732170483", "-0.8928097010247975e-3"]),
    "oregonator": (oregonator, ["1", "2", "3"], "360", "1e-3",
                   ["0.1000814870318523e1", "0.1228178521549917e4", "0.1320554942846706e3"]),
    "hires": (hires, ["1", "0", "0", "0", "0", "0", "0", "0.0057"], "321.8122", "1e-8",
              ["0.7371312573325668e-3", "0.1442485726316185e-3", "0.5888729740967575e-4", "0.1175651343283149e-2",
               "0.2386356198831331e-2", "0.6238968252742796e-2", "0.2849998395185769e-2", "0.2850001604814231e-2"]),
    "pollution": (pollution, "0 .2 0 .04 0 0 .1 .3 .01 0 0 0 0 0 0 0 .007 0 0 0".split(), "60", "1e-20",
                  "0.5646255480022769e-1 0.1342484130422339 0.4139734331099427e-8 0.5523140207484359e-2 "
                  "0.2018977262302196e-6 0.1464541863493966e-6 0.7784249118997964e-1 0.3245075353396018 "
                  "0.7494013383880406e-2 0.1622293157301561e-7 0.1135863833257075e-7 0.2230505975721359e-2 "
                  "0.2087162882798630e-3 0.1396921016840158e-4 0.8964884856898295e-2 0.4352846369330103e-17 "
                  "0.6899219696263405e-2 0.1007803037365946e-3 0.1772146513969984e-5 0.5682943292316392e-4".split()),
    "e5": (e5, ["1.76e-3", "0", "0", "0"], "1e13", "1e-40",
           ["0.1152903278711829e-290", "0.8867655517642120e-22", "0.8854814626268838e-22", "0"]),
}  # fmt: skip


def mid(x):
    return x.mid()


class Radau:
    """Radau IIA with `s` stages in arb: nodes are the zeros of P_s - P_(s-1) on [0, 1]."""

    def __init__(self, s):
        flint.ctx.dps, mpmath.mp.dps = 80, 80
        x = arb_poly([-1, 2])
        self.legendre = [arb_poly([1]), x]
        for k in range(1, s):
            self.legendre.append(((2 * k + 1) * x * self.legendre[k] - k * self.legendre[k - 1]) * (arb(1) / (k + 1)))
        p = [mpmath.mpf(c.str(75, radius=False)) for c in (self.legendre[s] - self.legendre[s - 1]).coeffs()]
        roots = sorted(mpmath.re(r) for r in mpmath.polyroots(p[::-1], maxsteps=500, extraprec=400))
        self.s, self.c = s, [arb(mpmath.nstr(r, 75)) for r in roots[:-1]] + [arb(1)]
        powers = arb_mat([[c**k for k in range(s)] for c in self.c])
        integrals = arb_mat([[c ** (k + 1) / (k + 1) for k in range(s)] for c in self.c])
        inverse = powers.inv()
        self.a = [[mid(x) for x in row] for row in (integrals * inverse).tolist()]
        # Stage slopes to coefficients of Legendre polynomials: the last ones measure how well a step is resolved.
        values = arb_mat([[p(c) for p in self.legendre[:s]] for c in self.c])
        self.modes = [[mid(x) for x in row] for row in values.inv().tolist()]

    def slopes(self, f, y):
        return [mid(x) for x in f(arb, y)]

    def jacobian(self, f, y):
        n = len(y)
        columns = []
        for j in range(n):
            line = [arb_series([x, int(i == j)], prec=2) for i, x in enumerate(y)]
            columns.append([x[1] if isinstance(x, arb_series) else arb(0) for x in f(arb, line)])
        return [[mid(columns[j][i]) for j in range(n)] for i in range(n)]

    def step(self, f, y, h, guess, scale):
        """The stages, or None where Newton's method fails."""
        s, n = self.s, len(y)
        stages = guess
        before = None
        for _ in range(12):
            k = [self.slopes(f, z) for z in stages]
            jac = [self.jacobian(f, z) for z in stages]
            residual = [
                mid(y[m] + h * sum((self.a[i][j] * k[j][m] for j in range(s)), arb(0)) - stages[i][m])
                for i in range(s) for m in range(n)
            ]  # fmt: skip
            matrix = [
                [mid((1 if i == j and m == l else 0) - h * self.a[i][j] * jac[j][m][l]) for j in range(s) for l in range(n)]
                for i in range(s) for m in range(n)
            ]  # fmt: skip
            change = arb_mat(matrix).solve(arb_mat([[r] for r in residual]), algorithm="approx").tolist()
            change = [mid(row[0]) for row in change]
            stages = [[mid(stages[i][m] + change[i * n + m]) for m in range(n)] for i in range(s)]
            size = max(abs(float(change[i * n + m] / scale[m])) for i in range(s) for m in range(n))
            if size < 1e-22:
                return stages
            if before is not None and size > 0.5 * before:
                return None
            before = size
        return None

    def solve(self, f, y, end, floor, tolerance):
        flint.ctx.dps = 60
        y, t, end = [arb(x) for x in y], arb(0), arb(end)
        floor = arb(floor)
        h = mid(end * arb("1e-16"))
        steps = 0
        while t < end:
            h = min(h, mid(end - t))
            scale = [abs(x) + floor for x in y]
            stages = self.step(f, y, h, [y] * self.s, scale)
            if stages is None:
                h = mid(h / 4)
                continue
            k = [self.slopes(f, z) for z in stages]
            last = self.modes[-1]
            error = max(
                abs(float(h * sum((w * v[m] for w, v in zip(last, k)), arb(0)) / max(scale[m], abs(stages[-1][m]))))
                for m in range(len(y))
            )
            if error <= tolerance:
                t, y = mid(t + h), stages[-1]
                steps += 1
            factor = 0.8 * (tolerance / max(error, 1e-60)) ** (1 / self.s)
            h = mid(h * arb(min(5.0, max(0.2, factor))))
        return y, steps


def lu(a):
    """Gauss elimination with pivoting in place; the order of rows."""
    n = len(a)
    order = list(range(n))
    for k in range(n):
        p = max(range(k, n), key=lambda i: abs(a[i][k]))
        a[k], a[p], order[k], order[p] = a[p], a[k], order[p], order[k]
        for i in range(k + 1, n):
            if a[i][k]:
                a[i][k] /= a[k][k]
                for j in range(k + 1, n):
                    if a[k][j]:
                        a[i][j] -= a[i][k] * a[k][j]
    return order


def solve_lu(a, order, b):
    n = len(a)
    x = [b[i] for i in order]
    for i in range(n):
        for j in range(i):
            if a[i][j]:
                x[i] -= a[i][j] * x[j]
    for i in reversed(range(n)):
        for j in range(i + 1, n):
            if a[i][j]:
                x[i] -= a[i][j] * x[j]
        x[i] /= a[i][i]
    return x


def differences(f, y, floor):
    """The Jacobian by central differences: exact up to rounding, since all fields are polynomials of degree 2 or 3."""
    columns = []
    for j in range(len(y)):
        d = (abs(y[j]) + floor) * mpmath.mpf("1e-20")
        up, down = ([x + (e if i == j else 0) for i, x in enumerate(y)] for e in (d, -d))
        columns.append([(u - v) / (2 * d) for u, v in zip(f(mpmath.mpf, up), f(mpmath.mpf, down))])
    return [[columns[j][i] for j in range(len(y))] for i in range(len(y))]


def seulex(f, y, end, floor, columns, tolerance):
    """The solution at `end` by extrapolation of the linearly implicit Euler method."""
    mpmath.mp.dps = 60
    y, t, end, floor = [mpmath.mpf(x) for x in y], mpmath.mpf(0), mpmath.mpf(end), mpmath.mpf(floor)
    h = end * mpmath.mpf("1e-16")
    n, steps = len(y), 0
    while t < end:
        h = min(h, end - t)
        jacobian = differences(f, y, floor)
        table = []
        for j in range(1, columns + 1):
            d = h / j
            matrix = [[(i == m) - d * jacobian[i][m] for m in range(n)] for i in range(n)]
            order = lu(matrix)
            z = y
            for _ in range(j):
                z = [a + b for a, b in zip(z, solve_lu(matrix, order, [d * v for v in f(mpmath.mpf, z)]))]
            row = [z]
            for k in range(1, j):
                ratio = mpmath.mpf(j) / (j - k) - 1
                row.append([a + (a - b) / ratio for a, b in zip(row[-1], table[-1][k - 1])])
            table.append(row)
        found, coarse = table[-1][-1], table[-1][-2]
        error = max(float(abs(a - b) / (max(abs(a), abs(c)) + floor)) for a, b, c in zip(found, coarse, y))
        if error <= tolerance:
            t, y, steps = t + h, found, steps + 1
        h *= mpmath.mpf(min(4.0, max(0.2, 0.8 * (tolerance / max(error, 1e-60)) ** (1 / columns))))
    return y, steps


def heat(nodes=100, t="0.1"):
    """Three sine modes on inner nodes, and the same by an exponential of the matrix."""
    mpmath.mp.dps, flint.ctx.dps = 50, 200
    n, t = nodes + 1, mpmath.mpf(t)
    modes = [(1, mpmath.mpf(1)), (3, mpmath.mpf("0.5")), (10, mpmath.mpf("0.2"))]
    rate = lambda k: 4 * n * n * mpmath.sin(k * mpmath.pi / (2 * n)) ** 2
    at = lambda time: [
        sum(a * mpmath.exp(-rate(k) * time) * mpmath.sin(k * mpmath.pi * i / n) for k, a in modes) for i in range(1, n)
    ]
    entry = lambda i, j: -2 if i == j else int(abs(i - j) == 1)
    matrix = arb_mat([[entry(i, j) * arb(n * n) * arb("0.1") for j in range(nodes)] for i in range(nodes)])
    start = arb_mat([[arb(mpmath.nstr(y, 50))] for y in at(mpmath.mpf(0))])
    by_matrix = [mpmath.mpf(row[0].str(45, radius=False)) for row in (matrix.exp() * start).tolist()]
    return at(t), by_matrix


def digits(a, b, floor):
    """Decimal digits in which all components agree, relative to those not below `floor`."""
    worst = max(abs(x - y) / max(abs(x), mpmath.mpf(floor)) for x, y in zip(a, b))
    return float(mpmath.nstr(-mpmath.log10(worst), 3)) if worst else mpmath.mp.dps


def entry(first, second, floor, **more):
    y = [mpmath.nstr(x, 25, min_fixed=0, max_fixed=0) if abs(x) > mpmath.mpf(floor) else "0" for x in first]
    return {"y": y, "digits": digits(first, second, floor), **more}


def solve(name):
    if name == "heat":
        return {"t": 0.1, **entry(*heat(), "1e-8")}
    f, y0, end, floor, published = PROBLEMS[name]
    # Twenty unknowns at full accuracy would take hours.
    large = len(y0) > 10
    stages, columns = ((7, 1e-11), (10, 1e-11)) if large else ((15, 1e-19), (18, 1e-16))
    first, steps = Radau(stages[0]).solve(f, y0, end, floor, stages[1])
    first = [mpmath.mpf(x.str(40, radius=False)) for x in first]
    print(name, "radau", steps, [mpmath.nstr(x, 17) for x in first], flush=True)
    second, more = seulex(f, y0, end, floor, *columns)
    print(name, "seulex", more, [mpmath.nstr(x, 17) for x in second], flush=True)
    found = {"t": float(end), **entry(first, second, floor)}
    if published:
        found["digits_published"] = digits(first, [mpmath.mpf(x) for x in published], floor)
    return found


def main():
    path = Path(__file__).with_suffix(".json")
    for name in sys.argv[1:] or [*PROBLEMS, "heat"]:
        found = solve(name)
        print(name, found["digits"], found.get("digits_published"), flush=True)
        about = (
            "Solutions of stiff problems at t, 25 digits each, by stiff.py: Radau IIA with 15 stages (tolerance 1e-19 on the last "
            "Legendre mode of a step) in 60-digit FLINT arithmetic; `digits`: relative agreement of all components with the "
            "linearly implicit Euler method extrapolated to order 18 (local tolerance 1e-16) in 60-digit mpmath arithmetic "
            "(the pollution problem: 7 stages and 1e-11, order 10 and 1e-11), for the heat equation of the closed solution with an exponential of the matrix; `digits_published`: agreement "
            "with Mazzia & Magherini, Test Set for IVP Solvers, release 2.4. Constants are exact decimals. What is below the scale of a "
            "problem is 0. E5: the published end has a rounding error of 1e-25 in y2 - y3 - y4, which is zero."
        )
        # Other problems are in the same file.
        root = json.loads(path.read_text()) if path.exists() else {"problems": {}}
        root["about"] = about
        root["problems"][name] = found
        path.write_text(json.dumps(root, indent=1) + "\n")


if __name__ == "__main__":
    main()
