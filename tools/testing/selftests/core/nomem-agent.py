#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Agents when each allocation fails once: nothing is left behind, or broken."""

import os

import agentlib
import corelib
import genl
from agentlib import ALL_VERBS, Agent
from allocations import fail_each, only_logged, possible, slab_may_fail
from corelib import V

GPU = "agent-gpu0"


class Test:
    sock = None
    other = None
    agent = None


def tell(failed, bore, least=2):
    print(f"# {failed} refused, {bore} borne")
    assert failed >= least, failed


def registering():
    """An agent that runs out of memory when it comes is none."""
    agents = [Agent()]

    def afresh():
        agents.pop().close()
        agents.append(Agent())

    tell(*fail_each(lambda: agents[0].register("one"), afresh))
    agents.pop().close()
    assert Test.sock.dump(V.VIGIL_CMD_AGENT_GET)[0] == []


def adding():
    """A component that runs out of memory is not there."""
    Test.agent = Agent("one", 60 * agentlib.MINUTE)

    def remove():
        if os.path.isdir(f"{corelib.SYSFS}/{GPU}"):
            Test.agent.remove(GPU)

    with only_logged(rf"kobject_add_internal failed for {GPU} \(error: -12"):
        tell(*fail_each(lambda: Test.agent.add(GPU, ("a", "b"), ALL_VERBS, label="x",
                                               parent="cpu-sim0"), remove), 5)
    listed = agentlib.agent(Test.sock, "one").number(V.VIGIL_A_AGENT_COMPONENTS)
    assert listed == 1, listed


def reporting():
    """A report changes what it says even when nobody can be told."""
    listener = corelib.listener()
    health = [0]

    def report():
        health[0] = 1 + health[0] % V.VIGIL_HEALTH_FAILED
        Test.agent.report(GPU, health=health[0], risk_permille=health[0], counters={"a": 1})

    fail_each(report)
    assert agentlib.fact(Test.sock, GPU, "health") == health[0]
    listener.close()


def serving():
    """A request for which there is no memory fails; no worker waits for ever."""
    body = corelib.verb_body(GPU, "x") + genl.u32(V.VIGIL_A_OPERATION_TIMEOUT_MS, 50)

    def test_it():
        number = Test.sock.do(V.VIGIL_CMD_TEST, body).number(V.VIGIL_A_OPERATION_ID)
        assert corelib.wait_for(30, lambda: corelib.get_operation(Test.other, number)
                                .number(V.VIGIL_A_OPERATION_STATE)
                                != V.VIGIL_OP_STATE_PENDING)

    tell(*fail_each(test_it, workers=True))


def dying():
    """An agent ends whatever fails, and one of its name takes over."""
    def come():
        Test.agent.close()
        Test.agent = Agent("one")
        Test.agent.report(GPU, health=1, reason="fine")

    def end():
        Test.agent.close()
        assert corelib.wait_for(30, lambda: corelib.read(
            f"{corelib.SYSFS}/{GPU}/reason") == "agent one has ended")

    fail_each(end, come, workers=True)
    agentlib.remove_all(Test.other)
    assert Test.other.dump(V.VIGIL_CMD_AGENT_GET)[0] == []


def prepare():
    if not possible():
        corelib.skip_all("needs a kernel with fault injection")
    corelib.load()
    slab_may_fail()
    Test.sock = corelib.vigil()
    Test.other = corelib.vigil()


if __name__ == "__main__":
    corelib.main([registering, adding, reporting, serving, dying], prepare)
