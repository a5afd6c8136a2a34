#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 2 --one-thread
"""Notifications: in order, without a hole, and a loss is seen."""

import errno
import threading

import corelib
import genl
from corelib import V


def consecutive(messages):
    """Assert that no sequence number is missing."""
    seqs = [corelib.seq_of(m) for m in messages]
    holes = [(a, b) for a, b in zip(seqs, seqs[1:]) if b != a + 1]
    assert not holes, f"holes {holes[:5]} in {len(seqs)} messages"
    return seqs


def next_of_ours(sock):
    """The next notification that is not the machine's."""
    while True:
        for message in corelib.ours(sock.receive()):
            return message


def facts_notify():
    """Each change of a fact is told once, with all facts."""
    sock = corelib.listener()
    corelib.sim_do("0 health 2 worn")
    corelib.sim_do("0 health 2 worn")
    corelib.sim_do("0 advice 3 go away")
    corelib.sim_do("0 isolation 3 2 somebody else")
    messages = corelib.notifications(sock)
    consecutive(messages)
    messages = corelib.ours(messages)
    assert [m.cmd for m in messages] == [V.VIGIL_CMD_COMPONENT_NTF] * 3
    last = messages[-1]
    assert last.number(V.VIGIL_A_COMPONENT_HEALTH) == V.VIGIL_HEALTH_DEGRADED
    assert last.number(V.VIGIL_A_COMPONENT_ADVICE) == V.VIGIL_ADVICE_DRAIN
    assert last.number(V.VIGIL_A_COMPONENT_OWNER) == V.VIGIL_OWNER_EXTERNAL
    assert last.string(V.VIGIL_A_COMPONENT_REASON) == "somebody else"


def counters_silent():
    """A counter that grows tells nobody."""
    sock = corelib.listener()
    for _ in range(100):
        corelib.sim_do("0 count 0 7")
    assert not corelib.ours(corelib.notifications(sock))
    assert corelib.read(
        f"{corelib.SYSFS}/cpu-sim0/counters/simulated_errors") == "700"


def risk_expires():
    """A risk is told, and told again when it has become unknown."""
    sock = corelib.listener()
    corelib.sim_do("0 risk 250 100")
    first = next_of_ours(sock)
    assert first.number(V.VIGIL_A_COMPONENT_RISK_PERMILLE) == 250
    assert first.string(V.VIGIL_A_COMPONENT_RISK_MODEL) == "sim"
    second = next_of_ours(sock)
    assert second.get(V.VIGIL_A_COMPONENT_RISK_PERMILLE) is None
    assert corelib.seq_of(second) > corelib.seq_of(first)
    assert corelib.read(f"{corelib.SYSFS}/cpu-sim0/risk_permille") == "unknown"


def policy_notifies():
    """A policy that was set is told with its value; setting it again is not."""
    sock = corelib.listener()
    path = f"{corelib.SYSFS}/cpu-sim0/policy/limit_errors"
    corelib.write(path, "77")
    corelib.write(path, "77")
    messages = corelib.ours(corelib.notifications(sock))
    assert len(messages) == 1
    policy = dict(genl.attrs(messages[0].get(V.VIGIL_A_COMPONENT_POLICY)))
    assert genl.number(policy[V.VIGIL_A_VALUE_VALUE]) == 77


def coming_and_going():
    """A component that goes and comes is told, under a new id."""
    sock = corelib.listener()
    corelib.sim_do("1 unregister")
    corelib.sim_do("1 register")
    messages = corelib.notifications(sock)
    consecutive(messages)
    messages = corelib.ours(messages)
    assert [m.cmd for m in messages] == [V.VIGIL_CMD_COMPONENT_DEL_NTF,
                                         V.VIGIL_CMD_COMPONENT_ADD_NTF]
    ids = {m.number(V.VIGIL_A_COMPONENT_ID) for m in messages}
    assert len(ids) == 2


def events_consecutive():
    """1000 events from four threads, mixed with changes, leave no hole."""
    sock = corelib.listener(rcvbuf=8 << 20)

    def storm(index):
        for turn in range(25):
            corelib.sim_do(f"{index} events 10")
            corelib.sim_do(f"{index} health {1 + turn % 2} turn {turn}")

    threads = [threading.Thread(target=storm, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    messages = corelib.notifications(sock, 2)
    consecutive(messages)
    messages = corelib.ours(messages)
    assert len(messages) == 1100, len(messages)


def loss_is_seen():
    """A listener who lags gets ENOBUFS, sees the hole and can start again."""
    sock = corelib.listener(rcvbuf=4096)
    other = corelib.vigil()
    corelib.sim_do("0 events 1000")
    lost = 0
    messages = []
    sock.sock.settimeout(1)
    while True:
        try:
            messages += sock.receive()
        except TimeoutError:
            break
        except OSError as error:
            if error.errno == errno.EAGAIN:
                break
            assert error.errno == errno.ENOBUFS, error
            lost += 1
    assert lost, "no ENOBUFS"
    assert len(messages) < 1000

    corelib.sim_do("0 health 3 after the storm")
    after = corelib.notifications(sock)
    assert corelib.seq_of(after[0]) > corelib.seq_of(messages[-1]) + 1

    replies, _ = other.dump(V.VIGIL_CMD_COMPONENT_GET)
    facts = {r.string(V.VIGIL_A_COMPONENT_NAME):
             r.number(V.VIGIL_A_COMPONENT_SEQ) for r in replies}
    assert facts["cpu-sim0"] == corelib.seq_of(corelib.ours(after)[-1])


if __name__ == "__main__":
    corelib.main([facts_notify, counters_silent, risk_expires,
                  policy_notifies, coming_and_going, events_consecutive,
                  loss_is_seen],
                 lambda: corelib.load(components=4))
