#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Has logs of memory modules happen in the virtual machine, and prints what Vigil says.

usage: guest.py STEP_SECONDS LOG...        (in the virtual machine that ./run starts)

Each record goes through EDAC, tracepoint, ring and history at the time that it has in
the log. After each, and every STEP_SECONDS in between until nothing is left that time
could change, a line of JSON tells the numbers and the verdict of the module.
"""

import json
import os
import subprocess
import sys

TESTING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.append(f"{TESTING}/selftests/memory")

import edaclib  # noqa: E402  pylint: disable=wrong-import-position
from memlib import corelib  # noqa: E402  pylint: disable=wrong-import-position

PLACE = (0, 0, 0)  # where replay puts the first log
WINDOWS_S = (900, 3600, 21600)
POLICIES = ("watch_cells", "failing_cells", "failing_storms", "dwell_seconds")
COUNTERS = ("cells_6h", "errors_6h", "storms_6h", "fault_mode_6h")
FACTS = ("health", "advice", "reason")
BEFORE_S = 300  # to see what it was like before the first record
# Enough for whatever there is to end; an uncorrected error counts for a day.
AFTER_S = 48 * 3600


class Module:
    """The memory module of a log."""

    def __init__(self, name):
        self.name = name
        self.sock = corelib.vigil()
        self.counts = {"corrected_errors": 0, "uncorrected_errors": 0}
        self.now_s = 0

    def happen(self, line, which):
        """Have an error happen, until it has been judged."""
        edaclib.happen(line)
        self.now_s = int(line.split()[0][1:])
        self.counts[which] += 1
        edaclib.expect_count(PLACE, which, self.counts[which])

    def record(self, line):
        kind = line.split()[4]
        self.happen(line, "corrected_errors" if kind == "ce" else "uncorrected_errors")
        return self.sample(kind)

    def pass_time(self, to_s):
        """Time comes with errors. This one has no place, so no history has it."""
        place = " ".join(map(str, PLACE))
        self.happen(f"@{to_s} {place} ce 1 - 0 memory_read_error of no place",
                    "corrected_errors")
        return self.sample(None)

    def sample(self, kind):
        """Print what holds now, and return it; kind is "ce", "ue" or None."""
        found = {"name": self.name, "time_s": self.now_s, "record": kind}
        # They wait for the lock under which the module is judged, so health comes after.
        found |= {name: edaclib.counter(PLACE, name) for name in COUNTERS}
        features = edaclib.features(self.sock, PLACE)
        found["cells"] = [features["all_ce_log_num", window] for window in WINDOWS_S]
        found |= {name: edaclib.fact(PLACE, name) for name in FACTS}
        print(json.dumps(found), flush=True)
        return found

    def idle(self, until_s, step_s):
        """Let time pass as long as that makes a difference."""
        found = {"cells_6h": 1}
        while self.now_s + step_s < until_s and (found["cells_6h"] or
                                                 found["health"] != "healthy"):
            found = self.pass_time(self.now_s + step_s)


def follow(path, step_s):
    """Print a line about the module, and its samples."""
    lines = subprocess.run([f"{TESTING}/sim/replay", path], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    edaclib.load()
    assert corelib.wait_for(60, lambda: os.path.isdir(
        f"{corelib.SYSFS}/{edaclib.name(PLACE)}")), "no component"
    module = Module(os.path.splitext(os.path.basename(path))[0])
    policy = {name: int(edaclib.fact(PLACE, f"policy/{name}")) for name in POLICIES}
    print(json.dumps({"name": module.name, "kernel": os.uname().release, "policy": policy,
                      "step_s": step_s}), flush=True)
    times = [int(line.split()[0][1:]) for line in lines]
    module.pass_time(times[0] - BEFORE_S)
    for line, next_s in zip(lines, times[1:] + [times[-1] + AFTER_S]):
        module.record(line)
        module.idle(next_s, step_s)
    module.sock.close()


def main(step_s, paths):
    for path in paths:
        follow(path, step_s)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
