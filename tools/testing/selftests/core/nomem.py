#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Every allocation on a way fails once: nothing is left behind, or broken."""

import errno
import os

import corelib
from corelib import V
from allocations import fail_each, only_logged, possible, slab_may_fail


CPU = f"{corelib.SYSFS}/cpu-sim0"


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


def quiet():
    """No operation is pending, and the component is not either."""
    sock = corelib.vigil()

    def settled():
        replies, _ = sock.dump(V.VIGIL_CMD_OPERATION_GET)
        return all(reply.number(V.VIGIL_A_OPERATION_STATE) != V.VIGIL_OP_STATE_PENDING
                   for reply in replies) and corelib.read(f"{CPU}/isolation") != "pending"

    assert corelib.wait_for(60, settled)


def commanding():
    """A command that runs out of memory is refused or fails, or is carried out."""
    for verb, left in (("isolate", "isolated"), ("recover", None), ("test", None),
                       ("release", "none")):
        failed, bore = fail_each(lambda v=verb: corelib.write(f"{CPU}/{v}", "x"), quiet,
                                 workers=True)
        print(f"# {verb}: {failed} refused, {bore} borne")
        assert failed > 1, failed
        # The last one had all the memory it wanted.
        if left:
            assert corelib.read(f"{CPU}/isolation") == left


def requesting():
    """A request over netlink that runs out of memory leaves nothing pending."""
    sock = corelib.vigil()
    for cmd in (V.VIGIL_CMD_ISOLATE, V.VIGIL_CMD_RECOVER, V.VIGIL_CMD_RELEASE):
        for dry_run in (True, False):
            failed, bore = fail_each(
                lambda c=cmd, d=dry_run: sock.do(c, corelib.verb_body(
                    "cpu-sim0", "no memory", d)), quiet)
            print(f"# {cmd}, dry run {dry_run}: {failed} refused, {bore} borne")
            assert failed > 1, failed
    quiet()
    assert corelib.read(f"{CPU}/isolation") == "none"


def setting():
    """A policy that can't be told of is set or not, and what is shown is true."""
    sock, values = corelib.vigil(), iter(range(20, 900))
    failed, _ = fail_each(lambda: sock.do(V.VIGIL_CMD_POLICY_SET, corelib.policy_body(
        "cpu-sim0", "limit_errors", next(values))))
    assert failed > 1, failed
    reply = sock.do(V.VIGIL_CMD_POLICY_SET, corelib.policy_body("cpu-sim0", "limit_errors", 900))
    assert reply and corelib.read(f"{CPU}/policy/limit_errors") == "900"


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
    corelib.load(components=2, verbs=0x1e)
    slab_may_fail()


if __name__ == "__main__":
    corelib.main([registering, asking, commanding, requesting, setting, notifying], prepare)
