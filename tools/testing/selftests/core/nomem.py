#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Every allocation on a way fails once: nothing is left behind, or broken."""

import contextlib
import errno
import os
import re
import threading

import corelib
from corelib import V

FAIL_NTH = f"/proc/self/task/{threading.get_native_id()}/fail-nth"
FAILSLAB = f"{corelib.DEBUGFS}/failslab"
NTH_MAX = 2000


def fail_each(function, before=None):
    """Call it with its 1st, 2nd... allocation failing, until none is left.

    Each time after calling what comes before, with all the memory it wants.
    Returns how many calls failed, and how many did not although an allocation
    did.
    """
    failed = bore = 0
    fd = os.open(FAIL_NTH, os.O_RDWR)
    try:
        for nth in range(1, NTH_MAX):
            if before:
                before()
            os.pwrite(fd, str(nth).encode(), 0)
            try:
                function()
                error = 0
            except OSError as refusal:
                error = refusal.errno
            left = int(os.pread(fd, 32, 0).rstrip(b"\0\n") or b"0")
            os.pwrite(fd, b"0", 0)
            if left:
                assert not error, os.strerror(error)
                return failed, bore
            assert error in (0, errno.ENOMEM, errno.ENOBUFS, errno.EAGAIN), \
                os.strerror(error)
            failed += bool(error)
            bore += not error
    finally:
        os.pwrite(fd, b"0", 0)
        os.close(fd)
    raise AssertionError("allocations without end")


@contextlib.contextmanager
def only_logged(pattern):
    """The kernel complains of what we do to it; it must say nothing else.

    What is expected is kept from the console, where it would count as trouble.
    """
    levels = "/proc/sys/kernel/printk"
    before = corelib.read(levels)
    mark = f"nomem {os.getpid()}"
    corelib.write("/dev/kmsg", mark)
    corelib.write(levels, "1")
    try:
        yield
    finally:
        corelib.write(levels, before)
    lines = corelib.run("dmesg").stdout.partition(mark)[2].splitlines()[1:]
    others = [line for line in lines if not re.search(pattern, line)]
    assert not others, "\n".join(others)


def registering():
    """A component whose registration runs out of memory is not there."""
    directory = f"{corelib.SYSFS}/cpu-sim1"

    def unregister():
        if os.path.isdir(directory):
            corelib.sim_do("1 unregister")

    with only_logged(r"kobject_add_internal failed for cpu-sim1 \(error: -12"):
        failed, bore = fail_each(lambda: corelib.sim_do("1 register"),
                                 unregister)
    print(f"# {failed} refused, {bore} borne")
    assert failed > 5, failed
    assert os.path.isdir(directory)


def asking():
    """A request that runs out of memory is refused."""
    sock = corelib.vigil()
    failed, bore = fail_each(
        lambda: sock.do(V.VIGIL_CMD_COMPONENT_GET,
                        corelib.by_name("cpu-sim0")))
    print(f"# {failed} refused, {bore} borne")
    assert failed > 1, failed


def isolating():
    """An operation that runs out of memory is refused, or carried out."""
    failed, bore = fail_each(
        lambda: corelib.write(f"{corelib.SYSFS}/cpu-sim0/isolate", "x"))
    print(f"# {failed} refused, {bore} borne")
    assert failed > 1, failed
    corelib.write(f"{corelib.SYSFS}/cpu-sim0/release", "x")
    assert corelib.read(f"{corelib.SYSFS}/cpu-sim0/isolation") == "none"


def notifying():
    """A message that can't be allocated leaves a hole and ENOBUFS."""
    sock = corelib.listener()
    first = int(corelib.read(f"{corelib.SYSFS}/cpu-sim0/seq"))
    _, bore = fail_each(lambda: corelib.sim_do("0 events 1"))
    assert bore
    lost, seqs = 0, []
    sock.sock.settimeout(1)
    while True:
        try:
            seqs += [corelib.seq_of(m) for m in sock.receive()]
        except TimeoutError:
            break
        except OSError as error:
            if error.errno == errno.EAGAIN:
                break
            assert error.errno == errno.ENOBUFS, error
            lost += 1
    assert lost, "no ENOBUFS"
    assert seqs and seqs[0] > first
    assert seqs[-1] - seqs[0] + 1 > len(seqs), "no hole"


def prepare():
    if not os.path.exists(FAIL_NTH):
        corelib.skip_all("needs a kernel with fault injection")
    corelib.load(components=2)
    corelib.write(f"{FAILSLAB}/ignore-gfp-wait", "N")
    corelib.write(f"{FAILSLAB}/verbose", "0")


if __name__ == "__main__":
    corelib.main([registering, asking, isolating, notifying], prepare)
