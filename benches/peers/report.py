"""Writes BENCHMARKS.md and its plots: report.py RESULTS.jsonl ROOT."""

import json
import math
import sys
from collections import defaultdict
from pathlib import Path
from statistics import geometric_mean, median

import machine
import plots

OURS = "rheos"
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

TASKS = {
    "small": "Small neural ODE: 4-32-4, softplus inside and tanh outside, 64 samples, t from 0 to 100, "
    "Dormand–Prince 5(4), rtol = atol = 1e-6, float32; the gradient of the sum of the states in y(0) and weights",
    "spiral": "Training step of the spiral: 2-50-2, tanh, on y³, 20 samples, 10 times in [0, 0.225], Dormand–Prince "
    "5(4), rtol = 1e-7, atol = 1e-9, float64; gradient of the mean absolute error and a step of Adam",
    "sequence": "ODE-RNN: 20 observations of 32 samples, Elman cell of 16 units, flow 16-16-16 by 4 steps of RK4 "
    "between observations, float32; mean squared error and its gradient",
    "large": "Larger network: 64-256-256-64, tanh, 256 samples, 20 steps of RK4, float32; the gradient of the sum of "
    "the last state in y(0) and weights",
}


def read(path):
    """All lines, and those that say a program failed."""
    rows = []
    for line in Path(path).read_text().splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:  # a program that was stopped in the middle of a line
            continue
    return rows


def merge(rows, keys):
    """Rows with the same keys: the median over the rounds of the least sample of each round."""
    groups = defaultdict(list)
    for row in rows:
        if "seconds" in row:
            groups[tuple(row[key] for key in keys)].append(row)
    return {key: {**group[0], "time": median(min(r["seconds"]) for r in group)} for key, group in groups.items()}


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


def seconds(x):
    for unit, scale in [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)]:
        if x >= scale:
            return f"{x / scale:.3g} {unit}"
    return f"{x / 1e-9:.3g} ns"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


# --- classical ------------------------------------------------------------------------------------------------------


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
        for library in sorted(libraries, key=lambda name: name != OURS):
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
        "Each cell: the time of the library's fastest method at that error, the method, and in bold **the time divided "
        "by that of rheos** (below 1 the peer is faster). All libraries keep the last state only, where they can; "
        "tolerances rtol = atol from 1e-3 to 1e-12; times between two tolerances are interpolated by logarithms on the "
        "curve of the points that no other point of the same method beats. Double precision, one thread. `Dop853` of "
        "ode_solvers 0.6.2 is right for these autonomous fields only (`benches/peers/rust/src/bin/ode_solvers.rs`).\n",
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
    libraries = sorted({library for _, library in merged}, key=lambda name: name != OURS)
    cost = {key: row["time"] / row["evaluations"] for key, row in merged.items()}
    body = [[lib] + [seconds(cost[p, lib]) if (p, lib) in cost else "" for p in problems] for lib in libraries]
    return [
        "## The same method: Dormand–Prince 5(4) at 1e-9, time per evaluation\n",
        "The whole time of a solve over its evaluations of the field, so that neither the number of steps nor the error "
        "matters.\n",
        table(["library"] + problems, body) + "\n",
    ]


# --- overhead -------------------------------------------------------------------------------------------------------


def overhead(rows):
    groups = defaultdict(list)
    for row in rows:
        if row.get("suite") == "overhead":
            groups[row["what"]].append(row)
    if not groups:
        return []
    body = []
    for what, group in groups.items():
        ours = [x for row in group for x in row["ours"]]
        theirs = [x for row in group for x in row["theirs"]]
        ratio = median(a / b for a, b in zip(ours, theirs))
        counts = " / ".join(map(str, group[0]["evaluations"]))
        body.append([what, seconds(min(ours)), seconds(min(theirs)), f"{min(ours) / min(theirs):.2f}", f"{ratio:.2f}", counts])
    return [
        "## What the solver loop costs\n",
        "rheos beside a loop written by hand for the Lorenz system (10 000 fixed steps; adaptive at rtol = atol = 1e-9), "
        "and a whole adaptive solve beside its evaluations of the field alone. Both in turns in one process; least "
        "times, their ratio, and the median of the ratios of neighbouring runs.\n",
        table(["what", "rheos", "by hand / evaluations alone", "ratio", "median ratio", "evaluations"], body) + "\n",
    ]


# --- neural ---------------------------------------------------------------------------------------------------------


def deviation(x, reference):
    return abs(x - reference) / abs(reference) if reference else abs(x)


def neural(rows, losses):
    rows = [r for r in rows if r.get("suite") == "neural"]
    merged = merge(rows, ["task", "threads", "what", "library", "method"])
    failed = {
        (r["task"], r["threads"], r["what"], r["library"], r["method"]): r["failed"] for r in rows if "failed" in r
    }
    sections = []
    for task, title in TASKS.items():
        whats = list(dict.fromkeys(key[:3] for key in merged if key[0] == task))
        body = []
        for group in whats:
            members = {key[3:]: row for key, row in merged.items() if key[:3] == group}
            mine = [row for (library, _), row in members.items() if library == OURS]
            ours = min(mine, key=lambda row: row["time"]) if mine else None
            label = group[2] + (f", {group[1]} threads" if group[1] != "1" else "")
            for (library, method), row in sorted(members.items(), key=lambda item: item[1]["time"]):
                ratio = row["time"] / ours["time"] if ours else math.nan
                if ratio < 1.0 and library != OURS:
                    losses.append((ratio, f"{task}, {label}", f"{library} {method}"))
                agreement = max(deviation(row[k], ours[k]) for k in ["value", "gradient"]) if ours else math.nan
                count = "" if row["evaluations"] is None else str(row["evaluations"])
                body.append([label, library, method, seconds(row["time"]), f"**{ratio:.2f}**", count, f"{agreement:.0e}"])
            for key, why in failed.items():
                if key[:3] == group and key not in merged:
                    body.append([label, key[3], key[4], "failed: " + why.replace("|", "/"), "", "", ""])
        if body:
            header = ["computed", "library", "how", "time", "time / rheos", "evaluations", "deviation"]
            sections.append(f"### {title}\n\n{table(header, body)}\n")
    if not sections:
        return []
    return [
        "## Neural tasks\n",
        "The same weights and data in all libraries; the batch is one state with one step size. Ratios are to the "
        "fastest way of rheos to compute the same thing (below 1 the peer is faster); `static` is the backend of static "
        "matrices, `dfdx` that of tensors. Evaluations are those of the field, forward and backward where the library "
        "counts both; what a tape replays is not counted. The deviation is the larger relative difference of the value "
        "and of the norm of the gradient from those of rheos. JAX and diffrax are compiled before the clock starts "
        "(which takes seconds to minutes and is not in the times); diffrax has no classical method, so its rows use "
        "that tableau in its own solver class, and `scan` and `loop` are the same arithmetic in plain JAX and PyTorch. "
        "The `rk4` of torchdiffeq is the 3/8 rule, at the same cost. One thread unless said.\n",
        "\n".join(sections),
    ]


def slower(losses):
    """Where rheos is not the fastest: the fastest peer, and who else is faster."""
    places = defaultdict(list)
    for ratio, where, who in sorted(losses):
        places[where].append((ratio, who))
    if not places:
        return "## Where rheos is slower\n\nNowhere in this run.\n"
    body = [
        [where, peers[0][1], f"{peers[0][0]:.2f}", ", ".join(f"{who} {ratio:.2f}" for ratio, who in peers[1:])]
        for where, peers in places.items()
    ]
    header = ["where", "fastest", "its time / that of rheos", "also faster"]
    return f"## Where rheos is slower\n\n{table(header, body)}\n"


# --- the page -------------------------------------------------------------------------------------------------------


def main(path, root):
    rows, losses = read(path), []
    sections = classical(rows, losses) + same_pair(rows) + overhead(rows) + neural(rows, losses)
    libraries = sorted({(r["library"], r["version"]) for r in rows if "library" in r})
    failures = sorted({f"{r['program']}: {r['failed']}" for r in rows if "program" in r})
    head = [
        "# Benchmarks\n",
        "Made by `benches/peers/run`, which builds and runs everything again on your machine and writes this page. The "
        "programs run one after the other, several rounds of all of them; a time is the median over the rounds of the "
        "least of the samples of a round (five, of 2 ms at least; one where a run takes more than a second). An error is "
        "the largest error of a component at the end of the interval over the largest component of the reference, "
        "which is computed in quadruple precision (`benches/peers/cpp/reference.cpp`).\n",
        machine.description() + "\n",
        "Libraries: " + ", ".join(f"{name} {version}" for name, version in libraries) + ".\n",
    ]
    if failures:
        head.append("Not run:\n\n" + "\n".join(f"- {failure}" for failure in failures) + "\n")
    head.append(slower(losses))
    (Path(root) / "BENCHMARKS.md").write_text("\n".join(head + sections))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
