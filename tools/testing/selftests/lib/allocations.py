# SPDX-License-Identifier: GPL-2.0
"""Allocations that fail, one after the other, and what the kernel says then.

For kernels with CONFIG_FAULT_INJECTION, FAILSLAB and FAIL_PAGE_ALLOC.
"""

import contextlib
import errno
import os
import pathlib
import re
import subprocess
import threading

DEBUGFS = pathlib.Path("/sys/kernel/debug")
PRINTK = pathlib.Path("/proc/sys/kernel/printk")
NTH_MAX = 2000
REFUSALS = (errno.ENOMEM, errno.ENOBUFS, errno.EAGAIN)


def possible():
    return os.path.exists("/proc/self/fail-nth")


def slab_may_fail():
    """Also what could wait for memory; quietly."""
    _may_fail("failslab")


def pages_may_fail():
    """Single ones too, and those for users."""
    _may_fail("fail_page_alloc")
    (DEBUGFS / "fail_page_alloc/ignore-gfp-highmem").write_text("N")
    (DEBUGFS / "fail_page_alloc/min-order").write_text("0")


def _may_fail(way):
    (DEBUGFS / way / "ignore-gfp-wait").write_text("N")
    (DEBUGFS / way / "verbose").write_text("0")


def only_below_modules():
    """Nothing fails but what loaded modules ask for; here they are all ours."""
    lines = map(str.split, pathlib.Path("/proc/modules").read_text().splitlines())
    texts = [(int(words[5], 16), int(words[1])) for words in lines]
    for way in ("failslab", "fail_page_alloc"):
        (DEBUGFS / way / "require-start").write_text(hex(min(start for start, _ in texts)))
        (DEBUGFS / way / "require-end").write_text(hex(max(map(sum, texts))))
        (DEBUGFS / way / "stacktrace-depth").write_text("32")


def _workers():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if pathlib.Path(f"/proc/{pid}/comm").read_text().startswith("kworker/"):
                yield pid


class Countdown:
    """Of some threads: each one's nth allocation from now on fails."""

    def __init__(self, workers):
        self.fds = []
        for tid in (threading.get_native_id(), *(_workers() if workers else ())):
            with contextlib.suppress(FileNotFoundError):
                self.fds.append(os.open(f"/proc/{tid}/fail-nth", os.O_RDWR))

    def set(self, nth):
        for fd in self.fds:
            with contextlib.suppress(ProcessLookupError):
                os.pwrite(fd, str(nth).encode(), 0)

    def has_failed(self):
        """Did any thread come to its end?"""
        for fd in self.fds:
            with contextlib.suppress(ProcessLookupError):
                if os.pread(fd, 32, 0).rstrip(b"\0\n") == b"0":
                    return True
        return False

    def close(self):
        self.set(0)
        for fd in self.fds:
            os.close(fd)


def _error_of(function):
    try:
        function()
        return 0
    except OSError as refusal:
        return refusal.errno


def fail_each(function, before=None, workers=False, errors=REFUSALS):
    """Call it with its 1st, 2nd... allocation failing, until none is left.

    Each time after calling what comes before, with all the memory it wants. With
    workers also those fail that the kernel's workers make meanwhile. Returns how
    many calls failed, and how many did not although an allocation did.
    """
    failed = bore = 0
    for nth in range(1, NTH_MAX):
        if before:
            before()
        countdown = Countdown(workers)
        try:
            countdown.set(nth)
            error = _error_of(function)
            done = not countdown.has_failed()
        finally:
            countdown.close()
        if done:
            assert not error, os.strerror(error)
            return failed, bore
        assert error in (0, *errors), os.strerror(error)
        failed += bool(error)
        bore += not error
    raise AssertionError("allocations without end")


@contextlib.contextmanager
def only_logged(pattern):
    """The kernel complains of what we do to it; it must say nothing else.

    What is expected is kept from the console, where it would count as trouble.
    """
    before = PRINTK.read_text()
    mark = f"allocations {os.getpid()}"
    pathlib.Path("/dev/kmsg").write_text(mark)
    PRINTK.write_text("1")
    try:
        yield
    finally:
        PRINTK.write_text(before)
    log = subprocess.run(["dmesg"], check=True, capture_output=True, text=True).stdout
    lines = log.partition(mark)[2].splitlines()[1:]
    others = [line for line in lines if not re.search(pattern, line)]
    assert not others, "\n".join(others)
