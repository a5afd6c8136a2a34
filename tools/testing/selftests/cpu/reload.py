#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 4 --nodes 2 --one-thread
"""Load and unload at any time, also while CPUs come and go and policies change."""

import errno
import threading

import cpulib
from cpulib import corelib, fact, V

TIMES = corelib.rounds(8)
# What a request may meet while the module comes and goes.
ALLOWED = (errno.ENOENT, errno.ENODEV, errno.EACCES, errno.EBUSY)


class Storm:
    """Threads that do something again and again until the end of a block."""

    def __init__(self, *functions):
        self.over = threading.Event()
        self.failures = []
        self.done = [0] * len(functions)
        self.threads = [threading.Thread(target=self._repeat, args=item)
                        for item in enumerate(functions)]

    def _repeat(self, index, function):
        while not self.over.is_set():
            try:
                function()
                self.done[index] += 1
            except OSError as error:
                if error.errno not in ALLOWED:
                    self.failures.append(error)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


def reload():
    """Refused while an operation is pending, and only then."""
    cpulib.expect(lambda: not corelib.run("rmmod", "vigil_cpu",
                                          check=False).returncode)
    cpulib.insert()


def again_and_again():
    """Loading and unloading again and again."""
    for _ in range(TIMES):
        reload()
    for cpu in range(4):
        cpulib.expect_fact(cpu, "health", "healthy")


def while_cpus_move():
    """Unloading while operations run, others move CPUs, and policies change."""
    sock = corelib.vigil()

    def by_command():
        for cmd in (V.VIGIL_CMD_ISOLATE, V.VIGIL_CMD_RELEASE):
            cpulib.ended(sock, cpulib.ask(sock, cmd, 1,
                                          override=cpulib.guard("OWNER")))

    def by_others():
        cpulib.set_online(2, False)
        cpulib.set_online(2, True)

    def by_policy():
        cpulib.set_policy(3, "isolate_on_failing", 1)
        cpulib.set_policy(3, "failing_window_seconds", 5)

    with Storm(by_command, by_others, by_policy) as storm:
        for _ in range(TIMES):
            reload()
        cpulib.expect(lambda: all(storm.done))
    assert not storm.failures, storm.failures
    cpulib.all_online()
    for cpu in range(4):
        cpulib.expect_fact(cpu, "isolation", "none")
        assert fact(cpu, "owner") == "none"


def prepare():
    cpulib.load()
    cpulib.allow(1000, 1000000)


if __name__ == "__main__":
    corelib.main([again_and_again, while_cpus_move], prepare)
