"""Tasks whose rows have one time each: neural networks, ensembles and fits."""

import math

from tables import OURS, Ratio, merge, seconds, table

NEURAL = {
    "small": "Small neural ODE: 4-32-4, softplus inside and tanh outside, 64 samples, t from 0 to 100, "
    "Dormand–Prince 5(4), rtol = atol = 1e-6, float32; the gradient of the sum of the states in y(0) and weights",
    "spiral": "Training step of the spiral: 2-50-2, tanh, on y³, 20 samples, 10 times in [0, 0.225], Dormand–Prince "
    "5(4), rtol = 1e-7, atol = 1e-9, float64; gradient of the mean absolute error and a step of Adam",
    "sequence": "ODE-RNN: 20 observations of 32 samples, Elman cell of 16 units, flow 16-16-16 by 4 steps of RK4 "
    "between observations, float32; mean squared error and its gradient",
    "large": "Larger network: 64-256-256-64, tanh, 256 samples, 20 steps of RK4, float32; the gradient of the sum of "
    "the last state in y(0) and weights",
    "width": "The larger network with other widths and batches",
    "recurrent": "Recurrent networks: PyTorch's Elman, GRU and LSTM cells from zeros, float32; the mean squared error of "
    "all hidden states and its gradient in the weights, `forward` without the gradient",
}
ENSEMBLES = {
    "ensemble": "10 000 Lotka–Volterra systems, t ≤ 10, rtol = atol = 1e-6, float64",
}

FITS = {
    "fit": "Hare and lynx, 1900–1920: Lotka–Volterra with six unknowns in logarithms, 42 logarithmic residuals, from "
    "(1, 0.05, 1, 0.05, 30, 4), rtol = 1e-8, atol = 1e-10, float64",
}


def deviation(x, reference):
    return abs(x - reference) / abs(reference) if reference else abs(x)


def tasks(titles, rows, ratios):
    """A table for each task."""
    rows = [r for r in rows if r.get("suite") == "neural"]
    merged = merge(rows, ["task", "threads", "what", "library", "method"])
    failed = {
        (r["task"], r["threads"], r["what"], r["library"], r["method"]): r["failed"] for r in rows if "failed" in r
    }
    sections = []
    for task, title in titles.items():
        whats = list(dict.fromkeys(key[:3] for key in [*merged, *failed] if key[0] == task))
        body = []
        for group in whats:
            members = {key[3:]: row for key, row in merged.items() if key[:3] == group}
            mine = [row for (library, _), row in members.items() if library == OURS]
            ours = min(mine, key=lambda row: row["time"]) if mine else None
            label = group[2] + (f", {group[1]} threads" if group[1] != "1" else "")
            for (library, method), row in sorted(members.items(), key=lambda item: item[1]["time"]):
                ratio = row["time"] / ours["time"] if ours else math.nan
                if library != OURS and ours:
                    ratios.append(Ratio(f"{task}, {label}", library, method, ratio, is_row=True))
                agreement = max(deviation(row[k], ours[k]) for k in ["value", "gradient"]) if ours else math.nan
                alone = merged.get((task, "1", *group[2:], library, method), row)
                mark = " †" if row["time"] > alone["time"] else ""
                count = "" if row["evaluations"] is None else str(row["evaluations"])
                cells = [seconds(row["time"]) + mark, f"**{ratio:.2f}**", count, f"{agreement:.0e}"]
                body.append([label, library, method, *cells])
            for key, why in failed.items():
                if key[:3] == group and key not in merged:
                    body.append([label, key[3], key[4], "failed: " + why.replace("|", "/"), "", "", ""])
        if body:
            header = ["computed", "library", "how", "time", "time / rheos", "evaluations", "deviation"]
            sections.append(f"### {title}\n\n{table(header, body)}\n")
    return sections


def neural(rows, ratios):
    sections = tasks(NEURAL, rows, ratios)
    if not sections:
        return []
    return [
        "## Neural tasks\n",
        "All libraries use the same weights and data; the batch is one state with one step size. Ratios are relative "
        "to the fastest way of rheos to compute the same thing (below 1 the peer is faster). `static` is the backend "
        "of static matrices, `matrices` the one of matrices on the heap, `dfdx` the backend of tensors. `Memoized` "
        "stores the evaluations of the forward pass. The evaluations are evaluations of the field, forward "
        "and backward if the library counts both; replays of a tape are not counted. The deviation is the larger of "
        "the relative differences of value and gradient norm from rheos. JAX and diffrax are compiled before the "
        "clock starts (this takes seconds to minutes and is not in the times). diffrax has no classical Runge–Kutta "
        "method, so its rows use that tableau in its own solver class. `scan` and `loop` are the same arithmetic in "
        "plain JAX and PyTorch. The `rk4` of torchdiffeq is the 3/8 rule, at the same cost. One thread unless stated "
        "otherwise. † Slower than with one thread, which on a machine without idle processors says nothing about the "
        "library.\n",
        "\n".join(sections),
    ]


def ensembles(rows, ratios):
    sections = tasks(ENSEMBLES, rows, ratios)
    if not sections:
        return []
    return [
        "## Ensembles\n",
        "Every system has its own parameters and initial state, drawn within 20 % of the values of the classical problem. "
        "Both libraries choose the steps of each system by its own error, with their default controllers. Under `vmap` "
        "all systems advance together until the last one has ended. In a `LaneEnsemble` the systems of a block share "
        "their steps, each with its error within the tolerance; the evaluations are counted for every system. The value "
        "is the sum of all components at the end. One thread.\n",
        "\n".join(sections),
    ]


def fits(rows, ratios):
    sections = tasks(FITS, rows, ratios)
    if not sections:
        return []
    return [
        "## Fits\n",
        "rheos uses Levenberg–Marquardt with forward sensitivities. SciPy is `least_squares` (`lm` and `trf`, with its own "
        "differences) on `solve_ivp`, whose fields are Python functions. Both minimise with their default tolerances. The "
        "value is the sum of squares, and the deviation is the larger of the relative differences of it and of the norm of "
        "the parameters. One thread.\n",
        "\n".join(sections),
    ]
