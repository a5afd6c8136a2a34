#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 2 --nodes 2 --device e1000e,bus=rp0
# kernels: debug, races show there
"""Everything at once: commands, hotplug, agents that die, listeners that leave, modules that
come and go. At the end all of it is back. "make soak SOAK=40" goes on for ten minutes.

Refusals are part of it; what counts is that no error is one that nobody meant, that each
of those who take part got through now and then, and what the kernel says of it.
"""

import errno
import glob
import mmap
import os
import random
import signal
import struct
import time
import traceback

import corelib
import genl
from agentlib import Agent
from corelib import V

SEED = int(os.environ.get("VIGIL_SEED", "0")) or random.randrange(1, 1 << 31)
SECONDS = 15 * corelib.SOAK
PATIENCE_S = 120
SIMS = 6
ALL_VERBS = 0x1e
SIM = os.path.join(corelib.MODULES, "../tools/testing/sim/vigil_sim.ko")
PROVIDERS = {name: os.path.join(corelib.MODULES, f"{name}/vigil_{name}.ko")
             for name in ("cpu", "pci")}
HOTPLUG = "/sys/devices/system/cpu/cpu1/online"
PCI = "/sys/bus/pci"
# What is known to be refused: busy, gone, not there, not for this one, too late.
MEANT = {errno.EBUSY, errno.ENODEV, errno.ENOENT, errno.EACCES, errno.EOPNOTSUPP,
         errno.EAGAIN, errno.EIO, errno.EEXIST, errno.ENXIO, errno.ETIMEDOUT,
         errno.EINPROGRESS, errno.EINTR, errno.ENOBUFS, errno.ECANCELED,
         errno.ENOTCONN}
# Guards of the machine are heard: it is to live.
OVERRIDE = (1 << V.VIGIL_GUARD_OWNER | 1 << V.VIGIL_GUARD_CLASS_SHARE |
            1 << V.VIGIL_GUARD_CLASS_RATE)
VERBS = (V.VIGIL_CMD_ISOLATE, V.VIGIL_CMD_ISOLATE, V.VIGIL_CMD_RELEASE,
         V.VIGIL_CMD_RECOVER, V.VIGIL_CMD_TEST)


def names(sock):
    """Of the components that commands are for."""
    replies, _ = sock.dump(V.VIGIL_CMD_COMPONENT_GET)
    return [reply.string(V.VIGIL_A_COMPONENT_NAME) for reply in replies
            if reply.number(V.VIGIL_A_COMPONENT_VERBS)]


def command(sock, rng, name, cmd, override=OVERRIDE):
    body = corelib.verb_body(name, "storm", rng.random() < 0.2)
    body += genl.u32(V.VIGIL_A_OPERATION_OVERRIDE, override)
    body += genl.attr(V.VIGIL_A_OPERATION_OWNER, rng.choice(("one", "another")))
    body += genl.u32(V.VIGIL_A_OPERATION_TIMEOUT_MS, rng.choice((1, 100, 5000)))
    sock.do(cmd, body)


def commands(rng):
    """All verbs, on whatever is there."""
    sock = corelib.vigil()
    command(sock, rng, rng.choice(names(sock)), rng.choice(VERBS))


def commands_in_sysfs(rng):
    """The same by writing, which waits; and everything is read."""
    path = rng.choice(glob.glob(f"{corelib.SYSFS}/*-*"))
    for file in glob.glob(f"{path}/*") + glob.glob(f"{path}/counters/*"):
        if os.path.isfile(file) and os.stat(file).st_mode & 0o444:
            corelib.read(file)
    if "sim" in path:
        corelib.write(f"{path}/{rng.choice(('isolate', 'release', 'test'))}", "storm")


def hotplug(rng):
    """An administrator who knows nothing of Vigil takes a CPU and gives it back."""
    corelib.write(HOTPLUG, "0")
    time.sleep(rng.random() / 5)
    corelib.write(HOTPLUG, "1")


def agents(rng):
    """Comes, reports, serves a request perhaps, and dies in the middle of it."""
    agent = Agent(f"storm{rng.randrange(3)}", rng.choice((1000, 60000)))
    try:
        for index in range(rng.randrange(1, 4)):
            name = f"agent-storm{rng.randrange(4)}"
            agent.add(name, ("errors",), ALL_VERBS)
            agent.report(name, {"errors": index}, health=rng.randrange(5))
        command(corelib.vigil(), rng, name, V.VIGIL_CMD_ISOLATE)
        agent.sock.sock.settimeout(0.5)
        if rng.random() < 0.7:
            agent.answer(agent.request()[0])
        if rng.random() < 0.5:
            agent.remove(name)
    except TimeoutError:
        pass
    finally:
        agent.close()


def listeners(rng):
    """Join, hear something or lag, and leave."""
    socks = [corelib.listener(rcvbuf=rng.choice((None, 4096))) for _ in range(4)]
    for sock in socks[:2]:
        try:
            corelib.notifications(sock, 0.05)
        except OSError as lag:
            assert lag.errno == errno.ENOBUFS, lag
    for sock in socks:
        sock.close()


def dumps(rng):
    """All that can be asked for, all the time."""
    sock = corelib.vigil()
    for cmd in (V.VIGIL_CMD_COMPONENT_GET, V.VIGIL_CMD_OPERATION_GET, V.VIGIL_CMD_AUDIT_GET,
                V.VIGIL_CMD_AGENT_GET, V.VIGIL_CMD_SOURCE_GET):
        sock.dump(cmd)
    sock.send(V.VIGIL_CMD_COMPONENT_GET, b"", genl.NLM_F_DUMP)
    sock.close()  # in the middle of a dump


def policies(rng):
    """Set over netlink and in sysfs."""
    sock, name = corelib.vigil(), f"cpu-sim{rng.randrange(SIMS)}"
    for _ in range(8):
        sock.do(V.VIGIL_CMD_POLICY_SET,
                corelib.policy_body(name, "limit_errors", rng.randrange(14, 1000)))
    corelib.write(f"{corelib.SYSFS}/{name}/policy/limit_errors", str(rng.randrange(14, 1000)))


def try_sim(index, what):
    """It may be there already, or gone, or the module is going."""
    try:
        corelib.sim_do(f"{index} {what}")
    except OSError as refusal:
        assert refusal.errno in (errno.EEXIST, errno.ENODEV, errno.ENOENT, errno.ENXIO), refusal


def provider(rng):
    """Components come and go, and change."""
    index = rng.randrange(SIMS)
    try_sim(index, "register")
    corelib.sim_set("execute_ms", rng.choice((0, 0, 20)))
    for text in ("health 2 worn", "events 20", "flaps 10", "count 0 3", "risk 100 50",
                 "isolation 2 2 external", "isolation 0 0 back"):
        corelib.sim_do(f"{index} {text}")
    corelib.sim_do(f"{index} unregister")
    corelib.sim_do(f"{index} register")


def function_of_port():
    """The e1000e, which hangs below a root port."""
    for path in glob.glob(f"{PCI}/devices/*"):
        with open(f"{path}/class", encoding="ascii") as file:
            if file.read().startswith("0x0200") and "pci0000:00/0000:00" in \
                    os.path.realpath(os.path.dirname(os.path.realpath(path))):
                return path
    return None


def rescan(rng):
    """An administrator removes the function and scans the bus again."""
    path = function_of_port()
    if path and rng.random() < 0.7:
        corelib.write(f"{path}/remove", "1")
    corelib.write(f"{PCI}/rescan", "1")


def modules(rng):
    """Providers are unloaded under all of that, and loaded again."""
    name, path = rng.choice([("vigil_sim", SIM), *(
        (f"vigil_{name}", path) for name, path in PROVIDERS.items() if os.path.exists(path))])
    if name == "vigil_sim":
        # So that nothing is pending, which would keep the module.
        for index in range(SIMS):
            try_sim(index, "unregister")
    gone = corelib.run("rmmod", name, check=False).returncode == 0
    if not corelib.loaded(name):
        options = SIM_OPTIONS if name == "vigil_sim" else ()
        corelib.run("insmod", path, *options)
    if not gone:
        raise OSError(errno.EBUSY, "in use")


SIM_OPTIONS = (f"components={SIMS}", f"verbs={ALL_VERBS}")
WORKERS = [commands, commands, commands_in_sysfs, hotplug, agents, listeners, dumps, policies,
           provider, rescan, modules]


class Tally:
    """What each worker got through and was refused, in memory that all share."""

    def __init__(self):
        self.map = mmap.mmap(-1, 16 * len(WORKERS) + 1)

    def add(self, index, refused):
        at = 16 * index + 8 * refused
        value = struct.unpack_from("=Q", self.map, at)[0]
        struct.pack_into("=Q", self.map, at, value + 1)

    def of(self, index):
        return struct.unpack_from("=QQ", self.map, 16 * index)

    def all_got_through(self):
        return all(self.of(index)[0] for index in range(len(WORKERS)))

    def stop(self):
        self.map[-1] = 1

    def stopped(self):
        return self.map[-1]


TALLY = Tally()


def work(index):
    """In a process of its own."""
    rng = random.Random(SEED + index)
    while not TALLY.stopped():
        try:
            WORKERS[index](rng)
            TALLY.add(index, False)
        except OSError as refusal:
            if refusal.errno not in MEANT and not isinstance(refusal, TimeoutError):
                raise
            TALLY.add(index, True)


def start(index):
    child = os.fork()
    if child:
        return child
    try:
        work(index)
        os._exit(0)
    except BaseException:  # pylint: disable=broad-except
        print("# " + traceback.format_exc().replace("\n", "\n# "), flush=True)
        os._exit(1)


def end(child):
    """Its exit status; one that hangs is killed, which makes it none."""
    done = [(0, 0)]

    def ended():
        done[0] = os.waitpid(child, os.WNOHANG)
        return done[0][0]

    if not corelib.wait_for(PATIENCE_S, ended):
        os.kill(child, signal.SIGKILL)
        done[0] = os.waitpid(child, 0)
    return done[0][1]


def storm():
    """All at once, until the time is over and everybody got through."""
    print(f"# VIGIL_SEED={SEED}, {SECONDS} s", flush=True)
    children = [start(index) for index in range(len(WORKERS))]
    time.sleep(SECONDS)
    corelib.wait_for(PATIENCE_S, TALLY.all_got_through)
    TALLY.stop()
    statuses = [end(child) for child in children]
    for index, worker in enumerate(WORKERS):
        done, refused = TALLY.of(index)
        print(f"# {worker.__name__}: {done} times, {refused} refused")
    assert not any(statuses), statuses
    assert TALLY.all_got_through()


def quiet():
    """Nothing is pending, and nothing stays out of use."""
    reload()
    sock = corelib.vigil()

    def pending():
        replies, _ = sock.dump(V.VIGIL_CMD_OPERATION_GET)
        return [reply for reply in replies if
                reply.number(V.VIGIL_A_OPERATION_STATE) == V.VIGIL_OP_STATE_PENDING]

    assert corelib.wait_for(PATIENCE_S, lambda: not pending()), pending()
    rng = random.Random(0)
    for name in names(sock):
        path = f"{corelib.SYSFS}/{name}/isolation"
        if name.startswith(("cpu-", "pci-")) and corelib.read(path) != "none":
            sock.do(V.VIGIL_CMD_RELEASE, corelib.verb_body(name, "storm is over") + genl.u32(
                V.VIGIL_A_OPERATION_OVERRIDE, OVERRIDE))
            assert corelib.wait_for(PATIENCE_S, lambda p=path: corelib.read(p) == "none"), \
                (name, corelib.read(path))
    for name in [each for each in names(sock) if each.startswith("cpu-sim")]:
        command(sock, rng, name, V.VIGIL_CMD_TEST)
    assert len([each for each in names(sock) if each.startswith("cpu-sim")]) == SIMS


def reload():
    """What the storm left unloaded."""
    for name, path in (("vigil_sim", SIM), *((f"vigil_{name}", path)
                                             for name, path in PROVIDERS.items())):
        if os.path.exists(path) and not corelib.loaded(name):
            corelib.run("insmod", path, *(SIM_OPTIONS if name == "vigil_sim" else ()))
    corelib.sim_set("execute_ms", 0)
    for index in range(SIMS):
        try_sim(index, "register")


def machine():
    """CPU and function are there again."""
    try:
        corelib.write(HOTPLUG, "1")
    except OSError:
        pass
    assert corelib.read(HOTPLUG) == "1"
    corelib.write(f"{PCI}/rescan", "1")
    assert corelib.wait_for(PATIENCE_S, function_of_port)


def unloading():
    """All modules can be unloaded and loaded again."""
    modules_of_ours = ["vigil_sim", *(f"vigil_{name}" for name in PROVIDERS), "vigil"]
    for name in modules_of_ours:
        assert corelib.wait_for(PATIENCE_S, lambda n=name: not corelib.loaded(n) or
                                corelib.run("rmmod", n, check=False).returncode == 0), name
    prepare()


def prepare():
    corelib.load(components=SIMS, verbs=ALL_VERBS)
    corelib.write("/sys/module/vigil/parameters/sysfs_wait_ms", "2000")
    for name, path in PROVIDERS.items():
        if os.path.exists(path):
            corelib.run("insmod", path)
            corelib.atexit.register(corelib.unload, f"vigil_{name}")
    if not os.path.exists(HOTPLUG):
        corelib.skip_all("no second CPU that can be unplugged")
    if not function_of_port():
        corelib.skip_all("no network function below a root port")


if __name__ == "__main__":
    corelib.main([storm, quiet, machine, unloading], prepare)
