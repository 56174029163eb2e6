"""The classical problems: time at equal error, and the cost of one evaluation."""

import json
import math
from collections import defaultdict
from pathlib import Path
from statistics import geometric_mean

import plots
from tables import OURS, merge, ours_first, seconds, table

TARGETS = [1e-4, 1e-6, 1e-8, 1e-10]
HERE = Path(__file__).parent
REFERENCE = json.loads((HERE / "reference.json").read_text())

PROBLEMS = {
    "lotka-volterra": "Lotka–Volterra, 2 components, t ≤ 10",
    "lorenz": "Lorenz, 3 components, t ≤ 10",
    "arenstorf": "Arenstorf orbit, 4 components, one period",
    "pleiades": "Pleiades, 28 components, t ≤ 3",
    "brusselator": "Brusselator in one dimension, 64 components, t ≤ 10",
    "linear": "Linear chain, 100 components, t ≤ 10",
}


def error(row):
    """The largest error at the end over the largest component of the reference."""
    truth = REFERENCE[row["problem"]]
    return max(abs(y - z) for y, z in zip(row["y"], truth)) / max(map(abs, truth))


def front(points):
    """The (error, time) points that no other beats in both, by falling error."""
    best, kept = math.inf, []
    for err, time in sorted(points):  # smallest error first
        if time < best:
            best = time
            kept.append((err, time))
    return kept[::-1]


def time_at(points, target):
    """The time on the front at an error of `target` at most, between points by logarithms; None if not reached."""
    reached = [(err, time) for err, time in points if err <= target]
    missed = [(err, time) for err, time in points if err > target]
    if not reached:
        return None
    (err1, time1) = reached[0]
    if not missed:
        return time1
    err0, time0 = missed[-1]
    part = math.log(target / err0) / math.log(err1 / err0)
    return time0 * (time1 / time0) ** part


def curves(rows):
    """problem -> library -> method -> front."""
    merged = merge([r for r in rows if "problem" in r], ["problem", "library", "method", "tol"])
    points = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for (problem, library, method, _), row in merged.items():
        err = error(row)
        if math.isfinite(err):
            points[problem][library][method].append((max(err, 1e-16), row["time"]))
    return {
        problem: {lib: {method: front(p) for method, p in methods.items()} for lib, methods in libraries.items()}
        for problem, libraries in points.items()
    }


def best(methods, target):
    """(time, method) of the fastest method that reaches the target."""
    times = [(time_at(points, target), method) for method, points in methods.items()]
    return min(((time, method) for time, method in times if time is not None), default=None)


def classical(rows, losses):
    fronts = curves(rows)
    if not fronts:
        return []
    ratios, sections = defaultdict(list), []
    for problem in (p for p in PROBLEMS if p in fronts):
        libraries = fronts[problem]
        mine = {target: best(libraries.get(OURS, {}), target) for target in TARGETS}
        body = []
        for library in ours_first(libraries):
            cells = [library]
            for target in TARGETS:
                found = best(libraries[library], target)
                if found is None:
                    cells.append("not reached")
                    continue
                time, method = found
                cell = f"{seconds(time)} ({method})"
                if library != OURS and mine[target]:
                    ratio = time / mine[target][0]
                    ratios[library].append(ratio)
                    cell += f", **{ratio:.2f}**"
                    if ratio < 1.0:
                        losses.append((ratio, f"{problem} at {target:.0e}", f"{library} {method}"))
                cells.append(cell)
            body.append(cells)
        header = ["library"] + [f"error {target:.0e}" for target in TARGETS]
        sections.append(f"### {PROBLEMS[problem]}\n\n{table(header, body)}")
    overall = [
        [library, f"{geometric_mean(r):.2f}", f"{min(r):.2f}", f"{max(r):.2f}", str(len(r))]
        for library, r in sorted(ratios.items(), key=lambda item: geometric_mean(item[1]))
    ]
    plots.work_precision(fronts, PROBLEMS, HERE / "pictures" / "work_precision.svg")
    return [
        "## Classical problems: time at equal error\n",
        "Each cell has the time of the library's fastest method at that error, the method, and in bold **the time "
        "relative to rheos** (below 1 the peer is faster). All libraries save the last state only, where they can. "
        "The tolerances are rtol = atol from 1e-3 to 1e-12; times between two tolerances are interpolated "
        "logarithmically on the Pareto front of each method. Double precision, one thread. `Dop853` of ode_solvers "
        "0.6.2 is correct for autonomous fields only, such as these (`benches/peers/rust/src/bin/ode_solvers.rs`).\n",
        table(["library", "geometric mean of the ratios", "least", "largest", "cells"], overall) + "\n",
        "![Work and precision](benches/peers/pictures/work_precision.svg)\n",
        "\n\n".join(sections) + "\n",
    ]


def same_pair(rows):
    """The cost of one evaluation with everything around it, for the pair that all libraries have."""
    pair = {"Dopri5", "dopri5", "RK45"}
    rows = [r for r in rows if r.get("method") in pair and r.get("tol") == 1e-9 and "problem" in r]
    merged = merge(rows, ["problem", "library"])
    if not merged:
        return []
    problems = [p for p in PROBLEMS if any(key[0] == p for key in merged)]
    libraries = ours_first({library for _, library in merged})
    cost = {key: row["time"] / row["evaluations"] for key, row in merged.items()}
    body = [[lib] + [seconds(cost[p, lib]) if (p, lib) in cost else "" for p in problems] for lib in libraries]
    return [
        "## The same method: Dormand–Prince 5(4) at 1e-9, time per evaluation\n",
        "The time of a whole solve divided by its number of evaluations of the field, so neither the number of steps "
        "nor the error matters.\n",
        table(["library"] + problems, body) + "\n",
    ]
