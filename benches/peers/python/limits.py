"""The tolerances of the stiff problems, and the time that a solve of one may take; see `rust/src/limits.rs`, where SLOW is
1 s."""

import os
import time

LONGEST = 5.0  # a solve that has not ended after so many seconds has failed
SLOW = 0.5  # after a solve that took longer, stricter tolerances are left out

# Every second in a quick run.
TOLERANCES = [float(f"1e-{digits}") for digits in range(2, 11, 2 if os.environ.get("PEERS_QUICK") else 1)]


class TookTooLong(Exception):
    pass


class Watch:
    """Ends a solve that takes too long: its field is `watched`."""

    def __init__(self):
        self.begun = time.perf_counter()

    def restart(self):
        self.begun = time.perf_counter()

    def elapsed(self):
        return time.perf_counter() - self.begun

    def watched(self, rhs):
        def field(t, y):
            if self.elapsed() > LONGEST:
                raise TookTooLong(f"stopped after {LONGEST:g} s")
            return rhs(t, y)

        return field
