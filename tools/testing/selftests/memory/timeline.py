#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, tests the tool behind make dimm-timeline
"""A log that happens is followed through its windows and verdicts to the end."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import edaclib
from memlib import corelib

TIMELINE = os.path.join(corelib.TOP, "tools/testing/timeline")
sys.path.append(TIMELINE)

import draw  # noqa: E402  pylint: disable=wrong-import-position

LOG = "/tmp/sn_1.csv"
STEP_S = 600
HOUR = 3600
BEGIN_S = 1700000000
COLUMNS = ("LogTime", "RowId", "ColumnId", "BankId", "BankgroupId", "CpuId",
           "RankId", "deviceID", "RetryRdErrLogParity", "error_type_full_name")
# Two cells of a row, and long after them an uncorrected error.
RECORDS = ((BEGIN_S, 7, 8, "CE.READ"), (BEGIN_S + HOUR // 2, 7, 16, "CE.SCRUB"),
           (BEGIN_S + 12 * HOUR, 7, 16, "UCE.READ"))
Samples = []


def changes(*names):
    """[(hours since the first record, values)] whenever one is another."""
    stretches = draw.stretches_of(
        Samples, lambda each: tuple(each[name] for name in names), 0)
    return [((begin - BEGIN_S) / HOUR, values) for begin, _, values in stretches]


def expect_changes(wanted, *names):
    """Numbers are only taken every STEP_S, so changes come up to that late."""
    found = changes(*names)
    assert [values for _, values in found] == [values for _, values in wanted], found
    for (when, _), (hours, _) in zip(found, wanted):
        assert hours <= when <= hours + STEP_S / HOUR, (when, hours)


def follow():
    """All records are followed, and then time until nothing is left"""
    with open(LOG, "w", encoding="utf-8") as file:
        file.write(",".join(COLUMNS) + "\n")
        for time_s, row, column, kind in RECORDS:
            file.write(f"{time_s},{row},{column},1,2,0,0,3,16,{kind}\n")
    output = subprocess.run([f"{TIMELINE}/guest.py", str(STEP_S), LOG], text=True,
                            check=True, stdout=subprocess.PIPE).stdout
    about, *samples = map(json.loads, output.splitlines())
    Samples[:] = samples
    assert about["policy"]["failing_cells"] == 64, about
    assert [each["record"] for each in samples if each["record"]] == ["ce", "ce", "ue"]
    assert samples[-1]["health"] == "healthy" and not samples[-1]["cells_6h"]


def windows():
    """Windows fill with errors and become empty when these are past"""
    expect_changes([(-1 / 12, (0,)), (0, (1,)), (0.5, (2,)), (6, (1,)), (6.5, (0,))],
                   "cells_6h")
    hour = [each["cells"][1] for each in Samples if each["time_s"] <= BEGIN_S + 2 * HOUR]
    assert max(hour) == 2 and hour[-1] == 0, hour
    expect_changes([(-1 / 12, (0,)), (0, (1,)), (0.5, (3,)), (6, (1,)), (6.5, (0,))],
                   "fault_mode_6h")


def verdicts():
    """A verdict ends after its dwell time, that of an uncorrected error after a day"""
    expect_changes([(-1 / 12, ("healthy", "none")), (0.5, ("degraded", "watch")),
                    (7.5, ("healthy", "none")), (12, ("failing", "replace")),
                    (36, ("healthy", "none"))], "health", "advice")


def picture():
    """A picture can be drawn of it"""
    about = {"name": "sn_1", "kernel": "", "policy": {
        "watch_cells": 2, "failing_cells": 64, "failing_storms": 1}}
    ET.fromstring(draw.draw(draw.Story(about, Samples)))


corelib.main([follow, windows, verdicts, picture], edaclib.load)
