# SPDX-License-Identifier: GPL-2.0
"""An agent in a few lines, over raw netlink, and what is known about it."""

import corelib
import genl
from corelib import V

ALL_VERBS = (1 << (V.VIGIL_VERB_TEST + 1)) - 2
MINUTE = 60000


def counter(name, value=None):
    body = genl.attr(V.VIGIL_A_VALUE_NAME, name)
    if value is not None:
        body += genl.u64(V.VIGIL_A_VALUE_VALUE, value)
    return genl.nest(V.VIGIL_A_AGENT_COUNTER, body)


def register_body(name, ttl_ms):
    return (genl.attr(V.VIGIL_A_AGENT_NAME, name) +
            genl.u32(V.VIGIL_A_AGENT_TTL_MS, ttl_ms))


def component_body(component):
    return genl.attr(V.VIGIL_A_AGENT_COMPONENT, component)


class Agent:
    """A socket, an agent if it has a name."""

    def __init__(self, name=None, ttl_ms=MINUTE):
        self.sock = corelib.vigil()
        if name:
            self.register(name, ttl_ms)

    def register(self, name, ttl_ms=MINUTE):
        return self.sock.do(V.VIGIL_CMD_AGENT_REGISTER,
                            register_body(name, ttl_ms))

    def add(self, component, counters=(), verbs=0, label=None, parent=None):
        body = component_body(component)
        if verbs:
            body += genl.u32(V.VIGIL_A_AGENT_VERBS, verbs)
        if label is not None:
            body += genl.attr(V.VIGIL_A_AGENT_LABEL, label)
        if parent is not None:
            body += genl.attr(V.VIGIL_A_AGENT_PARENT_NAME, parent)
        body += b"".join(map(counter, counters))
        self.sock.do(V.VIGIL_CMD_AGENT_ADD, body)

    def remove(self, component):
        self.sock.do(V.VIGIL_CMD_AGENT_REMOVE, component_body(component))

    def report(self, component=None, counters=None, **facts):
        body = component_body(component) if component else b""
        for fact, value in facts.items():
            kind = getattr(V, f"VIGIL_A_AGENT_{fact.upper()}")
            body += (genl.attr if isinstance(value, str) else genl.u32)(kind, value)
        for name, value in (counters or {}).items():
            body += counter(name, value)
        self.sock.do(V.VIGIL_CMD_AGENT_REPORT, body)

    def request(self):
        """The next request: its number, verb and the message."""
        while True:
            for message in self.sock.receive():
                if message.cmd == V.VIGIL_CMD_AGENT_REQUEST_NTF:
                    return (message.number(V.VIGIL_A_AGENT_REQUEST),
                            message.number(V.VIGIL_A_AGENT_VERB), message)

    def answer(self, number, state=V.VIGIL_OP_STATE_DONE, message=None):
        body = (genl.u64(V.VIGIL_A_AGENT_REQUEST, number) +
                genl.u32(V.VIGIL_A_AGENT_STATE, state))
        if message is not None:
            body += genl.attr(V.VIGIL_A_AGENT_MESSAGE, message)
        self.sock.do(V.VIGIL_CMD_AGENT_ANSWER, body)

    def close(self):
        self.sock.close()


def component(sock, name):
    return sock.do(V.VIGIL_CMD_COMPONENT_GET, corelib.by_name(name))


def fact(sock, name, which):
    message = component(sock, name)
    kind = getattr(V, f"VIGIL_A_COMPONENT_{which.upper()}")
    if which in ("reason", "risk_model", "label", "agent"):
        return message.string(kind)
    return message.number(kind)


def counters(sock, name):
    found = {}
    for nest in component(sock, name).all(V.VIGIL_A_COMPONENT_COUNTER):
        values = dict(genl.attrs(nest))
        found[genl.string(values[V.VIGIL_A_VALUE_NAME])] = \
            genl.number(values[V.VIGIL_A_VALUE_VALUE])
    return found


def agent(sock, name):
    return sock.do(V.VIGIL_CMD_AGENT_GET, genl.attr(V.VIGIL_A_AGENT_NAME, name))


def remove_all(sock):
    """Components of agents that have gone, and with them these."""
    components, _ = sock.dump(V.VIGIL_CMD_COMPONENT_GET,
                              genl.u32(V.VIGIL_A_COMPONENT_CLASS, V.VIGIL_CLASS_AGENT))
    for one in components:
        sock.do(V.VIGIL_CMD_AGENT_REMOVE,
                component_body(one.string(V.VIGIL_A_COMPONENT_NAME)))
