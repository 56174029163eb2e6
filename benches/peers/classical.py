"""The classical problems: time at equal error, and the cost of one evaluation."""

import json
from pathlib import Path

import plots
from precision import CELLS, Suite, compare, curves, failures, means
from tables import merge, ours_first, seconds, table

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


SUITE = Suite("classical", PROBLEMS, error, [1e-4, 1e-6, 1e-8, 1e-10])


def classical(rows, all_ratios, earlier):
    fronts = curves(SUITE, rows)
    if not fronts:
        return []
    sections, ratios = compare(SUITE, fronts)
    all_ratios += ratios
    plots.work_precision(fronts, PROBLEMS, HERE / "pictures" / "work_precision.svg")
    return [
        "## Classical problems: time at equal error\n",
        CELLS + "An error is the largest error of a component at the end of the interval, relative to the largest "
        "component of the reference, which is computed in quadruple precision (`benches/peers/cpp/reference.cpp`). The "
        "tolerances are rtol = atol from 1e-3 to 1e-12. `Dop853` of ode_solvers 0.6.2 is correct for autonomous fields "
        "only, such as these (`benches/peers/rust/src/bin/ode_solvers.rs`).\n",
        means(SUITE, ratios, earlier) + "\n",
        "![Work and precision](benches/peers/pictures/work_precision.svg)\n",
        "\n\n".join(sections) + "\n" + failures(SUITE, rows),
    ]


def same_pair(rows):
    """The cost of one evaluation with everything around it, for the pair that all libraries have."""
    pair = {"Dopri5", "dopri5", "RK45"}
    rows = [r for r in SUITE.rows(rows) if r.get("method") in pair and r.get("tol") == 1e-9]
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
