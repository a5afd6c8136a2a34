#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable
"""Sources: whether they are listened to, and what they said."""

import glob
import os

import edaclib
import memlib
from memlib import corelib, expect, V

SYSFS = "/sys/class/vigil_source"
NAMES = ["mce", "memory_failure_event", "mc_event", "ghes", "arm_event"]


def fact(source, file):
    return corelib.read(f"{SYSFS}/{source}/{file}")


def dump():
    sock = corelib.vigil()
    found, torn = sock.dump(V.VIGIL_CMD_SOURCE_GET)
    assert not torn
    return {s.string(V.VIGIL_A_SOURCE_NAME): s for s in found}


def kernel_has(symbol):
    with open("/proc/kallsyms", encoding="utf-8") as symbols:
        return any(line.split()[2] == symbol for line in symbols)


def states():
    """Those that this kernel has are armed, the others absent."""
    assert sorted(map(os.path.basename, glob.glob(f"{SYSFS}/*"))) \
        == sorted(NAMES)
    wanted = dict.fromkeys(NAMES, "armed")
    wanted["arm_event"] = "absent"
    if not kernel_has("ghes_register_report_chain"):
        wanted["ghes"] = "absent"
    assert {name: fact(name, "state") for name in NAMES} == wanted
    numbers = {"absent": V.VIGIL_SOURCE_STATE_ABSENT,
               "armed": V.VIGIL_SOURCE_STATE_ARMED}
    assert {name: source.number(V.VIGIL_A_SOURCE_STATE)
            for name, source in dump().items()} \
        == {name: numbers[state] for name, state in wanted.items()}


def silence():
    """Who never spoke has said nothing, and no time has passed since."""
    for source in ("mc_event", "memory_failure_event"):
        assert fact(source, "events") == "0"
        assert fact(source, "quiet_seconds") == "never"
    assert dump()["mc_event"].get(V.VIGIL_A_SOURCE_QUIET_SECONDS) is None


def speech():
    """What each of them reports is its own; the time since then is told."""
    memlib.need_hardware()
    memlib.set_policy("page_ce_threshold_events", 0)
    paddr = memlib.free_frame()
    before = int(fact("mce", "events"))
    memlib.corrected(paddr)
    edaclib.happen(edaclib.error(5, 8, address=hex(paddr), time=5000, count=7))
    expect(lambda: fact("mc_event", "events") == "7")
    assert int(fact("mce", "events")) == before + 1
    assert fact("mc_event", "dropped") == "0"
    edaclib.happen(edaclib.error(5, 8, time=5100))
    expect(lambda: fact("mc_event", "events") == "8")
    assert fact("mc_event", "quiet_seconds") == "0"
    edaclib.happen("@5200 " + edaclib.error(5, 8, (0, 9, 9))) \
        if False else None
    source = dump()["mc_event"]
    assert source.number(V.VIGIL_A_SOURCE_EVENTS) == 8
    assert source.number(V.VIGIL_A_SOURCE_DROPPED) == 0


def refusals():
    """Requests for what is not there say so."""
    sock = corelib.vigil()
    corelib.refused("EINVAL", sock.do, V.VIGIL_CMD_SOURCE_GET,
                    text="which source")
    name = corelib.genl.attr(V.VIGIL_A_SOURCE_NAME, "oracle")
    corelib.refused("ENOENT", sock.do, V.VIGIL_CMD_SOURCE_GET, name,
                    text="no such source")
    corelib.refused("EINVAL", sock.dump, V.VIGIL_CMD_SOURCE_GET, name)
    one = sock.do(V.VIGIL_CMD_SOURCE_GET,
                  corelib.genl.attr(V.VIGIL_A_SOURCE_NAME, "mc_event"))
    assert one.string(V.VIGIL_A_SOURCE_NAME) == "mc_event"


def gone():
    """They go with the module that listens to them."""
    corelib.unload("vigil_memory")
    assert not glob.glob(f"{SYSFS}/*")
    assert not dump()
    memlib.insert()
    assert sorted(dump()) == sorted(NAMES)


def prepare():
    edaclib.load()


corelib.main([states, silence, speech, refusals, gone], prepare)
