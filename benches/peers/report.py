"""Writes BENCHMARKS.md and its plots: report.py RESULTS.jsonl ROOT."""

import sys
from collections import defaultdict
from pathlib import Path

import machine
from classical import classical, same_pair
from neural import neural
from overhead import overhead
from tables import read, table


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
    header = ["where", "fastest", "time / rheos", "also faster"]
    return f"## Where rheos is slower\n\n{table(header, body)}\n"


def main(path, root):
    rows, losses = read(path), []
    sections = classical(rows, losses) + same_pair(rows) + overhead(rows) + neural(rows, losses)
    libraries = sorted({(r["library"], r["version"]) for r in rows if "library" in r})
    failures = sorted({f"{r['program']}: {r['failed']}" for r in rows if "program" in r})
    head = [
        "# Benchmarks\n",
        "Made by `benches/peers/run`, which builds and runs everything again on your machine and writes this page. "
        "The programs run one after the other, in several rounds. A time is the median over the rounds of the least "
        "sample of a round (five samples of at least 2 ms; one sample if a run takes more than a second). An error "
        "is the largest error of a component at the end of the interval, relative to the largest component of the "
        "reference, which is computed in quadruple precision (`benches/peers/cpp/reference.cpp`).\n",
        machine.description() + "\n",
        "Libraries: " + ", ".join(f"{name} {version}" for name, version in libraries) + ".\n",
    ]
    if failures:
        head.append("Not run:\n\n" + "\n".join(f"- {failure}" for failure in failures) + "\n")
    head.append(slower(losses))
    (Path(root) / "BENCHMARKS.md").write_text("\n".join(head + sections))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
