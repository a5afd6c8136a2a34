#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The netlink family: what it answers, and that it refuses nonsense."""

import os
import random
import struct

import corelib
import genl
from corelib import V, refused


def get_by_name():
    """component-get by name shows facts, counters and policies."""
    sock = corelib.vigil()
    reply = sock.do(V.VIGIL_CMD_COMPONENT_GET, corelib.by_name("cpu-sim1"))
    assert reply.string(V.VIGIL_A_COMPONENT_NAME) == "cpu-sim1"
    assert reply.number(V.VIGIL_A_COMPONENT_CLASS) == V.VIGIL_CLASS_CPU
    assert reply.number(V.VIGIL_A_COMPONENT_VERBS) == 6
    assert reply.get(V.VIGIL_A_COMPONENT_RISK_PERMILLE) is None
    assert len(reply.all(V.VIGIL_A_COMPONENT_COUNTER)) == 2
    policy = dict(genl.attrs(reply.get(V.VIGIL_A_COMPONENT_POLICY)))
    assert genl.number(policy[V.VIGIL_A_VALUE_MINIMUM]) == 10
    assert genl.number(policy[V.VIGIL_A_VALUE_MAXIMUM]) == 1000


def get_by_id():
    """component-get by id finds the same component."""
    sock = corelib.vigil()
    reply = sock.do(V.VIGIL_CMD_COMPONENT_GET, corelib.by_name("cpu-sim2"))
    number = reply.number(V.VIGIL_A_COMPONENT_ID)
    again = sock.do(V.VIGIL_CMD_COMPONENT_GET,
                    genl.u32(V.VIGIL_A_COMPONENT_ID, number))
    assert again.string(V.VIGIL_A_COMPONENT_NAME) == "cpu-sim2"


def get_refusals():
    """component-get explains what it refuses."""
    sock = corelib.vigil()
    name = corelib.by_name("cpu-sim0")
    number = genl.u32(V.VIGIL_A_COMPONENT_ID, 0xffffffff)
    for body, error, text in (
            (b"", "EINVAL", "which component"),
            (name + number, "EINVAL", "which component"),
            (corelib.by_name("cpu-nobody"), "ENODEV", "no such component"),
            (number, "ENODEV", "no such component"),
            (name + genl.u32(V.VIGIL_A_COMPONENT_CLASS, 3), "EINVAL", "dumps"),
            (name + name, "EINVAL", "twice")):
        refused(error, sock.do, V.VIGIL_CMD_COMPONENT_GET, body, text=text)


def dump_by_class():
    """A dump shows all, or those of a class."""
    sock = corelib.vigil()
    replies, torn = sock.dump(V.VIGIL_CMD_COMPONENT_GET)
    assert len(replies) == 5 and not torn, (len(replies), torn)
    assert corelib.of_machine(replies[0])
    replies, _ = sock.dump(V.VIGIL_CMD_COMPONENT_GET,
                           genl.u32(V.VIGIL_A_COMPONENT_CLASS,
                                    V.VIGIL_CLASS_CPU))
    assert len(replies) == 4
    replies, _ = sock.dump(V.VIGIL_CMD_COMPONENT_GET,
                           genl.u32(V.VIGIL_A_COMPONENT_CLASS,
                                    V.VIGIL_CLASS_PCI))
    assert not replies
    attention = genl.attr(V.VIGIL_A_COMPONENT_ATTENTION, b"")
    corelib.sim_do("2 health 3 for a test")
    replies = corelib.ours(sock.dump(V.VIGIL_CMD_COMPONENT_GET, attention)[0])
    assert [r.string(V.VIGIL_A_COMPONENT_NAME) for r in replies] == ["cpu-sim2"]
    corelib.sim_do("2 health 0")
    replies = corelib.ours(sock.dump(V.VIGIL_CMD_COMPONENT_GET, attention)[0])
    assert not replies
    refused("EINVAL", sock.dump, V.VIGIL_CMD_COMPONENT_GET,
            corelib.by_name("cpu-sim0"), text="dump")


def policy_range():
    """policy-set keeps to the range and says which it is."""
    sock = corelib.vigil()
    for value in (9, 1001, 0, (1 << 64) - 1):
        refused("ERANGE", sock.do, V.VIGIL_CMD_POLICY_SET,
                corelib.policy_body("cpu-sim0", "limit_errors", value),
                text="10 to 1000")
    refused("EINVAL", sock.do, V.VIGIL_CMD_POLICY_SET,
            corelib.policy_body("cpu-sim0", "limit_errors", 13),
            text="provider")
    refused("ENOENT", sock.do, V.VIGIL_CMD_POLICY_SET,
            corelib.policy_body("cpu-sim0", "no_such", 13), text="policy")
    reply = sock.do(V.VIGIL_CMD_POLICY_SET,
                    corelib.policy_body("cpu-sim0", "limit_errors", 1000))
    policy = dict(genl.attrs(reply.get(V.VIGIL_A_COMPONENT_POLICY)))
    assert genl.number(policy[V.VIGIL_A_VALUE_VALUE]) == 1000
    assert corelib.read(f"{corelib.SYSFS}/cpu-sim0/policy/limit_errors") == \
        "1000"


def policy_refusals():
    """policy-set refuses half a policy and bounds."""
    sock = corelib.vigil()
    name = genl.attr(V.VIGIL_A_VALUE_NAME, "limit_errors")
    value = genl.u64(V.VIGIL_A_VALUE_VALUE, 20)
    for inner in (b"", name, value, name + value + value,
                  name + value + genl.u64(V.VIGIL_A_VALUE_MAXIMUM, 1 << 40),
                  name + value + genl.u64(V.VIGIL_A_VALUE_PAD, 0),
                  name + value + genl.attr(77, b"")):
        refused("EINVAL", sock.do, V.VIGIL_CMD_POLICY_SET,
                corelib.by_name("cpu-sim0") +
                genl.nest(V.VIGIL_A_COMPONENT_POLICY, inner))
    refused("EINVAL", sock.do, V.VIGIL_CMD_POLICY_SET,
            corelib.by_name("cpu-sim0"), text="policy")


def unknown_attributes():
    """Unknown and misplaced attributes are refused."""
    sock = corelib.vigil()
    name = corelib.by_name("cpu-sim0")
    for kind in (0, V.VIGIL_A_COMPONENT_SEQ, V.VIGIL_A_COMPONENT_PAD,
                 V.VIGIL_A_COMPONENT_MAX + 1 if hasattr(
                     V, "VIGIL_A_COMPONENT_MAX") else 40, 77, 0x3fff):
        refused("EINVAL", sock.do, V.VIGIL_CMD_COMPONENT_GET,
                name + genl.attr(kind, b"\1\0\0\0"))


def wrong_types():
    """Attributes of a wrong size or form are refused."""
    sock = corelib.vigil()
    long_name = "cpu-" + "x" * 60
    for body in (genl.attr(V.VIGIL_A_COMPONENT_ID, b"\1"),
                 genl.attr(V.VIGIL_A_COMPONENT_ID, b"\1" * 8),
                 genl.attr(V.VIGIL_A_COMPONENT_NAME, b""),
                 genl.attr(V.VIGIL_A_COMPONENT_NAME, b"cpu-sim0"),
                 corelib.by_name(long_name),
                 corelib.by_name("y" * 4096),
                 genl.nest(V.VIGIL_A_COMPONENT_NAME, b"cpu-sim0\0")):
        refused("EINVAL", sock.do, V.VIGIL_CMD_COMPONENT_GET, body)
    refused("ERANGE", sock.dump, V.VIGIL_CMD_COMPONENT_GET,
            genl.u32(V.VIGIL_A_COMPONENT_CLASS, 99))


def verb_refusals():
    """isolate explains what it refuses."""
    sock = corelib.vigil()
    isolate = V.VIGIL_CMD_ISOLATE
    refused("ENODEV", sock.do, isolate, corelib.verb_body("cpu-no"),
            text="no such component")
    refused("EINVAL", sock.do, isolate, b"", text="which component")
    refused("EINVAL", sock.do, isolate,
            corelib.verb_body("cpu-sim0", address=4096), text="address")
    refused("EINVAL", sock.do, isolate,
            corelib.verb_body("cpu-sim0", "a\nb"), text="one line")
    refused("EINVAL", sock.do, isolate,
            corelib.verb_body("cpu-sim0", "\x1b[31m"), text="one line")
    refused("EINVAL", sock.do, isolate,
            corelib.verb_body("cpu-sim0", "r" * 128))
    refused("EINVAL", sock.do, isolate,
            corelib.verb_body("cpu-sim0", "once") +
            genl.attr(V.VIGIL_A_OPERATION_REASON, "again"), text="twice")
    assert corelib.read(f"{corelib.SYSFS}/cpu-sim0/isolation") == "none"


def unknown_commands():
    """Unknown commands and reserved bits of the header are refused."""
    sock = corelib.vigil()
    for cmd in (0, V.VIGIL_CMD_COMPONENT_NTF, V.VIGIL_CMD_EVENT_NTF, 200):
        refused("EOPNOTSUPP", sock.do, cmd, b"")
    sock.seq += 1
    data = struct.pack("=BBH", V.VIGIL_CMD_COMPONENT_GET, 1, 7)
    sock.send_raw(struct.pack("=IHHII", 20, sock.family,
                              genl.NLM_F_REQUEST | genl.NLM_F_ACK, sock.seq,
                              0) + data)
    refused("EINVAL", lambda: [sock.raise_error(m) for m in sock.receive()])


def truncated():
    """A request cut at any byte does no harm."""
    sock = corelib.vigil()
    body = struct.pack("=BBH", V.VIGIL_CMD_POLICY_SET, 1, 0) + \
        corelib.policy_body("cpu-sim0", "limit_errors", 500)
    header = struct.Struct("=IHHII")
    for length in range(len(body)):
        for claimed in (length, len(body), 0, 0xffff):
            sock.send_raw(header.pack(16 + claimed, sock.family,
                                      genl.NLM_F_REQUEST, 0, 0) +
                          body[:length])
    assert corelib.read(f"{corelib.SYSFS}/cpu-sim0/policy/limit_errors") == \
        "1000"
    get_by_name()


def random_bytes():
    """Thousands of random requests do no harm."""
    seed = int(os.environ.get("VIGIL_SEED", "1"))
    generator = random.Random(seed)
    print(f"# VIGIL_SEED={seed}")
    sock = corelib.vigil()
    sock.sock.setblocking(False)
    for _ in range(10000 * corelib.SOAK):
        body = b"".join(
            genl.attr(generator.randrange(20) |
                      generator.choice((0, 0, genl.NLA_F_NESTED)),
                      generator.randbytes(generator.randrange(24)))
            for _ in range(generator.randrange(4)))
        flags = generator.choice((0, genl.NLM_F_DUMP))
        try:
            sock.send(generator.randrange(16), body, flags)
            while True:
                sock.receive()
        except OSError:
            pass
    get_by_name()


if __name__ == "__main__":
    corelib.main([get_by_name, get_by_id, get_refusals, dump_by_class,
                  policy_range, policy_refusals, unknown_attributes,
                  wrong_types, verb_refusals, unknown_commands, truncated,
                  random_bytes],
                 lambda: corelib.load(components=4))
