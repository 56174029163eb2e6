"""Fits of mechanistic models by SciPy; writes fit.json beside this file, and examples/data/hare_lynx_starts.csv.

* `hare_lynx`: Lotka-Volterra, x' = a x - b x y, y' = d x y - c y, on the pelts of 1900-1920. Residuals ln(model) - ln(data)
  of both species, 42 in all; the unknowns are the logarithms of alpha, beta, gamma (c), delta (d), and both initial values.
* `hare_lynx.starts`: where SciPy's single shooting ends from 30 random starts.
* `robertson`: the solution over 12 decades, exact and with noise, and the fit of the rates to the noisy one.
* `sir`: 30 noisy observations of the infected, and the fit of beta, gamma and I(0).
* `smoothing`: local quadratic regression of the hares.
* `student_t`: quantiles.

Optima: Gauss-Newton steps from SciPy's optimum on variational equations (forward sensitivities) at a relative tolerance of
1e-12, until a step is below 1e-11. Profile intervals: the other parameters are fitted anew at each value; the ends have the
sum of squares SSR (1 + t^2 / (n - k)). Needs: pip install numpy scipy. Takes some minutes.
"""

import csv
import json
import sys
import time
from pathlib import Path

import numpy as np
import scipy
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, least_squares
from scipy.stats import t as student

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "examples" / "data"
SEED, STARTS, SPREAD = 19, 30, 0.7


class Failed(Exception):
    pass


class Model:
    """y' = f(y, p) with initial values y0(p), its derivatives, and the residuals of observations of it.

    `f`, `fy`, `fp` are the field and its derivatives; `start` gives y0 and its derivatives in p. `observe` maps a state to its
    observed numbers, and their derivatives in the state. All unknowns are logarithms.
    """

    def __init__(self, f, fy, fp, start, observe, times, data, t0, method, tol):
        self.f, self.fy, self.fp, self.start, self.observe = f, fy, fp, start, observe
        self.times, self.data, self.t0, self.method, self.tol = times, data, t0, method, tol

    def solve(self, u):
        """States (time, component) and their derivatives (time, component, unknown)."""
        p = np.exp(u)
        y0, s0 = self.start(p)
        n, k = len(y0), len(p)

        def field(_, z):
            y, s = z[:n], z[n:].reshape(n, k)
            return np.concatenate([self.f(y, p), (self.fy(y, p) @ s + self.fp(y, p) * p).ravel()])

        z0 = np.concatenate([y0, (s0 * p).ravel()])
        rtol, atol = self.tol
        # The sensitivities of Robertson's reaction are as small as its states.
        found = solve_ivp(field, (self.t0, self.times[-1]), z0, t_eval=self.times, method=self.method, rtol=rtol, atol=atol)
        if not found.success:
            raise Failed(found.message)
        z = found.y.T
        return z[:, :n], z[:, n:].reshape(-1, n, k)

    def residuals(self, u):
        """Residuals and their Jacobian in the unknowns."""
        y, s = self.solve(u)
        rows, jacobian = [], []
        for state, sensitivity, datum in zip(y, s, self.data):
            value, slope = self.observe(state)
            rows.append(value - datum)
            jacobian.append(slope @ sensitivity)
        return np.concatenate(rows), np.concatenate(jacobian)

    def refine(self, u, free=None):
        """The optimum near `u`, over the unknowns `free`."""
        free = list(range(len(u))) if free is None else free
        u = np.array(u, float)
        for _ in range(200):
            r, j = self.residuals(u)
            step = np.linalg.lstsq(j[:, free], -r, rcond=None)[0]
            before, factor = r @ r, 1.0
            while True:
                trial = u.copy()
                trial[free] += factor * step
                size = np.abs(factor * step).max()
                if size < 1e-9:  # sums of squares near the optimum differ by rounding only
                    break
                try:
                    r, _ = self.residuals(trial)
                    if r @ r <= before:
                        break
                except Failed:
                    pass
                factor /= 2
            u = trial
            if size < 1e-11 or (factor < 1 and size < 1e-9):
                return u, self.residuals(u)
        raise Failed(f"not converged: {size}")

    def report(self, names, u):
        u, (r, j) = self.refine(u)
        n, k = j.shape
        ssr = float(r @ r)
        variance = ssr / (n - k)
        covariance = variance * np.linalg.inv(j.T @ j)
        errors = np.sqrt(np.diag(covariance))
        quantile = student.ppf(0.975, n - k)
        ends = np.exp(np.stack([u - quantile * errors, u + quantile * errors], axis=1))
        return u, {
            "names": names,
            "optimum": np.exp(u).tolist(),
            "sum_of_squares": ssr,
            "residuals": n,
            "variance": variance,
            "log_covariance": covariance.tolist(),
            "log_standard_errors": errors.tolist(),
            "correlation": (covariance / np.outer(errors, errors)).tolist(),
            "t_quantile": float(quantile),
            "log_t_intervals": ends.tolist(),
            # Of the parameters themselves, not of their logarithms.
            "standard_errors": (np.exp(u) * errors).tolist(),
            "t_intervals": (np.exp(u)[:, None] * (1 + quantile * np.stack([-errors, errors], axis=1))).tolist(),
        }

    def profile(self, u, found):
        """Ends of the 95 % profile-likelihood interval of each parameter."""
        ssr, quantile = found["sum_of_squares"], found["t_quantile"]
        limit = ssr * (1 + quantile**2 / (found["residuals"] - len(u)))
        ends = []
        for i, error in enumerate(found["log_standard_errors"]):
            free = [j for j in range(len(u)) if j != i]
            pair = []
            for sign in (-1, 1):
                last = {"u": u.copy(), "x": 0.0}

                def excess(x):
                    near = last["u"].copy()
                    near[i] = u[i] + sign * x
                    v, (r, _) = self.refine(near, free)
                    last["u"] = v
                    return float(r @ r) - limit

                far = quantile * error
                while excess(far) < 0:
                    far += 0.5 * error
                last["u"] = u.copy()
                x = brentq(excess, 0.5 * quantile * error, far, xtol=1e-10, rtol=1e-10)
                pair.append(float(np.exp(u[i] + sign * x)))
            ends.append(pair)
            print("profile", found["names"][i], pair, flush=True)
        found["profile_limit"], found["profile_intervals"] = limit, ends


# --- hare and lynx --------------------------------------------------------------------------------------------------


def pelts():
    rows = list(csv.reader((DATA / "lynx_hare_1900_1920.csv").open()))[1:]
    table = np.array(rows, float)
    return table[:, 0], table[:, 1:]


def lotka_volterra():
    def f(y, p):
        return np.array([p[0] * y[0] - p[1] * y[0] * y[1], p[3] * y[0] * y[1] - p[2] * y[1]])

    def fy(y, p):
        return np.array([[p[0] - p[1] * y[1], -p[1] * y[0]], [p[3] * y[1], p[3] * y[0] - p[2]]])

    def fp(y, _):
        return np.array([[y[0], -y[0] * y[1], 0, 0, 0, 0], [0, 0, -y[1], y[0] * y[1], 0, 0]])

    def start(p):
        return p[4:], np.eye(6)[4:]

    def observe(y):
        return np.log(y), np.diag(1 / y)

    times, data = pelts()
    return Model(f, fy, fp, start, observe, times, np.log(data), times[0], "DOP853", (1e-12, 1e-14))


def single_shooting(method, solver):
    """SciPy's own way: residuals by a solve, the Jacobian by SciPy's forward differences."""
    times, data = pelts()
    observed = np.log(data).T

    def residuals(u):
        a, b, c, d = np.exp(u[:4])
        y0 = np.exp(u[4:])
        field = lambda _, y: [a * y[0] - b * y[0] * y[1], d * y[0] * y[1] - c * y[1]]
        found = solve_ivp(field, (times[0], times[-1]), y0, t_eval=times, method=solver, rtol=1e-8, atol=1e-10)
        if not found.success or not np.all(found.y > 0):
            raise Failed("solve")
        return (np.log(found.y) - observed).ravel()

    def fit(u):
        begun = time.perf_counter()
        try:
            found = least_squares(residuals, u, method=method, ftol=1e-12, xtol=1e-12, gtol=1e-12)
            ssr, evaluations = 2 * float(found.cost), int(found.nfev)
        except (Failed, ValueError) as error:
            print("failed:", error)
            ssr, evaluations = None, None
        return ssr, evaluations, time.perf_counter() - begun

    return fit


def smooth_parabolas(times, values, h, at, keep):
    """Value, slope and half the curvature at `at` of the local parabola of the values of which `keep` is true."""
    x, y = times[keep] - at, values[keep]
    h = max(h, 1.5 * np.sort(np.abs(x))[2])
    inside = np.abs(x) < h
    x, y = x[inside], y[inside]
    root = np.sqrt(1 - (x / h) ** 2)
    return np.linalg.lstsq(np.vander(x, 3, increasing=True) * root[:, None], y * root, rcond=None)[0]


def prediction_error(times, values, h):
    """The root mean square error of the inner values, each predicted by the others."""
    inner = range(1, len(times) - 1)
    others = lambda i: np.arange(len(times)) != i
    errors = [smooth_parabolas(times, values, h, times[i], others(i))[0] - values[i] for i in inner]
    return float(np.sqrt(np.mean(np.square(errors))))


def collocation():
    """The rates that fit the slopes of the smoothed logarithms best, each in units of its root mean square."""
    times, data = pelts()
    everything = np.ones(len(times), bool)
    z, dz = np.empty((2, len(times))), np.empty((2, len(times)))
    for i in (0, 1):
        values = np.log(data[:, i])
        # From the whole span to the least window without a year: 1.5 times the third distance.
        widths = [20 / 2 ** (k / 4) for k in range(11)] + [3.0]
        best = min(prediction_error(times, values, h) for h in widths)
        h = next(h for h in widths if prediction_error(times, values, h) <= best * (1 + 1e-10))
        found = np.array([smooth_parabolas(times, values, h, t, everything) for t in times])
        z[i], dz[i] = found[:, 0], found[:, 1]
    y = np.exp(z)
    # (ln x)' = alpha - beta y and (ln y)' = delta x - gamma are linear in the rates.
    ones = np.ones(len(times))
    alpha, beta = np.linalg.lstsq(np.stack([ones, -y[1]], axis=1), dz[0], rcond=None)[0]
    gamma, delta = np.linalg.lstsq(np.stack([-ones, y[0]], axis=1), dz[1], rcond=None)[0]
    return [float(alpha), float(beta), float(gamma), float(delta)]


def starts(optimum):
    rng = np.random.default_rng(SEED)
    drawn = optimum * np.exp(SPREAD * rng.standard_normal((STARTS, 6)))
    with (DATA / "hare_lynx_starts.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["alpha", "beta", "gamma", "delta", "hare_1900", "lynx_1900"])
        writer.writerows([[repr(float(x)) for x in row] for row in drawn])
    return drawn


def hare_lynx():
    model = lotka_volterra()
    names = ["alpha", "beta", "gamma", "delta", "hare_1900", "lynx_1900"]
    u, found = model.report(names, np.log([0.5402, 0.0272, 0.7964, 0.0237, 34.602, 5.8445]))
    print(found["optimum"], found["sum_of_squares"], found["standard_errors"], flush=True)
    model.profile(u, found)
    found["collocation"] = collocation()
    found["starts"] = {"seed": SEED, "spread": SPREAD, "best": found["sum_of_squares"]}
    drawn = starts(np.array(found["optimum"]))
    for method, solver in (("lm", "RK45"), ("trf", "RK45"), ("lm", "LSODA")):
        fit = single_shooting(method, solver)
        ends = [fit(np.log(row)) for row in drawn]
        ssr = [end[0] for end in ends]
        hits = sum(s is not None and s <= found["sum_of_squares"] * (1 + 1e-6) for s in ssr)
        seconds = sum(end[2] for end in ends)
        print(method, solver, hits, "of", STARTS, seconds, "s", ssr, flush=True)
        found["starts"][f"{method}_{solver}"] = {"sums_of_squares": ssr, "hits": hits}
    return found


# --- Robertson ------------------------------------------------------------------------------------------------------


def robertson():
    def f(y, p):
        a, b, c = p[0] * y[0], p[1] * y[1] * y[1], p[2] * y[1] * y[2]
        return np.array([c - a, a - c - b, b])

    def fy(y, p):
        a = np.array([p[0], 0, 0])
        b = np.array([0, 2 * p[1] * y[1], 0])
        c = np.array([0, p[2] * y[2], p[2] * y[1]])
        return np.array([c - a, a - c - b, b])

    def fp(y, _):
        a, b, c = y[0], y[1] * y[1], y[1] * y[2]
        return np.array([[-a, 0, c], [a, -b, -c], [0, b, 0]])

    def start(_):
        return np.array([1.0, 0.0, 0.0]), np.zeros((3, 3))

    def observe(y):
        return np.log(y), np.diag(1 / y)

    truth = np.array([0.04, 3e7, 1e4])
    times = np.logspace(-5, 7, 40)
    exact = {}
    for method in ("Radau", "LSODA"):
        more = {"jac": lambda _, y: fy(y, truth)} if method == "Radau" else {}
        exact[method] = solve_ivp(
            lambda _, y: f(y, truth), (0, times[-1]), [1.0, 0, 0], t_eval=times, method=method, rtol=1e-12, atol=1e-22, **more
        ).y.T
    states = exact["Radau"]
    agreement = float(np.abs(exact["LSODA"] / states - 1).max())
    print("robertson: largest relative difference of Radau and LSODA", agreement, flush=True)
    noise = 0.02
    rng = np.random.default_rng(SEED)
    data = states * np.exp(noise * rng.standard_normal(states.shape))
    model = Model(f, fy, fp, start, observe, times, np.log(data), 0.0, "Radau", (1e-9, 1e-18))
    _, found = model.report(["k1", "k2", "k3"], np.log(truth))
    print("robertson", found["optimum"], found["log_standard_errors"], flush=True)
    return {
        "rates": truth.tolist(), "times": times.tolist(), "states": states.tolist(), "agreement": agreement,
        "noise": noise, "noisy": data.tolist(), "fit_to_logarithms": found,
    }  # fmt: skip


# --- SIR ------------------------------------------------------------------------------------------------------------


def sir():
    def f(y, p):
        return np.array([-p[0] * y[0] * y[1], p[0] * y[0] * y[1] - p[1] * y[1]])

    def fy(y, p):
        return np.array([[-p[0] * y[1], -p[0] * y[0]], [p[0] * y[1], p[0] * y[0] - p[1]]])

    def fp(y, _):
        return np.array([[-y[0] * y[1], 0, 0], [y[0] * y[1], -y[1], 0]])

    def start(p):
        return np.array([1 - p[2], p[2]]), np.array([[0, 0, -1.0], [0, 0, 1.0]])

    def observe(y):
        return y[1:], np.array([[0, 1.0]])

    truth, noise = np.array([0.5, 0.2, 1e-3]), 0.005
    times = np.arange(1.0, 31.0)
    model = Model(f, fy, fp, start, observe, times, None, 0.0, "DOP853", (1e-12, 1e-14))
    exact = model.solve(np.log(truth))[0][:, 1]
    data = exact + noise * np.random.default_rng(SEED).standard_normal(len(times))
    model.data = data[:, None]
    u, found = model.report(["beta", "gamma", "infected_0"], np.log(truth))
    print("sir", found["optimum"], found["log_standard_errors"], flush=True)
    model.profile(u, found)
    return {
        "truth": truth.tolist(), "noise": noise, "times": times.tolist(), "infected": exact.tolist(),
        "data": data.tolist(), "fit": found,
    }  # fmt: skip


def smoothing():
    """Local quadratic regression of the hares by SVD of the weighted Vandermonde matrix; leave-one-out errors."""
    times, data = pelts()
    hares = data[:, 0]

    everything = np.ones(len(times), bool)
    points = [
        [t, *smooth_parabolas(times, hares, h, t, everything)[:2].tolist()]
        for h in (2.0, 2.75, 6.0)
        for t in (1900.0, 1900.3, 1907.5, 1912.0, 1919.9)
    ]
    return {
        "bandwidths": [2.0, 2.75, 6.0], "points": points,
        "prediction_errors": [[h, prediction_error(times, hares, h)] for h in (2.0, 2.75, 3.5, 6.0, 20.0)],
    }  # fmt: skip


def student_t():
    return {str(df): float(student.ppf(0.975, df)) for df in (1, 2, 5, 27, 36, 117, 1000)}


def main():
    path = Path(__file__).with_suffix(".json")
    root = json.loads(path.read_text()) if path.exists() else {}
    root["about"] = (
        f"Fits by fit.py with SciPy {scipy.__version__}. hare_lynx: log residuals of Lotka-Volterra on the pelts of 1900-1920, "
        "unknowns in logarithms; starts: the sums of squares at which scipy.optimize.least_squares ends (method and solver in "
        "the name; ftol = xtol = gtol = 1e-12, solve_ivp with rtol 1e-8 and atol 1e-10), null where a solve failed, and how "
        "many are within 1e-6 of the best; collocation: the rates that fit the slopes of the smoothed logarithms. robertson: "
        "Radau at rtol 1e-12; agreement: its largest relative difference from LSODA. sir: S' = -beta S I, I' = beta S I - "
        "gamma I, S(0) = 1 - I(0), I observed on days 1 to 30 with normal noise of the standard deviation `noise`, per day. "
        "smoothing: local parabolas of the hares with Epanechnikov's weights; for each bandwidth (years) and five times the "
        "time, the value and the slope; root mean square leave-one-out errors of the inner years by bandwidth. student_t: "
        "0.975 quantiles by degrees of freedom."
    )
    makers = {"student_t": student_t, "smoothing": smoothing, "sir": sir, "robertson": robertson, "hare_lynx": hare_lynx}
    for name in sys.argv[1:] or makers:
        root[name] = makers[name]()
        path.write_text(json.dumps(root, indent=1) + "\n")


if __name__ == "__main__":
    main()
