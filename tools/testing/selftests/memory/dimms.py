#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable
"""Memory modules: known, counted, judged, and judged again when time passes."""

import glob
import os

import edaclib
import memlib
from edaclib import counter, error, expect_count, fact, happen
from memlib import corelib, expect, V

HOUR = 3600


class Clock:
    """Each case has a time of its own, later than all before."""
    now = 100 * HOUR


def pass_time(seconds, place):
    """Time only passes with an error; one elsewhere will do."""
    Clock.now += seconds
    happen(error(1, 1, (1, 3, 1), time=Clock.now))
    # A policy that is written has everything judged again.
    corelib.write(f"{corelib.SYSFS}/{edaclib.name(place)}/policy/watch_cells",
                  fact(place, "policy/watch_cells"))


def expect_health(place, health, advice):
    def found():
        return fact(place, "health"), fact(place, "advice")

    corelib.wait_for(memlib.PATIENCE_S, lambda: found() == (health, advice))
    assert found() == (health, advice), (found(), fact(place, "reason"), [
        (os.path.basename(path), corelib.read(path)) for path in
        glob.glob(f"{corelib.SYSFS}/{edaclib.name(place)}/counters/*")])


def in_steps(place, lines):
    """A ring has room for some 70 errors that nobody has looked at yet."""
    count = counter(place, "corrected_errors")
    for i, line in enumerate(lines, 1):
        happen(line)
        if i % 16 == 0 or i == len(lines):
            expect_count(place, "corrected_errors", count + i)


def cells(place, count, *, pause=3600 // 64, first=0):
    lines = []
    for i in range(count):
        Clock.now += pause
        lines.append(error(first + i // 8, 8 * (i % 8), place, time=Clock.now))
    in_steps(place, lines)


def known():
    """All modules of EDAC are components of their node, with their labels."""
    names = {os.path.basename(path)
             for path in glob.glob(f"{corelib.SYSFS}/dimm-*")}
    assert names == {f"dimm-mc{mc}.{channel}.{slot}" for mc in range(2)
                     for channel in range(4) for slot in range(2)}, names
    assert fact((1, 2, 1), "label") == "SIM_MC1_CH2_DIMM1"
    sock = corelib.vigil()
    node = sock.do(V.VIGIL_CMD_COMPONENT_GET, corelib.by_name("memory-0"))
    module = sock.do(V.VIGIL_CMD_COMPONENT_GET,
                     corelib.by_name("dimm-mc1.2.1"))
    assert module.number(V.VIGIL_A_COMPONENT_PARENT) \
        == node.number(V.VIGIL_A_COMPONENT_ID)
    assert module.string(V.VIGIL_A_COMPONENT_LABEL) == "SIM_MC1_CH2_DIMM1"
    assert counter((1, 2, 1), "history_bytes") == 0


def one_cell():
    """One cell that errs again and again is nothing to worry about."""
    place = (0, 0, 0)
    for _ in range(20):
        happen(error(7, 8, place, time=Clock.now, count=5))
        Clock.now += 60
    expect_count(place, "corrected_errors", 100)
    expect_count(place, "cells_6h", 1)
    expect_health(place, "healthy", "none")


def several_cells():
    """Two cells are watched until they are long gone."""
    place = (0, 0, 1)
    cells(place, 2)
    expect_health(place, "degraded", "watch")
    assert "cells 2 (one row)" in fact(place, "reason"), fact(place, "reason")
    pass_time(6 * HOUR - 100, place)
    sock = corelib.vigil()
    expect(lambda: edaclib.features(sock, place)["all_ce_log_num", 900] == 0)
    expect_health(place, "degraded", "watch")
    pass_time(200, place)
    expect_count(place, "cells_6h", 0)
    expect_health(place, "degraded", "watch")
    pass_time(HOUR, place)
    expect_health(place, "healthy", "none")
    expect(lambda: counter(place, "history_bytes") <= memlib.PAGE)


def many_cells():
    """64 cells within six hours are like before a failure."""
    place = (0, 1, 0)
    cells(place, 63, pause=61)
    expect_health(place, "degraded", "watch")
    cells(place, 1, first=100)
    expect_health(place, "failing", "replace")
    assert fact(place, "counters/fault_mode_6h") == "4"


def storm():
    """A dozen cells within minutes of each other are a storm."""
    place = (0, 1, 1)
    cells(place, 11, pause=60)
    expect_health(place, "degraded", "watch")
    cells(place, 1, pause=60, first=100)
    expect_health(place, "failing", "replace")
    assert counter(place, "storms_6h") == 1


def policy():
    """Thresholds are the administrator's, for each module, and 0 is never."""
    place = (0, 2, 0)
    path = f"{corelib.SYSFS}/{edaclib.name(place)}/policy"
    cells(place, 3)
    expect_health(place, "degraded", "watch")
    corelib.write(f"{path}/failing_cells", "3")
    expect_health(place, "failing", "replace")
    assert fact((0, 0, 0), "policy/failing_cells") == "64"
    for file, value in (("dwell_seconds", "0"), ("failing_cells", "0"),
                        ("watch_cells", "0")):
        corelib.write(f"{path}/{file}", value)
    expect_health(place, "healthy", "none")
    for value in ("2049", "-1", "many"):
        corelib.refused("EINVAL" if value != "2049" else "ERANGE",
                        corelib.write, f"{path}/failing_cells", value)


def uncorrected():
    """An uncorrected error makes a module one to replace, for a day."""
    place = (0, 2, 1)
    happen(error(1, 8, place, kind="ue", time=Clock.now))
    expect_count(place, "uncorrected_errors", 1)
    expect_health(place, "failing", "replace")
    assert fact(place, "reason").startswith("uncorrected error")
    pass_time(24 * HOUR, place)
    expect_health(place, "healthy", "none")


def without_place():
    """Cells are told apart by the address, or only counted without one."""
    place = (0, 3, 0)
    plain = f"0 3 0 ce 1 {{}} 0 memory_read_error nothing Row: Column:0x"
    for address in ("0x3008000", "0x3008040", "0x3008040", "-"):
        happen(plain.format(address))
    expect_count(place, "corrected_errors", 4)
    expect_count(place, "errors_without_cell", 1)
    expect_count(place, "cells_6h", 2)
    assert fact(place, "counters/fault_mode_6h") == "0"
    found = edaclib.features(corelib.vigil(), place)
    assert found["fault_mode_cell", 21600] is None
    assert found["error_bit_count", 900] is None
    assert found["all_ce_count", 21600] == 3
    sock = corelib.vigil()
    seen, _ = sock.dump(V.VIGIL_CMD_CELL_GET, corelib.genl.attr(
        V.VIGIL_A_CELL_COMPONENT, edaclib.name(place)))
    assert [cell.number(V.VIGIL_A_CELL_COUNT) for cell in seen] == [1, 2]
    assert all(cell.get(V.VIGIL_A_CELL_ROW) is None for cell in seen)


def cell_dump():
    """Cells are shown with their place, from the oldest to the latest."""
    place = (0, 3, 1)
    in_steps(place, [error(row, 8, place, bank=5, rank=1,
                           time=Clock.now + row) for row in range(200)])
    Clock.now += 200
    expect_count(place, "cells_6h", 200)
    sock = corelib.vigil()
    body = corelib.genl.attr(V.VIGIL_A_CELL_COMPONENT, edaclib.name(place))
    seen, _ = sock.dump(V.VIGIL_CMD_CELL_GET, body)
    assert [c.number(V.VIGIL_A_CELL_ROW) for c in seen] == list(range(200))
    assert {c.number(V.VIGIL_A_CELL_BANK) for c in seen} == {5}
    assert {c.number(V.VIGIL_A_CELL_RANK) for c in seen} == {1}
    assert {c.get(V.VIGIL_A_CELL_DEVICE) for c in seen} == {None}
    latest = sock.do(V.VIGIL_CMD_CELL_GET, body)
    assert latest.number(V.VIGIL_A_CELL_ROW) == 199

    def err_again():
        in_steps(place, [error(1000, 8, place, time=Clock.now)])

    sock = corelib.vigil(receive_bytes=8192)
    assert not sock.dump(V.VIGIL_CMD_CELL_GET, body)[1]
    assert sock.dump(V.VIGIL_CMD_CELL_GET, body, err_again)[1], "not called torn"


def refusals():
    """Requests for what is not there say so."""
    sock = corelib.vigil()

    def attr(kind, value):
        return corelib.genl.attr(kind, value)

    for cmd, kind in ((V.VIGIL_CMD_CELL_GET, V.VIGIL_A_CELL_COMPONENT),
                      (V.VIGIL_CMD_FEATURE_GET, V.VIGIL_A_FEATURE_COMPONENT)):
        corelib.refused("ENODEV", sock.dump, cmd, attr(kind, "dimm-none"),
                        text="no such component")
        corelib.refused("EOPNOTSUPP", sock.dump, cmd, attr(kind, "memory-0"))
        corelib.refused("EINVAL", sock.dump, cmd, text="which component")
        corelib.refused("EINVAL", sock.do, cmd)
    corelib.refused("ENOENT", sock.do, V.VIGIL_CMD_CELL_GET,
                    attr(V.VIGIL_A_CELL_COMPONENT, "dimm-mc1.0.0"))
    name = attr(V.VIGIL_A_FEATURE_COMPONENT, "dimm-mc1.0.0")
    corelib.refused("EINVAL", sock.do, V.VIGIL_CMD_FEATURE_GET, name)
    corelib.refused("ENOENT", sock.do, V.VIGIL_CMD_FEATURE_GET,
                    name + attr(V.VIGIL_A_FEATURE_NAME, "all_ce_count")
                    + corelib.genl.u32(V.VIGIL_A_FEATURE_WINDOW_SECONDS, 901))
    one = sock.do(V.VIGIL_CMD_FEATURE_GET,
                  name + attr(V.VIGIL_A_FEATURE_NAME, "all_ce_count")
                  + corelib.genl.u32(V.VIGIL_A_FEATURE_WINDOW_SECONDS, 900))
    assert one.number(V.VIGIL_A_FEATURE_VALUE) == 0


def unknown_module():
    """Errors of which nobody knows the module count for the node."""
    before = memlib.counter("corrected_errors")
    happen("0 -1 -1 ce 3 - 0 memory_read_error somewhere")
    memlib.expect_count("corrected_errors", before + 3)


def two_sources():
    """One error that machine check and EDAC both report is one error."""
    memlib.need_hardware()
    place, paddr = (1, 0, 1), memlib.free_frame()
    memlib.set_policy("page_ce_threshold_events", 0)
    before = memlib.counter("corrected_errors")
    for _ in range(3):
        memlib.corrected(paddr)
        happen(error(5, 8, place, address=hex(paddr), time=Clock.now))
    expect_count(place, "corrected_errors", 3)
    memlib.expect_count("corrected_errors", before + 3)
    happen(error(5, 8, place, address=hex(paddr), time=Clock.now, count=2))
    memlib.expect_count("corrected_errors", before + 5)


def appears():
    """A controller that comes later is seen with its first error."""
    corelib.unload("vigil_sim_edac")
    corelib.run("insmod", edaclib.SIM, "controllers=3")
    happen(error(1, 8, (2, 0, 1), time=Clock.now))
    expect(lambda: os.path.isdir(f"{corelib.SYSFS}/dimm-mc2.3.1"))
    expect_count((2, 0, 1), "corrected_errors", 1)
    assert fact((2, 0, 1), "label") == "SIM_MC2_CH0_DIMM1"


def prepare():
    edaclib.load(controllers=2)
    expect(lambda: os.path.isdir(f"{corelib.SYSFS}/dimm-mc1.3.1"))


corelib.main([known, one_cell, several_cells, many_cells, storm, policy,
              uncorrected, without_place, cell_dump, refusals, unknown_module,
              two_sources, appears], prepare)
