"""What all parts of the report share: measurements in, Markdown out."""

import json
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import NamedTuple

OURS = "rheos"


class Ratio(NamedTuple):
    """The time of a peer relative to rheos."""

    where: str
    library: str
    method: str
    value: float
    is_row: bool = False  # a row of its own for each method, not the fastest method of the library

    @property
    def who(self):
        return f"{self.library} {self.method}"

    @property
    def key(self):
        """The name under which an earlier page keeps it."""
        return self.who if self.is_row else self.library


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


def seconds(x):
    for unit, scale in [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)]:
        if x >= scale:
            return f"{x / scale:.3g} {unit}"
    return f"{x / 1e-9:.3g} ns"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def ours_first(libraries):
    """The names in the order of the tables."""
    return sorted(libraries, key=lambda name: (name != OURS, name.lower()))
