"""Writes BENCHMARKS.md and its plots: report.py RESULTS.jsonl ROOT [--keep].

`--keep` writes the ratios to earlier.json too, for later pages from other machines.
"""

import sys
from collections import defaultdict
from pathlib import Path

import machine
from classical import classical, same_pair
from earlier import Earlier
from overhead import overhead
from stiff import stiff
from tables import read, table
from tasks import ensembles, fits, neural


def slower(ratios, earlier):
    """Where rheos is not the fastest: the fastest peer, and who else is faster."""
    places = defaultdict(list)
    for ratio in sorted((r for r in ratios if r.value < 1.0), key=lambda r: r.value):
        places[ratio.where].append(ratio)
    if not places:
        return "## Where rheos is slower\n\nNowhere in this run.\n"

    def short(ratio):
        before = earlier.ratio(ratio)
        return f"{ratio.who} {ratio.value:.2f}" + (f" ({before})" if before else "")

    body = [
        [where, first.who, f"**{first.value:.2f}**", earlier.ratio(first), ", ".join(map(short, others))]
        for where, (first, *others) in places.items()
    ]
    header = ["where", "fastest", "time / rheos", f"on {earlier.cpu}", "also faster"]
    return (
        "## Where rheos is slower\n\n"
        f"The fourth column, and the numbers in brackets, are the ratios of the page of {earlier.date} on "
        f"{earlier.cpu}, where it has the row. rheos has changed since then too.\n\n{table(header, body)}\n"
    )


def method(rows):
    """How the times are measured."""
    libraries = sorted({(r["library"], r["version"]) for r in rows if "library" in r})
    failures = sorted({f"{r['program']}: {r['failed']}" for r in rows if "program" in r})
    parts = [
        "## How the times are measured\n",
        "`benches/peers/run` builds and runs everything again on your machine and writes this page. The programs run "
        "one after the other, in one round or several (`--repeat`). A time is the median over the rounds of the least sample of a round: "
        "five samples of at least 2 ms, and fewer of a slow run, so that all take about 0.3 s. SciPy, and PyTorch on two "
        "threads, run in the first round only.\n",
        machine.tools() + "\n",
        "Libraries: " + ", ".join(f"{name} {version}" for name, version in libraries) + ".\n",
    ]
    if failures:
        parts.append("Not run:\n\n" + "\n".join(f"- {failure}" for failure in failures) + "\n")
    return parts


def main(path, root, *options):
    rows, ratios, earlier = read(path), [], Earlier()
    sections = (
        stiff(rows, ratios, earlier)
        + classical(rows, ratios, earlier)
        + same_pair(rows)
        + overhead(rows)
        + neural(rows, ratios)
        + ensembles(rows, ratios)
        + fits(rows, ratios)
    )
    head = ["# Benchmarks\n", machine.description() + "\n", slower(ratios, earlier), *method(rows)]
    (Path(root) / "BENCHMARKS.md").write_text("\n".join(head + sections))
    if "--keep" in options:
        earlier.write(ratios)


if __name__ == "__main__":
    main(*sys.argv[1:])
