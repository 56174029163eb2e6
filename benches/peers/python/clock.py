"""Timing, and one line of JSON per measurement; `rust/src/clock.rs` does the same."""

import json
import math
import os
import time
from statistics import median

SLOW = 1.0  # after a run above so many seconds, stricter tolerances are left out
THREADS = os.environ.get("PEERS_THREADS", "1")


def seconds(run):
    """Seconds per call: five samples of two milliseconds at least, fewer of a slow run, so that all take about
    0.3 s."""

    def sample(calls):
        start = time.perf_counter()
        for _ in range(calls):
            run()
        return (time.perf_counter() - start) / calls

    once = sample(1)  # warms up
    if once > 0.15:
        return [once]
    once = min(once, sample(1))
    calls = max(1, math.ceil(2e-3 / once))
    return [sample(calls) for _ in range(int(min(max(0.3 / (calls * once), 1), 5)))]


def line(**fields):
    print(json.dumps(fields), flush=True)


def row(library, version, task, what, method, run, steps=1):
    """Runs and times a neural task: `run` returns (value, norm of the gradient, evaluations or None)."""
    about = dict(suite="neural", library=library, version=version, task=task, what=what, method=method, threads=THREADS)
    try:
        value, gradient, evaluations = run()
        samples = [s / steps for s in seconds(run)]
        found = dict(value=float(value), gradient=float(gradient), evaluations=evaluations)
        line(**about, seconds=samples, median=median(samples), **found)
    except Exception as error:  # the other rows are wanted all the same
        line(**about, failed=f"{type(error).__name__}: {error}"[:100])
