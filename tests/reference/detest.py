"""Reference solutions of the non-stiff DETEST problems at t = 20; writes detest.json beside this file.

Every problem is solved twice, by algorithms and arithmetics that have nothing in common:

* Taylor series of degree 47 in 50 digits with steps after Jorba & Zou (2005), power series from FLINT;
* Gragg's rule extrapolated to order 24 in 40 digits (Hairer, Norsett & Wanner I, section II.9), numbers from mpmath.

Needs: pip install python-flint mpmath gmpy2. Takes a few minutes; names as arguments select problems.
"""

import json
import sys
from pathlib import Path

import flint
import mpmath
from flint import arb, arb_series

DEGREE = 47
END = 20

# Published end values, Enright & Pryce (1987), Algorithm 648: the first component of each problem.
PUBLISHED = {
    "A1": 2.061153353012535e-09, "A2": 2.182178902359887e-01, "A3": 2.491650271850414e00,
    "A4": 1.773016648131483e01, "A5": -7.887826688964196e-01, "B1": 6.761876008576667e-01,
    "B2": 1.000000001030576e00, "B3": 2.061153488557776e-09, "B4": 9.826950928005993e-01,
    "B5": -9.396570798729192e-01, "C1": 2.061153622240064e-09, "C2": 2.061153577984930e-09,
    "C3": 2.948119211022058e-03, "C4": 3.124111453721466e-03, "C5": -4.792730224323733e00,
    "D1": 2.198835352008397e-01, "D2": -1.777027357140412e-01, "D3": -5.780432953035361e-01,
    "D4": -9.538990293416394e-01, "D5": -1.295266250987574e00, "E1": 1.456723600728308e-01,
    "E2": 2.008149762174948e00, "E3": -1.004178858647128e-01, "E4": 3.395091444646555e01,
    "E5": 1.411797390542629e01,
}  # fmt: skip

PLANETS = """3.42947415189 3.35386959711 1.35494901715 6.64145542550 5.97156957878 2.18231499728
    11.2630437207 14.6952576794 6.27960525067 -30.1552268759 1.65699966404 1.43785752721
    -21.1238353380 28.4465098142 15.3882659679 -.557160570446 .505696783289 .230578543901
    -.415570776342 .365682722812 .169143213293 -.325325669158 .189706021964 .0877265322780
    -.0240476254170 -.287659532608 -.117219543175 -.176860753121 -.216393453025 -.0148647893090""".split()
MASSES = ".954786104043e-3 .285583733151e-3 .437273164546e-4 .517759138449e-4 .277777777778e-5".split()


class Mp:
    """Numbers of mpmath."""

    number = staticmethod(mpmath.mpf)
    sqrt, sin, cos = (staticmethod(f) for f in (mpmath.sqrt, mpmath.sin, mpmath.cos))


class Series:
    """Power series of FLINT."""

    number = staticmethod(arb)
    sqrt, sin, cos = (staticmethod(lambda x, name=name: getattr(x, name)()) for name in ("sqrt", "sin", "cos"))


def chain(y, rate):
    flow = [rate(i) * y[i] for i in range(len(y) - 1)]
    return [-flow[0]] + [flow[i - 1] - flow[i] for i in range(1, len(flow))] + [flow[-1]]


def diffusion(y):
    inner = [y[i - 1] - 2 * y[i] + y[i + 1] for i in range(1, len(y) - 1)]
    return [y[1] - 2 * y[0]] + inner + [y[-2] - 2 * y[-1]]


def torus(m, y):
    r = m.sqrt(y[0] * y[0] + y[1] * y[1])
    return [-y[1] - y[0] * y[2] / r, y[0] - y[1] * y[2] / r, y[0] / r]


def kepler(m, y):
    r2 = y[0] * y[0] + y[1] * y[1]
    r3 = r2 * m.sqrt(r2)
    return [y[2], y[3], -y[0] / r3, -y[1] / r3]


def bessel(m, t, y):
    x = t + 1
    return [y[1], -y[1] / x - (1 - 1 / (4 * x * x)) * y[0]]


def planets(m, y):
    """Relative to the sun, in the form of Algorithm 648: inverse cubes of distances first."""

    def cube(d):
        r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
        return 1 / (r2 * m.sqrt(r2))

    mass, sun, gravity = [m.number(x) for x in MASSES], m.number("1.00000597682"), m.number("2.95912208286")
    at = [y[3 * i : 3 * i + 3] for i in range(5)]
    r = [cube(x) for x in at]
    q = {(i, j): cube([a - b for a, b in zip(at[i], at[j])]) for i in range(5) for j in range(i)}
    q |= {(j, i): x for (i, j), x in q.items()}
    pull = []
    for i in range(5):
        for k in range(3):
            others = sum(
                mass[j] * (at[j][k] * (q[i, j] - r[j]) - at[i][k] * q[i, j]) for j in range(5) if j != i
            )
            pull.append(gravity * (others - (sun + mass[i]) * at[i][k] * r[i]))
    return y[15:] + pull


def spike(n):
    return lambda m: [m.number(int(i == 0)) for i in range(n)]


def near_end(e):
    return lambda m: [1 - m.number(e), m.number(0), m.number(0), ((1 + m.number(e)) / (1 - m.number(e))) ** m.number("0.5")]


def start(*y0):
    return lambda m: [m.number(y) for y in y0]


PROBLEMS = {
    "A1": (start(1), lambda m, t, y: [-y[0]]),
    "A2": (start(1), lambda m, t, y: [y[0] * y[0] * y[0] / -2]),
    "A3": (start(1), lambda m, t, y: [y[0] * m.cos(t)]),
    "A4": (start(1), lambda m, t, y: [y[0] * (1 - y[0] / 20) / 4]),
    "A5": (start(4), lambda m, t, y: [(y[0] - t) / (y[0] + t)]),
    "B1": (start(1, 3), lambda m, t, y: [2 * (y[0] - y[0] * y[1]), -(y[1] - y[0] * y[1])]),
    "B2": (start(2, 0, 1), lambda m, t, y: [-y[0] + y[1], y[0] - 2 * y[1] + y[2], y[1] - y[2]]),
    "B3": (start(1, 0, 0), lambda m, t, y: [-y[0], y[0] - y[1] * y[1], y[1] * y[1]]),
    "B4": (start(3, 0, 0), lambda m, t, y: torus(m, y)),
    "B5": (start(0, 1, 1), lambda m, t, y: [y[1] * y[2], -y[0] * y[2], m.number("-0.51") * y[0] * y[1]]),
    "C1": (spike(10), lambda m, t, y: chain(y, lambda i: 1)),
    "C2": (spike(10), lambda m, t, y: chain(y, lambda i: i + 1)),
    "C3": (spike(10), lambda m, t, y: diffusion(y)),
    "C4": (spike(51), lambda m, t, y: diffusion(y)),
    "C5": (start(*PLANETS), lambda m, t, y: planets(m, y)),
    **{f"D{i}": (near_end(f"0.{2 * i - 1}"), lambda m, t, y: kepler(m, y)) for i in range(1, 6)},
    "E1": (start("0.671396707141803", "0.09540051444747446"), bessel),
    "E2": (start(2, 0), lambda m, t, y: [y[1], (1 - y[0] * y[0]) * y[1] - y[0]]),
    "E3": (
        start(0, 0),
        lambda m, t, y: [y[1], y[0] * y[0] * y[0] / 6 - y[0] + 2 * m.sin(m.number("2.78535") * t)],
    ),
    "E4": (start(30, 0), lambda m, t, y: [y[1], m.number("0.032") - m.number("0.4") * y[1] * y[1]]),
    "E5": (start(0, 0), lambda m, t, y: [y[1], m.sqrt(1 + y[1] * y[1]) / (25 - t)]),
}


def exact(series, length):
    """The same coefficients without their error balls."""
    return arb_series([c.mid() for c in arb_series(series, prec=length).coeffs()], prec=length)


def taylor(f, y0):
    """The solution at END by Taylor series."""
    flint.ctx.cap = DEGREE + 1
    t, y = arb(0), [x.mid() for x in y0]
    while t < END:
        series = [arb_series([x], prec=1) for x in y]
        for known in range(1, DEGREE + 1):  # every pass finds one more coefficient
            slopes = f(Series, arb_series([t, 1], prec=known), series)
            series = [exact(y0 + s.integral(), known + 1) for y0, s in zip(y, slopes)]
        size = max(1, *(abs(float(x)) for x in y))
        last = [max(abs(float(s[k])) for s in series) for k in (DEGREE - 1, DEGREE)]
        radius = min((size / c) ** (1 / k) if c else 1e3 for c, k in zip(last, (DEGREE - 1, DEGREE)))
        h = min(arb(radius / 7.4), arb(1), arb(END) - t)
        y = [sum((s[k] * h**k for k in reversed(range(DEGREE + 1))), arb(0)).mid() for s in series]
        t = (t + h).mid()
    return y


def gragg_step(f, t, y, h, columns=12):
    """One step of the extrapolated midpoint rule, and the change by its last column."""
    table = []
    for j in range(columns):
        n = 2 * (j + 1)
        d = h / n
        a, b = y, [u + d * v for u, v in zip(y, f(Mp, t, y))]
        for i in range(1, n):
            a, b = b, [u + 2 * d * v for u, v in zip(a, f(Mp, t + i * d, b))]
        row = [b]
        for k in range(j):
            factor = mpmath.mpf(1) / ((mpmath.mpf(j + 1) / (j - k)) ** 2 - 1)
            row.append([u + factor * (u - v) for u, v in zip(row[-1], table[-1][k])])
        table.append(row)
    return table[-1][-1], max(abs(u - v) for u, v in zip(table[-1][-1], table[-1][-2]))


def extrapolation(f, y, start=0, end=END, columns=12, tolerance=1e-27):
    """The solution at `end` by extrapolation."""
    mpmath.mp.dps = 40
    t, h = mpmath.mpf(start), mpmath.mpf("0.25")
    while t < end:
        h = min(h, end - t)
        found, error = gragg_step(f, t, y, h, columns)
        if error <= tolerance:
            t, y = t + h, found
        h *= mpmath.mpf(min(4.0, max(0.2, 0.8 * (tolerance / max(float(error), 1e-60)) ** (1 / (2 * columns - 1)))))
    return y


def condition(y, pieces=100):
    """How much an orbit amplifies an error of one tolerance, `1 + |y|`, up to END: the mean over the time it is made."""

    def linearised(m, t, z):
        y, n = z[:4], 4
        r2 = y[0] * y[0] + y[1] * y[1]
        r3, r5 = r2 * m.sqrt(r2), r2 * r2 * m.sqrt(r2)
        a, b, c = 3 * y[0] * y[0] / r5 - 1 / r3, 3 * y[0] * y[1] / r5, 3 * y[1] * y[1] / r5 - 1 / r3
        columns = [z[n * (k + 1) : n * (k + 2)] for k in range(n)]
        return kepler(m, y) + [x for v in columns for x in (v[2], v[3], a * v[0] + b * v[1], b * v[0] + c * v[1])]

    z = [*y, *(mpmath.mpf(int(i == j)) for i in range(4) for j in range(4))]
    path = [z]
    for k in range(pieces):
        z = extrapolation(linearised, z, mpmath.mpf(END * k) / pieces, mpmath.mpf(END * (k + 1)) / pieces, 8, 1e-12)
        path.append(z)
    matrix = lambda z: mpmath.matrix(4, 4) + mpmath.matrix([[z[4 + 4 * j + i] for j in range(4)] for i in range(4)])

    def amplification(z):
        growth = matrix(path[-1]) * matrix(z) ** -1
        scale = lambda z, i: 1 + abs(z[i])
        return max(sum(abs(growth[i, j]) * scale(z, j) for j in range(4)) / scale(path[-1], i) for i in range(4))

    return float(mpmath.nstr(sum(map(amplification, path)) / len(path), 3))


def digits(a, b):
    """Decimal digits in which all components agree, in units of 1 + |y|."""
    worst = max(abs(x - y) / (1 + abs(y)) for x, y in zip(a, b))
    return float(mpmath.nstr(-mpmath.log10(worst), 3)) if worst else mpmath.mp.dps


def solve(name):
    y0, f = PROBLEMS[name]
    mpmath.mp.dps, flint.ctx.dps = 40, 50
    first = [mpmath.mpf(x.str(45, radius=False)) for x in taylor(f, y0(Series))]
    second = extrapolation(f, y0(Mp))
    found = {
        "y": [mpmath.nstr(x, 25, min_fixed=0, max_fixed=0) for x in first],
        "digits": digits(first, second),
        "digits_published": digits(first[:1], [mpmath.mpf(repr(PUBLISHED[name]))]),
    }
    return found | ({"condition": condition(y0(Mp))} if name[0] == "D" else {})


def main():
    path = Path(__file__).with_suffix(".json")
    problems = json.loads(path.read_text())["problems"] if path.exists() else {}
    for name in sys.argv[1:] or PROBLEMS:
        problems[name] = solve(name)
        print(name, {key: value for key, value in problems[name].items() if key != "y"}, flush=True)
    about = (
        "Solutions of the non-stiff DETEST problems at t = 20, 25 digits each, by detest.py: Taylor series of degree 47 "
        "in 50-digit FLINT arithmetic; `digits`: agreement of all components, in units of 1 + |y|, with Gragg's "
        "extrapolated midpoint rule (order 24, local tolerance 1e-27) in 40-digit mpmath arithmetic; `digits_published`: "
        "agreement of the first component with the values of Enright & Pryce, Algorithm 648 (1987); `condition`: how much "
        "an orbit amplifies an error of 1 + |y| up to t = 20, in the mean over the time it is made. Constants and "
        "initial values are exact decimals, not their nearest doubles."
    )
    path.write_text(json.dumps({"about": about, "t": END, "problems": problems}, indent=1) + "\n")


if __name__ == "__main__":
    main()
