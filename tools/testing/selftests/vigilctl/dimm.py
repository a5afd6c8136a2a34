#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable
"""Memory modules on the command line: the table, the map, the picture, why, and
what goes wrong, with errors of simulated memory controllers."""

import atexit
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import xml.etree.ElementTree as xml

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, "../memory")]

import memlib  # noqa: E402  pylint: disable=wrong-import-position
from memlib import corelib  # noqa: E402  pylint: disable=wrong-import-position

CTL = os.environ.get("VIGILCTL") or os.path.join(corelib.TOP,
                                                 "build/tools/vigilctl")
SIM = os.path.join(corelib.MODULES, "../tools/testing/sim/vigil_sim_edac.ko")
ERROR = f"{corelib.DEBUGFS}/vigil_sim_edac/error"
EDAC = "/sys/devices/system/edac/mc/mc0"
SVG = "{http://www.w3.org/2000/svg}"
STORM_CELLS = 20
# A bank that fails, one with few bad cells, one with an uncorrected error, and
# one whose errors lie in two ranks.
BANK, FEW, LOST, RANKS = (f"dimm-mc0.{place}" for place in
                          ("0.0", "0.1", "1.0", "1.1"))


def detail(row, column, bank=3, group=2, rank=0):
    return (f"err_code:0x0101:0x0091 ProcessorSocketId:0x0 "
            f"MemoryControllerId:0x0 PhysicalRankId:{rank:#x} Row:{row:#x} "
            f"Column:{column:#x} Bank:{bank:#x} BankGroup:{group:#x}")


def happen(slot, text, kind="ce", count=1, address="-"):
    """Errors of the module in CHANNEL SLOT."""
    corelib.write(ERROR, f"0 {slot} {kind} {count} {address} 0 read {text}\n")


def ctl(*words, **env):
    """Runs vigilctl; without a terminal, in the C locale."""
    return subprocess.run([CTL, *words], capture_output=True, text=True,
                          env=dict({"LC_ALL": "C", "COLUMNS": "80"}, **env),
                          check=False, encoding="utf-8")


def text(*words, **env):
    done = ctl(*words, **env)
    assert done.returncode == 0 and not done.stderr, done
    return done.stdout


def document(*words):
    done = ctl("-j", *words)
    assert done.returncode == 0 and not done.stderr, done
    return json.loads(done.stdout)


def module(name, verb="show"):
    """The component, with what the verb adds."""
    components = document("dimm", verb, name)["components"]
    assert len(components) == 1
    return components[0]


def counters(component):
    return {one["name"]: one["value"] for one in component["counter"]}


def fails(status, pattern, *words):
    done = ctl(*words)
    assert done.returncode == status and pattern in done.stderr, done
    assert not done.stdout, done
    done = ctl("-j", *words)
    error = json.loads(done.stdout)["error"]
    assert done.returncode == status and pattern in error["message"], done


def not_loaded():
    """Without the module that is said, with status 5."""
    fails(5, "modprobe vigil", "dimm", "show")
    fails(5, "modprobe vigil", "dimm", "explain", BANK)
    load()


def table():
    """A table of all memory modules."""
    lines = text("dimm").splitlines()
    assert lines[0].split() == ["NAME", "LABEL", "HEALTH", "ADVICE", "ERRORS",
                                "UNCORRECTED", "CELLS", "FAULT", "STORMS",
                                "REASON"]
    rows = {line.split()[0]: line.split()[1:9] for line in lines[1:]}
    assert len(rows) == 8
    assert rows[BANK] == ["SIM_MC0_CH0_DIMM0", "failing", "replace",
                          str(STORM_CELLS + 12), "0", str(STORM_CELLS + 1),
                          "bank", "1"]
    assert rows[FEW] == ["SIM_MC0_CH0_DIMM1", "degraded", "watch", "3", "0",
                         "3", "column", "0"]
    assert rows[LOST][1:3] == ["failing", "replace"]
    assert rows[LOST][4] == "1"
    assert rows["dimm-mc0.2.0"] == ["SIM_MC0_CH2_DIMM0", "healthy", "none",
                                    "0", "0", "0", "-", "0"]


def all_in_json():
    """In JSON they are components as they are."""
    every = document("dimm", "show")
    assert not every["torn"]
    assert ({one["name"] for one in every["components"]} ==
            {one["name"] for one in document(
                "component", "show", "--class", "dimm")["components"]})
    assert all("cells" not in one for one in every["components"])


def one_in_json():
    """One memory module has its features and cells, named as in the spec."""
    one = module(BANK)
    assert one["label"] == "SIM_MC0_CH0_DIMM0" and one["class"] == "dimm"
    assert len(one["cells"]) == STORM_CELLS + 1
    placed = [cell for cell in one["cells"] if "row" in cell]
    assert len(placed) == STORM_CELLS
    assert {cell["bank"] for cell in placed} == {11}
    assert set(placed[0]) == {"rank", "bank", "row", "column", "count",
                              "age-seconds"}
    features = {(feature["name"], feature.get("window-seconds")): feature
                for feature in one["features"]}
    assert len(features) == len(one["features"])
    assert features["all_ce_log_num", 21600]["value"] == STORM_CELLS + 1
    assert "value" not in features["error_bit_count", 900]
    assert all(set(feature) <= {"name", "window-seconds", "value"}
               for feature in one["features"])


def named_by_label():
    """A label is as good as a name, when only one has it."""
    assert module("SIM_MC0_CH0_DIMM1")["name"] == FEW
    fails(1, "2 memory modules have the label", "dimm", "show", "TWIN")


def ascii_map():
    """A map of the rows and banks in plain characters, within the width."""
    shown = text("dimm", "show", BANK)
    assert "  health                     failing\n" in shown
    assert f"last 6 hours: {STORM_CELLS + 12} errors in {STORM_CELLS + 1} cells" in shown
    picture = shown[shown.index("corrected in the last"):]
    lines = picture.splitlines()
    assert max(map(len, lines)) <= 80 and picture.isascii()
    bank, = [line for line in lines if line.startswith("  bank 11 |")]
    assert bank.count("|") == 2 and bank.endswith(f"| {STORM_CELLS + 11}")
    assert set(bank.split("|")[1]) - {" "}
    assert "row  0x1a00" in picture and "in a character" in picture
    assert "not in the map: 1 error of 1 cell whose" in picture
    assert "errors by device:" in picture and "oldest" in picture


def every_error_shows():
    """Each single error is a mark of its own where there is room."""
    bank, = [line for line in text("dimm", "show", FEW).splitlines()
             if line.startswith("  bank")]
    assert bank.split("|")[1].replace(" ", "") == "..."


def several_ranks():
    """Ranks have lines of their own, and that is said."""
    shown = text("dimm", "show", RANKS)
    assert "  rank 0 bank 11 |" in shown and "  rank 1 bank 11 |" in shown
    assert "2 ranks, each with lines of its own" in shown


def without_errors():
    """A memory module without errors has no map."""
    shown = text("dimm", "show", "dimm-mc0.2.0")
    assert "no corrected errors in the last 6 hours\n" in shown
    assert "|" not in shown


def unicode_map():
    """Where the locale has them, block characters; no colour in a file."""
    shown = text("dimm", "show", BANK, LC_ALL="C.UTF-8")
    assert "░" in shown and "│" in shown and "\033" not in shown


def on_terminal(**env):
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("4H", 24, 120, 0, 0))
    with subprocess.Popen([CTL, "dimm", "show", BANK], stdout=follower,
                          env=dict({"LC_ALL": "C"}, **env)) as process:
        os.close(follower)
        shown = b""
        try:
            while chunk := os.read(leader, 65536):
                shown += chunk
        except OSError:  # the other side is closed
            pass
    os.close(leader)
    assert process.returncode == 0
    return shown


def terminal():
    """A terminal gets colours, unless NO_COLOR is set, and all of its width."""
    assert b"\033[38;5;" in on_terminal()
    plain = on_terminal(NO_COLOR="1")
    assert b"\033" not in plain
    picture = plain[plain.index(b"corrected in the last"):]
    assert 80 < max(map(len, picture.splitlines())) <= 121


def check_picture(source, places):
    root = xml.fromstring(source)
    assert root.tag == f"{SVG}svg" and root.find(f"{SVG}title") is not None
    cells, = [group for group in root.iter(f"{SVG}g")
              if group.get("id") == "cells"]
    rects = cells.findall(f"{SVG}rect")
    tips = [rect.find(f"{SVG}title").text for rect in rects]
    assert len(tips) == len(set(tips)) == places
    assert any(group.get("id") == "legend" for group in root.iter(f"{SVG}g"))
    assert b"href" not in source and b"<script" not in source
    return tips


def picture_of_errors():
    """The option --svg draws a cell for each place, with words for the mouse."""
    path = os.path.join(tempfile.mkdtemp(), "dimm.svg")
    assert text("dimm", "show", BANK, "--svg", path) == ""
    with open(path, "rb") as file:
        source = file.read()
    tips = check_picture(source, STORM_CELLS)
    assert any("bank 11, row 0x1a00, column 0x10: 12 errors" in tip
               for tip in tips)
    assert text("dimm", "show", BANK, "--svg", "-").encode()[:5] == b"<?xml"
    check_picture(text("dimm", "show", RANKS, "--svg", "-").encode(), 2)


def picture_refused():
    """Where it can't be drawn that is said."""
    done = ctl("dimm", "show", BANK, "--svg", "/nowhere/x.svg")
    assert done.returncode == 2 and "No such file" in done.stderr
    done = ctl("dimm", "show", BANK, "--svg", "/dev/full")
    assert done.returncode == 2 and "No space" in done.stderr
    fails(1, "--svg needs the name", "dimm", "show", "--svg", "-")
    done = ctl("-j", "dimm", "show", BANK, "--svg", "-")
    assert done.returncode == 1


def explained():
    """What reached which threshold, and what would change it."""
    shown = text("dimm", "explain", BANK)
    assert "health failing, advice replace" in shown
    assert "failing because storms_6h is 1, and 1 suffices" in shown
    assert "because cells_6h" not in shown
    assert "one bank, in several rows and columns" in shown
    assert "storms_6h is below 1 for 1 h 0 min" in shown
    shown = text("dimm", "explain", FEW)
    assert "degraded because cells_6h is 3, and 2 suffices" in shown
    assert "failing when cells_6h reaches 64" in shown
    assert "all of these cells had their first error in the last 15" in \
        shown.lower()
    assert "Uncorrected errors counted so far: 1." in text("dimm", "explain", LOST)
    shown = text("dimm", "explain", "dimm-mc0.2.0")
    assert "healthy because" in shown
    assert "degraded when cells_6h reaches 2" in shown


def explained_in_json():
    """The same as numbers."""
    why = module(BANK, "explain")["explanation"]
    states = {one["policy"]: one["state"] for one in why["criteria"]}
    assert states == {"failing_cells": "below", "failing_storms": "reached",
                      "watch_cells": "reached"}
    assert why["dwell-seconds"] == 3600 and why["fault"] == "bank"
    assert [one["window-seconds"] for one in why["windows"]] == [900, 3600,
                                                                 21600]
    assert why["windows"][2]["all_ce_count"] == STORM_CELLS + 12


def ageless(decisions):
    """The same decisions at any time."""
    return [{name: value for name, value in one.items() if name != "age-seconds"}
            for one in decisions]


def decided():
    """What was decided about a module, with the numbers of then."""
    shown = text("dimm", "explain", BANK)
    assert "What was decided, the latest first:" in shown
    assert "health changed" in shown and "storms_6h 1" in shown
    decisions = module(BANK, "explain")["explanation"]["decisions"]
    assert decisions[-1]["action"] == "verdict"
    assert {one["name"]: one["value"] for one in decisions[-1]["number"]}[
        "storms_6h"] == 1
    latest = text("audit", "show", BANK).splitlines()[0]
    assert latest.split(" ago, ")[1] in shown
    everything = ageless(document("audit", "show")["decisions"])
    assert [one for one in everything if one["component"] == BANK] \
        == ageless(document("audit", "show", BANK)["decisions"])
    assert not document("audit", "show", "toaster")["decisions"]
    fails(1, "unexpected", "audit", "show", "a", "b")


def policies_count():
    """Thresholds are those that are set now."""
    policy = f"{corelib.SYSFS}/{FEW}/policy"
    corelib.write(f"{policy}/failing_cells", "3")
    memlib.expect(lambda: module(FEW)["health"] == "failing")
    assert "failing because cells_6h is 3, and 3 suffices" in \
        text("dimm", "explain", FEW)
    corelib.write(f"{policy}/failing_cells", "5")
    assert "stays failing while cells_6h, now 3, is 3 or more" in \
        text("dimm", "explain", FEW)
    corelib.write(f"{policy}/failing_cells", "0")
    why = module(FEW, "explain")["explanation"]["criteria"][0]
    assert why["state"] == "off" and "reached-from" not in why
    assert "No number keeps it failing" in text("dimm", "explain", FEW)


def no_such():
    """What is no memory module is not found."""
    for verb in ("show", "explain"):
        fails(5, "did you mean", "dimm", verb, "dimm-mc0.0.9")
        fails(5, "is no memory module", "dimm", verb, "memory-0")
        fails(5, "lists them", "dimm", verb, "toaster")
    fails(1, "which NAME", "dimm", "explain")
    fails(1, "no verb", "dimm", "nonsense")


def make_errors():
    for index in range(STORM_CELLS):
        happen("0 0", detail(0x1a00 + 37 * index, 0x10 + index),
               count=1 if index else 12)
    happen("0 0", "no words about the place", address="0x1234000")
    for row in (0x10, 0x18, 0x20):
        happen("0 1", detail(row, 0x3f8))
    happen("1 0", "lost", kind="ue")
    for rank in (0, 1):
        happen("1 1", detail(0x1a2b, 0x3f8, rank=rank))


def settled():
    by_name = {one["name"]: counters(one)
               for one in document("dimm", "show")["components"]}
    return (by_name[BANK]["cells_6h"] == STORM_CELLS + 1 and
            by_name[LOST]["uncorrected_errors"] == 1 and
            by_name[RANKS]["cells_6h"] == 2)


def load():
    corelib.run("insmod", SIM)
    atexit.register(corelib.unload, "vigil_sim_edac")
    for dimm in ("dimm6", "dimm7"):
        corelib.write(f"{EDAC}/{dimm}/dimm_label", "TWIN")
    memlib.load()
    if not os.path.exists(ERROR):
        corelib.run("mount", "-t", "debugfs", "none", corelib.DEBUGFS)
    memlib.expect(lambda: len(document("dimm")["components"]) == 8)
    make_errors()
    memlib.expect(settled)


def prepare():
    if os.geteuid():
        corelib.skip_all("needs root")
    if not os.path.exists(SIM) or not os.path.exists(CTL):
        corelib.skip_all("no vigil_sim_edac.ko, or no vigilctl")
    if corelib.loaded("vigil"):
        corelib.skip_all("vigil is loaded already")
    memlib.need_no_cec()
    for parameter in ("edac_mc_log_ce", "edac_mc_log_ue"):
        corelib.write(f"/sys/module/edac_core/parameters/{parameter}", "0")


if __name__ == "__main__":
    corelib.main([not_loaded, table, all_in_json, one_in_json, named_by_label,
                  ascii_map, every_error_shows, several_ranks, without_errors,
                  unicode_map, terminal, picture_of_errors, picture_refused,
                  explained, explained_in_json, decided, policies_count, no_such],
                 prepare)
