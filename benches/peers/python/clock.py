"""Timing, and one line of JSON per measurement; `rust/src/clock.rs` does the same."""

import json
import math
import time

SLOW = 1.0  # a run above so many seconds is sampled once


def seconds(run):
    """Seconds per call: five samples of two milliseconds at least."""

    def sample(calls):
        start = time.perf_counter()
        for _ in range(calls):
            run()
        return (time.perf_counter() - start) / calls

    run()
    once = sample(1)
    if once > SLOW:
        return [once]
    calls = max(1, math.ceil(2e-3 / once))
    return [sample(calls) for _ in range(5)]


def line(**fields):
    print(json.dumps(fields), flush=True)
