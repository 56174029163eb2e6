"""The stiff problems: time at equal error."""

import json
from pathlib import Path

import plots
from precision import CELLS, Suite, compare, curves, failures, means

HERE = Path(__file__).parent

PROBLEMS = {
    "robertson": "Robertson's reaction, 3 equations, t ≤ 4·10¹⁰",
    "van-der-pol": "Van der Pol's oscillator, μ = 1000, 2 equations, t ≤ 2000",
    "orego": "Oregonator, 3 equations, t ≤ 360",
    "hires": "HIRES, 8 equations, t ≤ 321.8122",
    "pollution": "Pollution, 20 equations, t ≤ 60",
    "e5": "E5, 3 equations, t ≤ 10¹³",
    "brusselator-100": "Brusselator, 100 equations, t ≤ 10",
    "brusselator-1000": "Brusselator, 1000 equations, t ≤ 10",
    "chemakzo": "Chemical Akzo Nobel, 6 equations, 1 of them algebraic, t ≤ 180",
    "transamp": "Transistor amplifier, 8 equations, 3 of them algebraic, t ≤ 0.2",
}


def references():
    """The ends that rheos is tested against, the Brusselators, and the differential-algebraic systems."""
    tested = json.loads((HERE.parents[1] / "tests" / "reference" / "stiff.json").read_text())["problems"]
    names = {"van-der-pol": "van_der_pol", "orego": "oregonator"}
    ends = {name: tested.get(names.get(name, name)) for name in PROBLEMS}
    found = {name: [float(y) for y in end["y"]] for name, end in ends.items() if end}
    del found["e5"][1]  # the unknown that is the sum of the last two
    for name in ["reference_stiff.json", "reference_dae.json"]:
        found |= json.loads((HERE / name).read_text())
    return found


REFERENCE = references()


def error(row):
    """The largest error of a component at the end, relative to the component; two components of E5 are zero there."""
    floor = 1e-28 if row["problem"] == "e5" else 0.0
    return max(abs(y - z) / (abs(z) + floor) for y, z in zip(row["y"], REFERENCE[row["problem"]]))


SUITE = Suite("stiff", PROBLEMS, error, [1e-3, 1e-4, 1e-6, 1e-8])


def stiff(rows, all_ratios, earlier):
    fronts = curves(SUITE, rows)
    if not fronts:
        return []
    sections, ratios = compare(SUITE, fronts)
    all_ratios += ratios
    plots.work_precision(fronts, PROBLEMS, HERE / "pictures" / "stiff_work_precision.svg")
    return [
        "## Stiff problems: time at equal error\n",
        CELLS + "An error is the largest error of a component at the end, relative to that component, since the "
        "components of a problem differ by many powers of ten. Two components of E5 vanish there, so "
        "1e-28 is added to each. "
        "The references have 16 digits at least (`tests/reference/stiff.json`); an explicit method in extended "
        "precision computes the ends of the Brusselators (`benches/peers/reference_stiff.json`). The ends of the differential-algebraic systems are "
        "published with them (`benches/peers/reference_dae.json`). The relative tolerances "
        "are 1e-2 to 1e-10. The absolute tolerance is the relative one times 1e-8 for Robertson's reaction, 1e-3 for "
        "Van der Pol's oscillator, 1 for the Oregonator and the Brusselators, 1e-4 for HIRES, 1e-6 for the pollution "
        "problem, 1e-24 for E5, 1e-3 for the chemical Akzo Nobel problem and 1 for the amplifier.\n",
        "All solvers have exact Jacobians. On the Brusselators CVODE and LSODA use banded matrices; diffsol and the "
        "Radau and BDF methods of SciPy use sparse ones; GSL and differential-equations use dense ones. "
        "rheos uses banded and sparse matrices and GMRES with exact products, and dense matrices for 100 equations. The "
        "differential-algebraic systems are solved by IDA of SUNDIALS, diffsol and rheos, with dense matrices. The mass "
        "matrix of the amplifier is not diagonal.\n",
        "A solve fails if it takes more than 5 s. A method that takes more than 1 s (SciPy: 0.5 s) has no stricter tolerance. A peer "
        "that fails or misses an error has no ratio there: see the number of cells.\n",
        means(SUITE, ratios, earlier) + "\n",
        "![Work and precision of stiff solvers](benches/peers/pictures/stiff_work_precision.svg)\n",
        "\n\n".join(sections) + "\n" + failures(SUITE, rows),
    ]
