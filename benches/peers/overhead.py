"""The cost of the solver loop."""

from collections import defaultdict
from statistics import median

from tables import seconds, table


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
        "## Cost of the solver loop\n",
        "Two comparisons: rheos with a hand-written loop for the Lorenz system (10 000 fixed steps; adaptive at rtol "
        "= atol = 1e-9), and a whole adaptive solve with its evaluations of the field alone. Both sides take turns "
        "in one process. The table has the least times, their ratio, and the median of the ratios of neighbouring "
        "runs.\n",
        table(["what", "rheos", "by hand / evaluations alone", "ratio", "median ratio", "evaluations"], body) + "\n",
    ]
