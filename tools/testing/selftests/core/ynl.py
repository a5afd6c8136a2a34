#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, what it proves is in the specification
"""Every message of the specification, by the kernel's own Python tools (tools/net/ynl)."""

import os
import sys

import corelib
import subjects

TOOLS = os.path.join(corelib.TOP, "build/selftests/ynl")
SPEC = os.path.join(corelib.TOP, "Documentation/netlink/specs/vigil.yaml")
PIECE_BYTES = 20_000
AGENT = "agent-ynl0"
CPU = "cpu-sim0"

if not os.path.isdir(TOOLS):
    corelib.skip_all("no build/selftests/ynl: make -C tools/testing/selftests")
sys.path.append(TOOLS)

from lib import NlError, YnlFamily  # noqa: E402  pylint: disable=all


class Family(YnlFamily):
    """Notes what was answered, and what was told unasked."""
    seen = set()

    def __init__(self):
        # The schema is what tools/checks/netlink holds the specification against.
        super().__init__(SPEC, schema="")

    def do(self, method, vals, flags=None):
        reply = super().do(method, vals, flags)
        Family.seen.add((method, "do"))
        return reply

    def dump(self, method, vals):
        replies = super().dump(method, vals)
        assert isinstance(replies, list), replies
        Family.seen.add((method, "dump"))
        return replies

    def heard(self):
        self.check_ntf()
        told, self.async_msg_queue = self.async_msg_queue, []
        Family.seen.update((each["name"], "told") for each in told)
        return told


def refused(error, function, *args):
    """With an explanation, which the tools show."""
    try:
        function(*args)
    except NlError as refusal:
        assert refusal.nl_msg.error == -error, refusal
        return refusal.nl_msg.extack.get("msg", "")
    raise AssertionError("accepted")


def until(sock, wanted):
    """The first message that is told of that name, and all before it."""
    told = []
    assert corelib.wait_for(30, lambda: (told.extend(sock.heard()) or
                                         any(each["name"] == wanted for each in told))), told
    return next(each["msg"] for each in told if each["name"] == wanted)


FAMILY = LISTENER = FRAME = None


def components():
    """component-get: one by name, one by id, all, those of a class, those not well."""
    one = FAMILY.do("component-get", {"name": "cpu-sim1"})
    assert one["class"] == "cpu" and one["health"] == "unknown", one
    assert FAMILY.do("component-get", {"id": one["id"]})["name"] == "cpu-sim1"
    assert {each["name"] for each in one["counter"]} >= {"simulated_errors"}
    everyone = FAMILY.dump("component-get", {})
    assert {"cpu-sim0", subjects.DIMM, subjects.MEMORY} <= {each["name"] for each in everyone}
    cpus = FAMILY.dump("component-get", {"class": "cpu"})
    assert len(cpus) == len([each for each in everyone if each["class"] == "cpu"])
    corelib.sim_do("1 health 3 worn")
    unwell = FAMILY.dump("component-get", {"attention": True, "class": "cpu"})
    assert [each["name"] for each in unwell] == ["cpu-sim1"], unwell
    assert "no such" in refused(19, FAMILY.do, "component-get", {"name": "cpu-nobody"})


def verbs():
    """isolate, release, recover and test, tried and done; their operations; decisions."""
    for verb in ("isolate", "recover", "test", "release"):
        tried = FAMILY.do(verb, {"component": CPU, "dry-run": True, "reason": "to see"})
        assert tried["state"] == "done" and tried["verb"] == verb, tried
        started = FAMILY.do(verb, {"component": CPU, "reason": "by ynl", "owner": "ynl",
                                   "timeout-ms": 60000, "override": {"class-share",
                                                                     "class-rate"}})
        ended = until(LISTENER, "operation-ntf")
        assert (ended["id"], ended["state"]) == (started["id"], "done"), ended
        assert ended["owner"] == "ynl"
        again = FAMILY.do("operation-get", {"id": started["id"]})
        assert again["verb"] == verb and again["reason"] == "by ynl"
    assert len(FAMILY.dump("operation-get", {})) >= 8
    about = FAMILY.dump("audit-get", {"component": CPU})
    assert {"isolate", "release"} <= {each["action"] for each in about}, about
    assert FAMILY.do("audit-get", {"id": about[0]["id"]})["component"] == CPU


def policies():
    """policy-set, and what is told of it."""
    reply = FAMILY.do("policy-set", {"name": CPU, "policy": {"name": "limit_errors",
                                                             "value": 321}})
    assert reply["policy"][0]["value"] == 321
    told = until(LISTENER, "component-ntf")
    assert told["policy"][0] == reply["policy"][0], told
    assert "10 to 1000" in refused(34, FAMILY.do, "policy-set", {
        "name": CPU, "policy": {"name": "limit_errors", "value": 1}})


def told():
    """Events, and components that come and go."""
    corelib.sim_do("0 events 1")
    assert until(LISTENER, "event-ntf")["kind"] == "corrected-error"
    corelib.sim_do("2 unregister")
    corelib.sim_do("2 register")
    gone, come = {}, {}

    def both():
        for each in LISTENER.heard():
            {"component-del-ntf": gone, "component-add-ntf": come}.get(
                each["name"], {}).update(each["msg"])
        return gone and come

    assert corelib.wait_for(30, both)
    assert gone["name"] == come["name"] == "cpu-sim2"


def memory():
    """Cells and numbers of a memory module, sources of errors, frames out of use."""
    cell = FAMILY.do("cell-get", {"component": subjects.DIMM})
    assert (cell["row"], cell["column"]) == (7, 64), cell
    assert FAMILY.dump("cell-get", {"component": subjects.DIMM}) == [
        {**cell, "age-seconds": each["age-seconds"]}
        for each in FAMILY.dump("cell-get", {"component": subjects.DIMM})]
    number = FAMILY.dump("feature-get", {"component": subjects.DIMM})[0]
    one = FAMILY.do("feature-get", {"component": subjects.DIMM, "name": number["name"],
                                    "window-seconds": number.get("window-seconds", 0)})
    assert one["name"] == number["name"]
    source = FAMILY.dump("source-get", {})[0]
    assert FAMILY.do("source-get", {"name": source["name"]})["state"] == source["state"]
    frame = FAMILY.do("frame-get", {"component": subjects.MEMORY, "address": FRAME})
    assert frame in FAMILY.dump("frame-get", {"component": subjects.MEMORY})


def models():
    """A model is loaded, shown, told and unloaded."""
    data = subjects.model()
    pieces = [data[at:at + PIECE_BYTES] for at in range(0, len(data), PIECE_BYTES)]
    loaded = FAMILY.do("model-load", {"subject": subjects.SUBJECT, "data": pieces})
    assert loaded["origin"] == "command" and loaded["bytes"] == len(data), loaded
    assert until(LISTENER, "model-ntf")["hash"] == loaded["hash"]
    assert FAMILY.do("model-get", {"subject": subjects.SUBJECT})["hash"] == loaded["hash"]
    assert FAMILY.dump("model-get", {})[0]["subject"] == subjects.SUBJECT
    assert FAMILY.do("model-unload", {"subject": subjects.SUBJECT})["origin"] == "none"


def agents():
    """An agent registers, reports, is asked to isolate, answers and goes."""
    agent = Family()
    mine = agent.do("agent-register", {"name": "ynl", "ttl-ms": 600000})
    assert mine["name"] == "ynl", mine
    assert until(LISTENER, "agent-ntf") == mine
    agent.do("agent-add", {"component": AGENT, "label": "a part", "verbs": 6,
                           "counter": [{"name": "errors"}]})
    agent.do("agent-report", {"component": AGENT, "health": "degraded", "reason": "worn",
                              "counter": [{"name": "errors", "value": 3}]})
    shown = FAMILY.do("component-get", {"name": AGENT})
    assert (shown["health"], shown["agent"]) == ("degraded", "ynl"), shown
    assert [each["value"] for each in shown["counter"] if each["name"] == "errors"] == [3]
    assert FAMILY.do("agent-get", {"name": "ynl"})["components"] == 1
    assert [each["name"] for each in FAMILY.dump("agent-get", {})] == ["ynl"]
    for verb in ("isolate", "release"):
        LISTENER.heard()
        started = FAMILY.do(verb, {"component": AGENT, "override": {"class-share"}})
        asked = until(agent, "agent-request-ntf")
        assert (asked["verb"], asked["component"]) == (verb, AGENT), asked
        agent.do("agent-answer", {"request": asked["request"], "state": "done"})
        ended = until(LISTENER, "operation-ntf")
        assert (ended["id"], ended["state"]) == (started["id"], "done"), ended
    agent.do("agent-remove", {"component": AGENT})
    refused(19, FAMILY.do, "component-get", {"name": AGENT})
    agent.sock.close()
    assert "gone" in until(LISTENER, "agent-ntf")


def complete():
    """No message of the specification is left out."""
    wanted = set()
    for name, operation in FAMILY.msgs.items():
        kinds = [kind for kind in ("do", "dump") if kind in operation.yaml]
        wanted.update((name, kind) for kind in kinds or ["told"])
    left = wanted - Family.seen
    print(f"# {len(wanted)} messages")
    assert len(wanted) > 30 and not left, sorted(left)


def prepare():
    global FAMILY, LISTENER, FRAME  # pylint: disable=global-statement
    subjects.load(4)
    FRAME = subjects.isolated_frame()
    FAMILY, LISTENER = Family(), Family()
    LISTENER.ntf_subscribe("events")


if __name__ == "__main__":
    corelib.main([components, verbs, policies, told, memory, models, agents, complete],
                 prepare)
