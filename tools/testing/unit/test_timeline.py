#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Pictures of memory modules over time show what the samples say."""

import json
import os
import sys
import traceback
import xml.etree.ElementTree as ET

TESTING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.append(f"{TESTING}/timeline")

import draw  # noqa: E402  pylint: disable=wrong-import-position

HOUR = 3600
BEGIN_S = 1700000000
POLICY = {"watch_cells": 2, "failing_cells": 64, "failing_storms": 1, "dwell_seconds": HOUR}
ABOUT = {"name": "sn_1", "kernel": "6.12", "policy": POLICY, "step_s": 60}
# Hours, record, cells, storms, fault mode, health and advice.
ROWS = (
    (0.0, None, 0, 0, 0, "healthy none"),
    (0.1, "ce", 1, 0, 1, "healthy none"),
    (0.5, "ce", 2, 0, 3, "degraded watch"),
    (0.9, "ce", 70, 1, 4, "failing replace"),
    (1.0, "ce", 71, 1, 4, "failing replace"),
    (2.0, "ue", 71, 1, 4, "failing replace"),
    (7.1, None, 1, 0, 1, "failing replace"),
    (9.0, None, 0, 0, 0, "failing replace"),
    (26.0, None, 0, 0, 0, "healthy none"),
)


def samples(reason="corrected errors <like> before"):
    for hours, record, cells, storms, mode, verdict in ROWS:
        health, advice = verdict.split()
        yield {"name": "sn_1", "time_s": BEGIN_S + int(hours * HOUR), "record": record,
               "cells_6h": cells, "errors_6h": 3 * cells, "storms_6h": storms,
               "fault_mode_6h": mode, "cells": [cells // 4, cells // 2, cells],
               "health": health, "advice": advice, "reason": reason}


def story(failed_s=None, reason="corrected errors <like> before"):
    return draw.Story(ABOUT, list(samples(reason)), failed_s)


def elements(picture, tag, kind=None):
    root = ET.fromstring(picture)
    return [each for each in root.iter(f"{{http://www.w3.org/2000/svg}}{tag}")
            if kind in (None, each.get("class"))]


def words(picture):
    return [each.text for each in elements(picture, "text")]


def in_pieces():
    """Bands have a piece for each fault mode and verdict, one behind the other"""
    pieces = elements(draw.draw(story()), "rect", "piece")
    colours = [each.get("fill") for each in pieces]
    assert colours[:6] == [draw.MODES[mode][1] for mode in (0, 1, 3, 4, 1, 0)], colours
    assert colours[6:] == [draw.HEALTH[name] for name in
                           ("healthy", "degraded", "failing", "healthy")], colours
    for band in (pieces[:6], pieces[6:]):
        ends = [float(each.get("x")) + float(each.get("width")) for each in band]
        begins = [float(each.get("x")) for each in band]
        assert all(abs(a - b) < 0.3 for a, b in zip(ends, begins[1:])), (begins, ends)
        assert begins[0] == draw.LEFT and abs(ends[-1] - draw.RIGHT) < 0.3, (begins, ends)


def lines_and_ticks():
    """There is a line for each number, a tick for each record, and thresholds"""
    picture = draw.draw(story())
    assert len(elements(picture, "path")) == 5
    lines = elements(picture, "line")
    for colour, count in ((draw.CORRECTED, 4), (draw.UNCORRECTED, 1), (draw.THRESHOLD, 3)):
        found = [each for each in lines if each.get("stroke") == colour]
        assert len(found) == count, (colour, len(found))
    for name in ("watch_cells 2", "failing_cells 64", "failing_storms 1"):
        assert name in words(picture), name
    assert not elements(picture, "script")


def within():
    """Nothing is drawn outside of the picture"""
    for failed_s in (None, BEGIN_S, BEGIN_S + 2 * HOUR, BEGIN_S + 99 * HOUR):
        picture = draw.draw(story(failed_s))
        height = float(ET.fromstring(picture).get("height"))
        for each in elements(picture, "text") + elements(picture, "rect"):
            if each.get("x"):
                assert 0 <= float(each.get("x")) <= draw.WIDTH, each.attrib
                assert 0 <= float(each.get("y")) <= height, each.attrib


def lead_times():
    """The title tells what was known when, and not more"""
    for failed_s, reason, wanted in (
            (None, "corrected", "not known to have failed"),
            (BEGIN_S + 2 * HOUR, "corrected", '; "failing" 1 h 6 min before the failure'),
            (BEGIN_S + 2 * HOUR, "uncorrected", "not foreseen"),
            (BEGIN_S + HOUR // 2, "corrected", "without a warning")):
        title = elements(draw.draw(story(failed_s, reason)), "text", "title")[0].text
        assert wanted in title, title


def axis():
    """Time never runs backwards, and fast only where it is quiet"""
    scale = draw.Axis(story())
    places = [scale.x(BEGIN_S + 60 * minute) for minute in range(28 * 60 + 1)]
    widths = [b - a for a, b in zip(places, places[1:])]
    assert places[0] == draw.LEFT and abs(places[-1] - draw.RIGHT) < 0.01, places[-1]
    assert min(widths) > 0
    assert abs(widths[2 * 60 + 30] / widths[5 * 60] - draw.FAST) < 0.01
    ticks = scale.ticks()
    assert ticks == sorted(set(ticks)) and len(ticks) > 5, ticks


def reads():
    """What the guest printed and the README of the field data are understood"""
    lines = [json.dumps(each) for each in (ABOUT, *samples(), dict(ABOUT, name="sn_22"),
                                           *samples())]
    found = draw.read_stories(lines, "`sn_1` failed at 1700007200, `sn_22` at 1700000001; `sn_3`")
    assert [(each.about["name"], each.failed_s, len(each.samples)) for each in found] == \
        [("sn_1", 1700007200, len(ROWS)), ("sn_22", 1700000001, len(ROWS))], found
    assert draw.read_stories(lines)[0].failed_s is None


def main():
    cases = (in_pieces, lines_and_ticks, within, lead_times, axis, reads)
    failed = 0
    print(f"1..{len(cases)}")
    for index, case in enumerate(cases, 1):
        try:
            case()
            print(f"ok {index} {case.__doc__}")
        except Exception:  # whatever it is, the test has failed
            failed += 1
            print(f"not ok {index} {case.__doc__}")
            print("# " + traceback.format_exc().replace("\n", "\n# "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
