"""Time at equal error, from solves at many tolerances."""

import math
from collections import defaultdict
from statistics import geometric_mean
from typing import Callable, NamedTuple

from tables import OURS, Ratio, merge, ours_first, seconds, table


CELLS = (
    "Each cell has the time of the library's fastest method at that error, the method, and in bold **the time relative "
    "to rheos** (below 1 the peer is faster). All libraries save the last state only, where they can. Times between two "
    "tolerances are interpolated logarithmically on the Pareto front of each method. Double precision, one thread. "
)


class Suite(NamedTuple):
    """Problems that are reported together."""

    name: str
    titles: dict  # problem -> its title
    error: Callable  # of a row
    targets: list  # the errors at which times are compared

    def rows(self, rows):
        return [row for row in rows if row.get("problem") in self.titles]


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


def curves(suite, rows):
    """problem -> library -> method -> front."""
    merged = merge(suite.rows(rows), ["problem", "library", "method", "tol"])
    points = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for (problem, library, method, _), row in merged.items():
        err = suite.error(row)
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


def compare(suite, fronts):
    """The tables of all problems, and all ratios of a peer to the fastest method of rheos."""
    ratios, sections = [], []
    for problem in (p for p in suite.titles if p in fronts):
        libraries = fronts[problem]
        mine = {target: best(libraries.get(OURS, {}), target) for target in suite.targets}
        body = []
        for library in ours_first(libraries):
            cells = [library]
            for target in suite.targets:
                found = best(libraries[library], target)
                if found is None:
                    cells.append("not reached")
                    continue
                time, method = found
                cell = f"{seconds(time)} ({method})"
                if library != OURS and mine[target]:
                    ratio = time / mine[target][0]
                    ratios.append(Ratio(f"{problem} at {target:.0e}", library, method, ratio))
                    cell += f", **{ratio:.2f}**"
                cells.append(cell)
            body.append(cells)
        header = ["library"] + [f"error {target:.0e}" for target in suite.targets]
        sections.append(f"### {suite.titles[problem]}\n\n{table(header, body)}")
    return sections, ratios


def means(suite, ratios, earlier):
    """The table of geometric means, with the ones of the earlier page."""
    groups = defaultdict(list)
    for ratio in ratios:
        groups[ratio.library].append(ratio.value)
    earlier.keep(suite.name, {library: geometric_mean(values) for library, values in groups.items()})
    header = ["library", "geometric mean of the ratios", f"on {earlier.cpu}", "least", "largest", "cells"]
    body = [
        [library, f"{geometric_mean(v):.2f}", earlier.mean(suite.name, library), f"{min(v):.2f}", f"{max(v):.2f}", str(len(v))]
        for library, v in sorted(groups.items(), key=lambda item: geometric_mean(item[1]))
    ]
    if not any(row[2] for row in body):  # the earlier page has no such suite
        header, *body = [[*row[:2], *row[3:]] for row in [header, *body]]
    return table(header, body)


def failures(suite, rows):
    """The solves that failed, by reason."""
    tolerances = defaultdict(set)
    for row in suite.rows(rows):
        if "failed" in row:
            tolerances[row["library"], row["method"], row["problem"], row["failed"]].add(row["tol"])
    if not tolerances:
        return ""
    body = [
        [library, method, problem, ", ".join(f"{tol:.0e}" for tol in sorted(tols, reverse=True)), why.replace("|", "/")]
        for (library, method, problem, why), tols in sorted(tolerances.items())
    ]
    return f"\n### Failed\n\n{table(['library', 'method', 'problem', 'tolerances', 'reason'], body)}\n"
