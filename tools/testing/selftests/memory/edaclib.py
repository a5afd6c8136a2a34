# SPDX-License-Identifier: GPL-2.0
"""What tests of memory modules share: errors of simulated memory controllers."""

import atexit
import os

import memlib
from memlib import corelib, V

SIM = os.path.join(corelib.MODULES,
                   "../tools/testing/sim/vigil_sim_edac.ko")
FILES = f"{corelib.DEBUGFS}/vigil_sim_edac"
QUIET = "/sys/module/edac_core/parameters/edac_mc_log_ce"
# At most that in one write, and no line in two.
WRITE_BYTES = 1 << 20


def load(**parameters):
    """vigil_sim_edac and vigil_memory afresh, unloaded at the end."""
    if os.geteuid():
        corelib.skip_all("needs root")
    if not os.path.exists(SIM):
        corelib.skip_all("no vigil_sim_edac.ko")
    if not os.path.exists(QUIET):
        corelib.skip_all("this kernel has no EDAC")
    corelib.unload("vigil_memory", "vigil_sim_edac")
    corelib.write(QUIET, "0")
    corelib.run("insmod", SIM, *(f"{k}={v}" for k, v in parameters.items()))
    atexit.register(corelib.unload, "vigil_sim_edac")
    if not os.path.isdir(FILES):
        corelib.run("mount", "-t", "debugfs", "none", corelib.DEBUGFS)
    memlib.load()


def happen(*lines):
    corelib.write(f"{FILES}/error", "\n".join(lines))


def keep(lines):
    """For fire(); whole lines only in each write."""
    text = ""
    for line in lines:
        if len(text) + len(line) + 1 > WRITE_BYTES:
            corelib.write(f"{FILES}/stream", text)
            text = ""
        text += line + "\n"
    corelib.write(f"{FILES}/stream", text)


def forget():
    corelib.write(f"{FILES}/clear", "1")


def fire(count, cpus=1):
    corelib.write(f"{FILES}/fire", f"{count} {cpus}")


def error(row, column, place=(0, 0, 0), *, kind="ce", count=1, address="-",
          bank=0, rank=0, time=None, message="memory_read_error"):
    """A line, in the words of skx_edac."""
    when = "" if time is None else f"@{time} "
    return (f"{when}{place[0]} {place[1]} {place[2]} {kind} {count} {address} 0"
            f" {message} err_code:0x0101:0x0091 ProcessorSocketId:0x0"
            f" MemoryControllerId:0x0 PhysicalRankId:{rank:#x} Row:{row:#x}"
            f" Column:{column:#x} Bank:{bank % 4:#x} BankGroup:{bank // 4:#x}")


def name(place):
    return "dimm-mc" + ".".join(str(part) for part in place)


def fact(place, file):
    return corelib.read(f"{corelib.SYSFS}/{name(place)}/{file}")


def counter(place, which):
    return int(fact(place, f"counters/{which}"))


def expect_count(place, which, wanted):
    corelib.wait_for(memlib.PATIENCE_S,
                     lambda: counter(place, which) == wanted)
    assert counter(place, which) == wanted, \
        f"{which} is {counter(place, which)}, not {wanted}"


def features(sock, place):
    """{(name, window in seconds; None for a ratio): value or None}"""
    found = {}
    component = corelib.genl.attr(V.VIGIL_A_FEATURE_COMPONENT, name(place))
    messages, _ = sock.dump(V.VIGIL_CMD_FEATURE_GET, component)
    for message in messages:
        key = (message.string(V.VIGIL_A_FEATURE_NAME),
               message.number(V.VIGIL_A_FEATURE_WINDOW_SECONDS))
        found[key] = message.number(V.VIGIL_A_FEATURE_VALUE)
    return found
