#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The benchmarks, guest side: takes measurements and prints them as JSON lines.

usage: guest.py MEASUREMENT...        (in the virtual machine that ./run starts)

A measurement is a function in speed.py, memory.py or heal.py, which are of weights, in
errors.py or patterns.py, which are of memory errors, or in core.py, which is of components. Each line is what one subject
gave, ours or a peer:

  name, unit, subject, variant (a flavour of mapping, a way that errors come, or ""),
  values (one a round)
"""

import sys

import core
import errors
import guestlib
import heal
import memory
import patterns
import speed

MEASUREMENTS = {f"{function.__module__}.{function.__name__}": function for function in (
    speed.mapped, speed.cold_load, speed.scrub, memory.metadata,
    memory.prealloc_nr_hugepages, memory.prealloc_thp, memory.prealloc_pool, heal.ext4,
    heal.hugetlbfs, heal.weightfs, errors.vigil, errors.rasdaemon, patterns.vigil,
    patterns.rasdaemon, core.vigil, core.devlink)}


def main(names: list[str]) -> None:
    # Addresses decide which pages are huge, and so how many instructions are needed.
    guestlib.write("/proc/sys/kernel/randomize_va_space", 0)
    guestlib.install_programs()
    for name in names:
        MEASUREMENTS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
