#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Agents: who may be one, how long their word is true, what they are asked."""

import os
import subprocess

import agentlib
import corelib
import genl
from agentlib import ALL_VERBS, Agent
from corelib import V, refused

SECOND = 1000
GPU = "agent-gpu0"


class Test:
    sock = None


def health(name=GPU):
    return agentlib.fact(Test.sock, name, "health")


def reason(name=GPU):
    return agentlib.fact(Test.sock, name, "reason")


def isolation(name=GPU):
    return (agentlib.fact(Test.sock, name, "isolation"),
            agentlib.fact(Test.sock, name, "owner"))


def wait_for_end():
    """The kernel tells of it a little after the socket was closed."""
    assert corelib.wait_for(30, lambda: reason() == "agent one has ended"), reason()
    assert health() == V.VIGIL_HEALTH_UNKNOWN


def start(verb, name=GPU, timeout_ms=None):
    body = corelib.verb_body(name, "a test")
    if timeout_ms:
        body += genl.u32(V.VIGIL_A_OPERATION_TIMEOUT_MS, timeout_ms)
    return Test.sock.do(verb, body).number(V.VIGIL_A_OPERATION_ID)


def end_of(operation):
    """State and message of an operation, when it has ended."""
    def get():
        return corelib.get_operation(Test.sock, operation)

    assert corelib.wait_for(60, lambda: get().number(V.VIGIL_A_OPERATION_STATE)
                            != V.VIGIL_OP_STATE_PENDING), "still pending"
    return (get().number(V.VIGIL_A_OPERATION_STATE),
            get().string(V.VIGIL_A_OPERATION_MESSAGE))


def audited():
    """What the audit ring says of agents, the oldest first."""
    records, _ = Test.sock.dump(V.VIGIL_CMD_AUDIT_GET,
                                genl.attr(V.VIGIL_A_AUDIT_COMPONENT, "machine-0"))
    return [record.string(V.VIGIL_A_AUDIT_REASON) for record in records
            if record.number(V.VIGIL_A_AUDIT_ACTION) == V.VIGIL_AUDIT_ACTION_AGENT]


def lost():
    return agentlib.counters(Test.sock, "machine-0")["agents_lost"]


def registering():
    """One agent a socket, one socket an agent, and names that can be shown."""
    agent = Agent()
    for name, ttl in (("", 5000), ("a b", 5000), ("../x", 5000), (".x", 5000),
                      ("x\n", 5000), ("gr\u00fcn", 5000)):
        refused("EINVAL", agent.register, name, ttl, text="letters, digits")
    refused("EINVAL", agent.register, "x" * 32, 5000)
    for ttl in (0, 999, 3600001, 0xffffffff):
        refused("ERANGE", agent.register, "a", ttl, text="1000 to 3600000")
    refused("EINVAL", agent.sock.do, V.VIGIL_CMD_AGENT_REGISTER, b"", text="give the")
    refused("ENOTCONN", agent.report, text="no agent")
    refused("ENOTCONN", agent.add, GPU, text="no agent")
    refused("ENOTCONN", agent.answer, 1, text="no agent")

    reply = agent.register("x" * 31)
    assert reply.number(V.VIGIL_A_AGENT_PID) == os.getpid()
    refused("EBUSY", agent.register, "another", text="already")
    refused("EEXIST", Agent, "x" * 31, text=f"in process {os.getpid()}")
    agent.close()
    refused("ENOENT", agentlib.agent, Test.sock, "x" * 31, text="no such agent")


def components():
    """Components come with their properties, once, and go."""
    agent = Agent("one")
    for name in ("gpu0", "agent-", "agent-a/b", "agent-\n", "cpu-sim0"):
        refused("EINVAL", agent.add, name)
    refused("EINVAL", agent.sock.do, V.VIGIL_CMD_AGENT_ADD, b"", text="which")
    refused("EINVAL", agent.add, GPU, label="a\nb", text="one line")
    refused("EINVAL", agent.add, GPU, verbs=1, text="no such verb")
    refused("EINVAL", agent.add, GPU, verbs=ALL_VERBS + 1 + (1 << 20), text="no such verb")
    refused("ENODEV", agent.add, GPU, parent="cpu-none", text="parent")
    refused("EEXIST", agent.add, GPU, ("a", "a"), text="twice")
    refused("EINVAL", agent.add, GPU, ("a b",), text="counter")
    refused("E2BIG", agent.add, GPU, [f"c{i}" for i in range(17)], text="16")

    agent.add(GPU, ("ecc", "xid"), verbs=ALL_VERBS, label="slot 3", parent="cpu-sim0")
    agent.add(GPU, ("ecc", "xid"), verbs=ALL_VERBS, label="slot 3", parent="cpu-sim0")
    refused("EEXIST", agent.add, GPU, ("ecc",), text="other properties")
    shown = agentlib.component(Test.sock, GPU)
    assert shown.number(V.VIGIL_A_COMPONENT_CLASS) == V.VIGIL_CLASS_AGENT
    assert shown.string(V.VIGIL_A_COMPONENT_LABEL) == "slot 3"
    assert shown.number(V.VIGIL_A_COMPONENT_VERBS) == ALL_VERBS
    parent = agentlib.component(Test.sock, "cpu-sim0").number(V.VIGIL_A_COMPONENT_ID)
    assert shown.number(V.VIGIL_A_COMPONENT_PARENT) == parent
    assert corelib.read(f"{corelib.SYSFS}/{GPU}/counters/ecc") == "0"
    assert agentlib.agent(Test.sock, "one").number(V.VIGIL_A_AGENT_COMPONENTS) == 1

    other = Agent("two")
    refused("EEXIST", other.add, GPU, text="agent one")
    refused("EBUSY", other.remove, GPU, text="agent one")
    refused("ENODEV", other.report, GPU, health=1, text="agent-add first")
    refused("ENODEV", other.remove, "cpu-sim0", text="no agent")
    agents, _ = Test.sock.dump(V.VIGIL_CMD_AGENT_GET)
    assert [a.string(V.VIGIL_A_AGENT_NAME) for a in agents] == ["one", "two"]
    other.close()
    agent.remove(GPU)
    assert not os.path.exists(f"{corelib.SYSFS}/{GPU}")
    agent.close()


def reporting():
    """A report says all at once, what is absent stays, and nonsense is refused."""
    agent = Agent("one")
    agent.add(GPU, ("ecc", "xid"))
    agent.report(GPU, health=V.VIGIL_HEALTH_DEGRADED, advice=V.VIGIL_ADVICE_WATCH,
                 risk_permille=200, risk_model="m1", reason="hot", counters={"ecc": 3})
    agent.report(GPU, counters={"ecc": 4, "xid": 1})
    shown = agentlib.component(Test.sock, GPU)
    assert shown.number(V.VIGIL_A_COMPONENT_HEALTH) == V.VIGIL_HEALTH_DEGRADED
    assert shown.number(V.VIGIL_A_COMPONENT_ADVICE) == V.VIGIL_ADVICE_WATCH
    assert shown.number(V.VIGIL_A_COMPONENT_RISK_PERMILLE) == 200
    assert shown.string(V.VIGIL_A_COMPONENT_RISK_MODEL) == "m1"
    assert shown.string(V.VIGIL_A_COMPONENT_REASON) == "hot"
    assert agentlib.counters(Test.sock, GPU) == {"ecc": 7, "xid": 1}

    refused("ERANGE", agent.report, GPU, counters={"ecc": 2**64 - 1}, text="overflow")
    refused("ENOENT", agent.report, GPU, health=1, counters={"none": 1}, text="no such counter")
    refused("ERANGE", agent.report, GPU, health=5)
    refused("ERANGE", agent.report, GPU, risk_permille=1001, text="0 to 1000")
    refused("EINVAL", agent.report, GPU, risk_model="x", text="comes with")
    refused("EINVAL", agent.report, GPU, risk_permille=1, risk_model="x" * 48, text="one line")
    refused("EINVAL", agent.report, GPU, reason="a\x1bb", text="one line")
    refused("EINVAL", agent.report, GPU, reason="x" * 128)
    refused("EINVAL", agent.report, GPU, isolation=V.VIGIL_ISOLATION_PENDING,
            text="none or isolated")
    refused("EINVAL", agent.report, health=1, text="which component")
    body = agentlib.component_body(GPU)
    for doubled in (body + body, body + 2 * genl.u32(V.VIGIL_A_AGENT_HEALTH, 1)):
        refused("EINVAL", agent.sock.do, V.VIGIL_CMD_AGENT_REPORT, doubled, text="twice")
    for counter in (2 * agentlib.counter("ecc", 1), agentlib.counter("ecc"),
                    17 * agentlib.counter("ecc", 1)):
        try:
            agent.sock.do(V.VIGIL_CMD_AGENT_REPORT, body + counter)
            raise AssertionError("accepted")
        except genl.NetlinkError as refusal:
            assert "counter" in refusal.text, refusal.text
    assert health() == V.VIGIL_HEALTH_DEGRADED
    assert agentlib.counters(Test.sock, GPU) == {"ecc": 7, "xid": 1}
    agent.close()


def repeating():
    """Who says the same again disturbs nobody, nor anybody's reason."""
    agent = Agent("one")
    agent.add(GPU)
    agent.report(GPU, health=1, risk_permille=5, reason="fine")
    agent.report(GPU, isolation=V.VIGIL_ISOLATION_ISOLATED, reason="taken")
    assert isolation() == (V.VIGIL_ISOLATION_ISOLATED, V.VIGIL_OWNER_EXTERNAL)
    seq = agentlib.fact(Test.sock, GPU, "seq")
    agent.report(GPU, health=1, risk_permille=5, reason="taken")
    agent.report(GPU, isolation=V.VIGIL_ISOLATION_ISOLATED)
    agent.report()
    assert agentlib.fact(Test.sock, GPU, "seq") == seq
    agent.report(GPU, isolation=V.VIGIL_ISOLATION_NONE)
    assert isolation() == (V.VIGIL_ISOLATION_NONE, V.VIGIL_OWNER_NONE)
    agent.close()


def silence():
    """An agent that is silent leaves unknown what it said, until it speaks."""
    agent = Agent("one", 5 * SECOND)
    agent.add(GPU)
    agent.add("agent-gpu1")
    for name in (GPU, "agent-gpu1"):
        agent.report(name, health=1, risk_permille=5, reason="fine")
    assert corelib.wait_for(30, lambda: health() == V.VIGIL_HEALTH_UNKNOWN)
    assert corelib.wait_for(30, lambda: health("agent-gpu1") == V.VIGIL_HEALTH_UNKNOWN)
    # That of the other may have ended a moment earlier, with the agent not silent yet.
    assert reason("agent-gpu1") == "agent one has been silent for 5 s", \
        reason("agent-gpu1")
    assert reason().startswith("agent one has "), reason()
    assert agentlib.fact(Test.sock, GPU, "risk_permille") is None
    assert agentlib.agent(Test.sock, "one").get(V.VIGIL_A_AGENT_SILENT) is not None
    agent.report()
    assert (health(), reason()) == (V.VIGIL_HEALTH_HEALTHY, "fine")
    assert agentlib.fact(Test.sock, GPU, "risk_permille") == 5
    assert agentlib.agent(Test.sock, "one").get(V.VIGIL_A_AGENT_SILENT) is None

    # It lives, but forgets about one.
    def forgotten():
        agent.report(GPU)
        return health("agent-gpu1") == V.VIGIL_HEALTH_UNKNOWN

    assert corelib.wait_for(30, forgotten)
    assert reason("agent-gpu1") == "agent one has not spoken of it for 5 s"
    agent.report("agent-gpu1")
    assert health("agent-gpu1") == V.VIGIL_HEALTH_HEALTHY
    agent.close()


def ending():
    """A closed socket ends an agent at once; one of its name takes over."""
    agent = Agent("one")
    agent.add(GPU, ("ecc",), verbs=ALL_VERBS)
    agent.report(GPU, health=4, advice=4, counters={"ecc": 2}, reason="dead")
    before = lost()
    agent.close()
    wait_for_end()
    assert lost() == before + 1
    assert audited()[-2:] == ["agent one came", "agent one has ended"], audited()
    assert agentlib.fact(Test.sock, GPU, "advice") == V.VIGIL_ADVICE_NONE
    gone = agentlib.agent(Test.sock, "one")
    assert gone.get(V.VIGIL_A_AGENT_GONE) is not None
    assert gone.get(V.VIGIL_A_AGENT_PID) is None
    refused("ENOTCONN", start, V.VIGIL_CMD_ISOLATE, text="start it again")

    agent = Agent("one")
    agent.report()
    assert health() == V.VIGIL_HEALTH_UNKNOWN, "what the former one said"
    agent.add(GPU, ("ecc",), verbs=ALL_VERBS)
    agent.report(GPU, health=1, counters={"ecc": 1})
    assert agentlib.counters(Test.sock, GPU) == {"ecc": 3}
    agent.close()
    other = Agent("two")
    refused("EEXIST", other.add, GPU, text="agent one")
    other.remove(GPU)
    refused("ENOENT", agentlib.agent, Test.sock, "one")
    other.close()


def dying():
    """An agent that is killed, is not there any more when it has been waited for."""
    here = os.path.dirname(os.path.realpath(__file__))
    program = ("import agentlib, time\n"
               "a = agentlib.Agent('one')\n"
               "a.add('agent-gpu0'); a.report('agent-gpu0', health=1)\n"
               "print('ready', flush=True); time.sleep(1000)\n")
    with subprocess.Popen(["/usr/bin/python3", "-B", "-c", program], cwd=here,
                          env={**os.environ, "PYTHONPATH": here},
                          stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"ready\n"
        refused("EEXIST", Agent, "one", text=f"in process {child.pid}")
        child.kill()
    wait_for_end()


def serving():
    """Verbs are carried out by the agent, and end with its answer."""
    agent = Agent("one")
    agent.add(GPU, verbs=ALL_VERBS)
    operation = start(V.VIGIL_CMD_ISOLATE)
    number, verb, message = agent.request()
    assert verb == V.VIGIL_VERB_ISOLATE
    assert message.string(V.VIGIL_A_AGENT_COMPONENT) == GPU
    assert message.string(V.VIGIL_A_AGENT_REASON) == "a test"
    assert message.number(V.VIGIL_A_AGENT_TIMEOUT_MS) > 0
    # What it sees meanwhile is what it is doing.
    agent.report(GPU, isolation=V.VIGIL_ISOLATION_ISOLATED)
    assert isolation()[1] != V.VIGIL_OWNER_EXTERNAL
    agent.answer(number, message="gone")
    assert end_of(operation) == (V.VIGIL_OP_STATE_DONE, "gone")
    assert isolation() == (V.VIGIL_ISOLATION_ISOLATED, V.VIGIL_OWNER_VIGIL)
    agent.report(GPU, isolation=V.VIGIL_ISOLATION_ISOLATED)
    assert isolation()[1] == V.VIGIL_OWNER_VIGIL
    refused("ENOENT", agent.answer, number, text="too late")

    operation = start(V.VIGIL_CMD_RELEASE)
    number, verb, _ = agent.request()
    other = Agent("two")
    refused("ENOENT", other.answer, number, text="another's")
    other.close()
    for state in (V.VIGIL_OP_STATE_PENDING, V.VIGIL_OP_STATE_TIMEOUT):
        refused("EINVAL", agent.answer, number, state, text="done or failed")
    agent.answer(number, V.VIGIL_OP_STATE_FAILED, "stuck")
    assert end_of(operation) == (V.VIGIL_OP_STATE_FAILED, "stuck")
    assert isolation() == (V.VIGIL_ISOLATION_ISOLATED, V.VIGIL_OWNER_VIGIL)

    operation = start(V.VIGIL_CMD_RELEASE)
    agent.answer(agent.request()[0])
    assert end_of(operation)[0] == V.VIGIL_OP_STATE_DONE
    assert isolation() == (V.VIGIL_ISOLATION_NONE, V.VIGIL_OWNER_NONE)
    for cmd, verb in ((V.VIGIL_CMD_RECOVER, V.VIGIL_VERB_RECOVER),
                      (V.VIGIL_CMD_TEST, V.VIGIL_VERB_TEST)):
        operation = start(cmd)
        number, asked, _ = agent.request()
        assert asked == verb
        agent.answer(number)
        assert end_of(operation)[0] == V.VIGIL_OP_STATE_DONE
    agent.add("agent-mute")
    refused("EOPNOTSUPP", start, V.VIGIL_CMD_ISOLATE, "agent-mute")
    agent.close()


def failing_to_serve():
    """Requests end with the agent, with the component, and with their time."""
    agent = Agent("one")
    agent.add(GPU, verbs=ALL_VERBS)
    operation = start(V.VIGIL_CMD_ISOLATE)
    agent.request()
    agent.close()
    assert end_of(operation) == (V.VIGIL_OP_STATE_FAILED, "agent one has ended")

    agent = Agent("one")
    operation = start(V.VIGIL_CMD_ISOLATE)
    agent.request()
    agent.remove(GPU)
    assert end_of(operation) == (V.VIGIL_OP_STATE_FAILED, "the component was removed")

    agent.add(GPU, verbs=ALL_VERBS)
    operation = start(V.VIGIL_CMD_ISOLATE, timeout_ms=300)
    number, _, _ = agent.request()
    assert end_of(operation)[0] == V.VIGIL_OP_STATE_TIMEOUT
    assert corelib.wait_for(30, lambda: isolation()[0] == V.VIGIL_ISOLATION_NONE)
    refused("ENOENT", agent.answer, number, text="too late")
    agent.close()


def side_by_side():
    """Many agents' components are served at once, and no more than a bound."""
    agent = Agent("one")
    names = [f"agent-n{i}" for i in range(66)]
    for name in names:
        agent.add(name, verbs=ALL_VERBS)
    operations, busy = [], 0
    for name in names:
        try:
            operations.append(start(V.VIGIL_CMD_TEST, name))
        except OSError as refusal:
            assert "64 requests" in refusal.text, refusal
            busy += 1
    numbers = [agent.request()[0] for _ in range(64)]
    assert len(set(numbers)) == 64
    # Somebody else's operation is not held up.
    corelib.write(f"{corelib.SYSFS}/cpu-sim0/isolate", "x")
    corelib.write(f"{corelib.SYSFS}/cpu-sim0/release", "x")
    refused("EBUSY", start, V.VIGIL_CMD_TEST, names[-1], text="64 requests")
    for number in numbers:
        agent.answer(number)
    ends = [end_of(operation)[0] for operation in operations]
    assert ends.count(V.VIGIL_OP_STATE_DONE) == 64, ends
    agent.close()
    agentlib.remove_all(Test.sock)


def bounds():
    """64 agents, and those that have gone count while they have components."""
    agents = []
    for i in range(64):
        agents.append(Agent(f"a{i}"))
    refused("ENOSPC", Agent, "more", text="remove components")
    agents[0].close()
    agents[0] = Agent("more")
    agents[0].add(GPU)
    agents[0].close()
    refused("ENOSPC", Agent, "again", text="remove components")
    agents[1].remove(GPU)
    agents[0] = Agent("again")
    for agent in agents:
        agent.close()
    assert Test.sock.dump(V.VIGIL_CMD_AGENT_GET)[0] == []


def permissions():
    """Only an administrator of the host is an agent; everybody sees them."""
    agent = Agent("one")
    agent.add(GPU)
    program = ("import os, agentlib, corelib\n"
               "from corelib import V, refused\n"
               "os.setresuid(1000, 1000, 1000)\n"
               "a = agentlib.Agent()\n"
               "refused('EPERM', a.register, 'mine')\n"
               "refused('EPERM', a.remove, 'agent-gpu0')\n"
               "assert agentlib.agent(a.sock, 'one')\n")
    here = os.path.dirname(os.path.realpath(__file__))
    subprocess.run(["/usr/bin/python3", "-B", "-c", program], check=True,
                   env={**os.environ, "PYTHONPATH": here})
    agent.close()


def unloading():
    """The module waits for a request, and takes agents' components with it."""
    agent = Agent("one")
    agent.add(GPU, verbs=ALL_VERBS)
    operation = start(V.VIGIL_CMD_TEST)
    number, _, _ = agent.request()
    corelib.unload("vigil_sim")
    busy = subprocess.run(["rmmod", "vigil"], capture_output=True, check=False)
    assert busy.returncode, "unloaded under a request"
    agent.answer(number)
    assert end_of(operation)[0] == V.VIGIL_OP_STATE_DONE
    listener = corelib.listener()
    agent.report(GPU, health=1)
    assert corelib.wait_for(30, lambda: not subprocess.run(
        ["rmmod", "vigil"], capture_output=True, check=False).returncode)
    gone = [m.string(V.VIGIL_A_COMPONENT_NAME) for m in corelib.notifications(listener)
            if m.cmd == V.VIGIL_CMD_COMPONENT_DEL_NTF]
    assert gone == [GPU], gone
    refused("ENOENT", corelib.vigil)
    corelib.load()
    Test.sock = corelib.vigil()
    assert Test.sock.dump(V.VIGIL_CMD_AGENT_GET)[0] == []


def prepare():
    corelib.load()
    Test.sock = corelib.vigil()


def alone(case):
    """With nothing left of the case before."""
    def run():
        agentlib.remove_all(Test.sock)
        case()
    run.__doc__ = case.__doc__
    return run


if __name__ == "__main__":
    corelib.main([alone(case) for case in (
        registering, components, reporting, repeating, silence, ending, dying,
        serving, failing_to_serve, side_by_side, bounds, permissions,
        unloading)], prepare)
