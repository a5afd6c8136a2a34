#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Every allocation on a way fails once: nothing is left behind, or broken."""

import errno
import os

import corelib
from corelib import V
from allocations import fail_each, only_logged, possible, slab_may_fail


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
    # What fails may be the allocator's own: a slab, an object of debugobjects. These
    # are there the next time, and then it is the message.
    for _ in range(5):
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
    if not possible():
        corelib.skip_all("needs a kernel with fault injection")
    corelib.load(components=2)
    slab_may_fail()


if __name__ == "__main__":
    corelib.main([registering, asking, isolating, notifying], prepare)
