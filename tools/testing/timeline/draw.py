#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Draws what Vigil says of memory modules over time, as SVG.

usage: draw.py SAMPLES DIRECTORY [README]

SAMPLES is what guest.py printed; NAME.svg in DIRECTORY is the picture of each module.
README is that of the field data, which tells when a module failed.

What a sample says holds until the next one. Time runs faster where there has been no
record for a while, and the picture says where.
"""

import json
import math
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from svg import PAD, document, text  # noqa: E402  pylint: disable=wrong-import-position

WIDTH, LEFT, RIGHT = 1080, 112, 1056
QUIET_S, FAST = 3600, 8  # time runs so much faster when that long after a record
TAIL_S = 2 * 3600  # behind the last sample, so that one sees what the end is
WINDOWS = (("15 minutes", "#7db8e8"), ("1 hour", "#2f78b7"), ("6 hours", "#12304f"))
LONGEST = WINDOWS[-1][1]
MODES = (("none", "#e3e6ea"), ("one cell", "#a9c7e8"), ("one column", "#8fcfc0"),
         ("one row", "#c3b5e3"), ("one bank", "#f0c987"), ("one device", "#e79a7c"),
         ("several devices", "#c97a9b"))
HEALTH = {"healthy": "#8cc8a4", "degraded": "#f2c14e", "failing": "#dd6b55"}
CORRECTED, UNCORRECTED = "#5b6573", "#ff3b2f"
GRID, QUIET, THRESHOLD, FIRST, FAILURE = "#e3e6ea", "#f4f5f8", "#9a5b00", "#1d2329", "#7f1d1d"
STEPS_S = (60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 2 * 86400,
           7 * 86400, 14 * 86400, 28 * 86400)
TICK_WIDTH, DATE_WIDTH, LABEL_WIDTH = 52, 76, 190
STYLE = (" .small { font-size: 11px; fill: #5b6573 }"
         " .threshold { font-size: 11px; fill: #7d4a00 }"
         " .first, .failure { font-size: 11px; font-weight: 600 } .failure { fill: #7f1d1d }"
         " .panel { paint-order: stroke; stroke: #ffffff; stroke-width: 5px }"
         " path { fill: none; stroke-width: 1.6; stroke-linejoin: round }")
FAILED = re.compile(r"`(sn_\d+)`(?: failed)? at (\d+)")


@dataclass(frozen=True)
class Story:
    """A memory module: about it, its samples, and when it failed, if that is known."""

    about: dict
    samples: list[dict]
    failed_s: int | None = None

    def records(self, *kinds: str) -> list[int]:
        return [each["time_s"] for each in self.samples if each["record"] in kinds]

    def first_failing(self) -> dict | None:
        return next((each for each in self.samples if each["health"] == "failing"), None)

    def warned_by_s(self, time_s: int | None) -> int | None:
        """How long the module had been "failing" at a time, if it had."""
        first = self.first_failing()
        if first is None or time_s is None or first["time_s"] > time_s:
            return None
        return time_s - first["time_s"]

    def foreseen(self) -> bool:
        """Whether corrected errors alone led to the first verdict "failing"."""
        first = self.first_failing()
        return first is not None and not first["reason"].startswith("uncorrected")


class Axis:
    """From time to the right: slowly, and fast where it is quiet."""

    def __init__(self, story: Story):
        self.start_s = story.samples[0]["time_s"]
        self.end_s = max(story.samples[-1]["time_s"], story.failed_s or 0) + TAIL_S
        moments = {self.start_s, self.end_s, *story.records("ce", "ue")}
        moments |= {story.failed_s} - {None}
        self.stretches = []  # (from, to, fast)
        for begin, end in zip(sorted(moments), sorted(moments)[1:]):
            self.extend(begin, min(end, begin + QUIET_S), False)
            if end - begin > QUIET_S:
                self.extend(begin + QUIET_S, end, True)
        self.scale = (RIGHT - LEFT) / sum(map(self.share, self.stretches))

    def extend(self, begin: int, end: int, fast: bool) -> None:
        if self.stretches and self.stretches[-1][2] == fast:
            begin = self.stretches.pop()[0]
        self.stretches.append((begin, end, fast))

    @staticmethod
    def share(stretch: tuple) -> float:
        begin, end, fast = stretch
        return (end - begin) / (FAST if fast else 1)

    def x(self, time_s: float) -> float:
        passed = sum(self.share((begin, min(end, time_s), fast))
                     for begin, end, fast in self.stretches if begin < time_s)
        return LEFT + passed * self.scale

    def ticks(self) -> list[int]:
        """Round times, as close together as their labels allow."""
        found = []
        for begin, end, fast in self.stretches:
            per_s = self.scale / (FAST if fast else 1)
            step = next((s for s in STEPS_S if s * per_s >= TICK_WIDTH), STEPS_S[-1])
            for time_s in range(-(-begin // step) * step, end + 1, step):
                if not found or self.x(time_s) - self.x(found[-1]) >= TICK_WIDTH:
                    found.append(time_s)
        return found


@dataclass
class Canvas:
    """What is drawn, from the back to the front."""

    axis: Axis
    story: Story
    back: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    front: list[str] = field(default_factory=list)

    def parts(self) -> list[str]:
        return self.back + self.lines + self.front


@dataclass(frozen=True)
class Panel:
    """A number over time."""

    title: str
    top: float
    height: float
    most: int
    logarithmic: bool = False

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def y(self, value: float) -> float:
        part = (math.log2(1 + value) / math.log2(1 + self.most) if self.logarithmic
                else value / self.most)
        return self.bottom - self.height * part

    def levels(self) -> list[int]:
        """A few round numbers."""
        if self.logarithmic:
            return [0] + [2 ** n for n in range(12) if 2 ** n <= self.most]
        step = next(n * 10 ** e for e in range(8) for n in (1, 2, 5)
                    if self.most / (n * 10 ** e) <= 3)
        return list(range(0, self.most + 1, step))

    def frame(self, canvas: Canvas) -> None:
        canvas.front.append(text(PAD, self.top - 12, self.title, "panel"))
        for level in self.levels():
            y = self.y(level)
            canvas.back += [line((LEFT, y, RIGHT, y), GRID),
                            text(LEFT - 8, y + 4, str(level), "small", "end")]

    def threshold(self, canvas: Canvas, name: str) -> None:
        value = canvas.story.about["policy"][name]
        if 0 < value <= self.most:
            y = self.y(value)
            canvas.back.append(line((LEFT, y, RIGHT, y), THRESHOLD, 1.2, "6 4"))
            canvas.front.append(text(RIGHT - 4, y - 4, f"{name} {value}", "threshold", "end"))

    def steps(self, canvas: Canvas, value: Callable, colour: str) -> None:
        """A line that stays at a value until there is another."""
        axis, last = canvas.axis, value(canvas.story.samples[0])
        path = f"M{LEFT} {self.y(last):.1f}"
        for each in canvas.story.samples:
            if value(each) != last:
                last = value(each)
                path += f"H{axis.x(each['time_s']):.1f}V{self.y(last):.1f}"
        canvas.lines.append(f'<path d="{path}H{RIGHT}" stroke="{colour}"/>')


def clock(time_s: int, form: str = "%H:%M:%S") -> str:
    return datetime.fromtimestamp(time_s, timezone.utc).strftime(form)


def duration(seconds: int) -> str:
    """In the two largest units, which is enough to read."""
    parts = [(seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"),
             (seconds % 60, "s")]
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    return " ".join(f"{number} {unit}" for number, unit in parts[:2] if number) or "0 s"


def line(points: tuple, colour: str, width: float = 1, dash: str = "") -> str:
    x1, y1, x2, y2 = points
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="{width}"{dashed}/>')


def rect(box: tuple, colour: str, kind: str) -> str:
    x, y, width, height = box
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height:.1f}" '
            f'fill="{colour}" class="{kind}"/>')


def stretches_of(samples: list[dict], key: Callable, end_s: int) -> list[tuple]:
    """(from, to, what) wherever key(sample) stays the same."""
    latest = {each["time_s"]: key(each) for each in samples}  # of those of one second
    begins = []
    for time_s, what in latest.items():
        if not begins or begins[-1][1] != what:
            begins.append((time_s, what))
    ends = [time_s for time_s, _ in begins[1:]] + [end_s]
    return [(begin, end, what) for (begin, what), end in zip(begins, ends)]


def draw_cells(canvas: Canvas, top: float) -> float:
    most = max(canvas.story.about["policy"]["failing_cells"],
               *(each["cells_6h"] for each in canvas.story.samples))
    panel = Panel("Distinct cells with corrected errors in the last 15 minutes, hour, 6 hours (log scale)",
                  top + 30, 190, most * 3 // 2 + 1, logarithmic=True)
    panel.frame(canvas)
    panel.threshold(canvas, "watch_cells")
    panel.threshold(canvas, "failing_cells")
    for index in reversed(range(len(WINDOWS))):
        panel.steps(canvas, lambda each, i=index: each["cells"][i], WINDOWS[index][1])
    return panel.bottom


def draw_errors(canvas: Canvas, top: float) -> float:
    """Errors of six hours, and below them a tick for each record."""
    most = max(each["errors_6h"] for each in canvas.story.samples)
    panel = Panel("Corrected errors in the last 6 hours; each record of the log is a tick below",
                  top + 40, 70, max(most + most // 8, 1))
    panel.frame(canvas)
    panel.steps(canvas, lambda each: each["errors_6h"], LONGEST)
    y = panel.bottom + 6
    for kind, colour, width, height in (("ce", CORRECTED, 0.8, 12), ("ue", UNCORRECTED, 3, 18)):
        for time_s in canvas.story.records(kind):
            x = canvas.axis.x(time_s)
            canvas.front.append(line((x, y, x, y + height), colour, width))
    canvas.front.append(text(LEFT - 8, y + 11, "records", "small", "end"))
    return y + 18


def draw_storms(canvas: Canvas, top: float) -> float:
    most = max(canvas.story.about["policy"]["failing_storms"],
               *(each["storms_6h"] for each in canvas.story.samples))
    panel = Panel("Storms in the last 6 hours", top + 38, 46, most + 1)
    panel.frame(canvas)
    panel.threshold(canvas, "failing_storms")
    panel.steps(canvas, lambda each: each["storms_6h"], LONGEST)
    return panel.bottom


def draw_band(canvas: Canvas, top: float, title: str, pieces: list[tuple]) -> float:
    """Pieces are (from, to, words, colour); words where there is room for them."""
    height = 20
    canvas.front.append(text(LEFT - 8, top + 14, title, "", "end"))
    for begin, end, words, colour in pieces:
        x, width = canvas.axis.x(begin), canvas.axis.x(end) - canvas.axis.x(begin)
        canvas.lines.append(rect((x, top, width, height), colour, "piece"))
        if width > 7 * len(words) + 8:
            canvas.front.append(text(x + width / 2, top + 14, words, "", "middle"))
    return top + height


def draw_bands(canvas: Canvas, top: float) -> float:
    def stretches(*names):
        return stretches_of(canvas.story.samples, lambda each: [each[name] for name in names],
                            canvas.axis.end_s)

    modes = [(begin, end, *MODES[mode]) for begin, end, (mode,) in stretches("fault_mode_6h")]
    verdicts = [(begin, end, f"{health}, {advice}", HEALTH[health])
                for begin, end, (health, advice) in stretches("health", "advice")]
    bottom = draw_band(canvas, top + 22, "at fault", modes)
    return draw_band(canvas, bottom + 8, "health, advice", verdicts)


def draw_time(canvas: Canvas, top: float, bottom: float) -> float:
    """What lies behind all panels, and the times below them."""
    axis, dated, date_x = canvas.axis, "", -DATE_WIDTH
    days = all(time_s % 86400 == 0 for time_s in axis.ticks())
    near, far = ("%m-%d", "%Y") if days else ("%H:%M", "%Y-%m-%d")
    behind = [rect((axis.x(begin), top, axis.x(end) - axis.x(begin), bottom - top), QUIET, "quiet")
              for begin, end, fast in axis.stretches if fast]
    for time_s in axis.ticks():
        x, date = axis.x(time_s), clock(time_s, far)
        behind.append(line((x, top, x, bottom + 4), GRID))
        canvas.front.append(text(x, bottom + 17, clock(time_s, near), "small", "middle"))
        if date != dated and x - date_x >= DATE_WIDTH:
            canvas.front.append(text(min(x, WIDTH - DATE_WIDTH / 2), bottom + 31, date, "small",
                                     "middle"))
            dated, date_x = date, x
    canvas.back[:0] = behind
    canvas.front.append(text(PAD, bottom + 17, "time (UTC)", "small"))
    return bottom + 58


def draw_marks(canvas: Canvas, top: float, bottom: float) -> None:
    """The first "failing" and the failure, through all panels."""
    story, first = canvas.story, canvas.story.first_failing()
    marks = []
    if first:
        marks.append((first["time_s"], 'first "failing"', "first", FIRST, "2 3"))
    if story.failed_s is not None:
        marks.append((story.failed_s, "the module failed", "failure", FAILURE, ""))
    for time_s, words, kind, colour, dash in marks:
        x = canvas.axis.x(time_s)
        crowded = any(0 <= canvas.axis.x(other[0]) - x < LABEL_WIDTH and other[2] != kind
                      for other in marks)
        side, space = ("end", -5) if crowded or x > RIGHT - LABEL_WIDTH else ("start", 5)
        canvas.lines.append(line((x, top, x, bottom), colour, 1.5, dash))
        canvas.front.append(text(x + space, top + 8, f"{words}, {clock(time_s)}", kind, side))


def draw_legend(canvas: Canvas, y: float) -> float:
    """Names of colours, in rows; what has no colour is a heading."""
    used = sorted({each["fault_mode_6h"] for each in canvas.story.samples})
    for row in (
            [("window:", None), *WINDOWS, ("health:", None), *HEALTH.items()],
            [("at fault:", None), *(MODES[mode] for mode in used),
             ("records:", None), ("corrected", CORRECTED), ("uncorrected", UNCORRECTED)],
            [(f"more than {duration(QUIET_S)} after a record: time runs {FAST} times as fast",
              QUIET)]):
        x = LEFT
        for words, colour in row:
            if colour:
                canvas.front.append(f'<rect x="{x:.1f}" y="{y - 9:.1f}" width="14" height="10" '
                                    f'fill="{colour}" stroke="#c5cad1" stroke-width="0.5"/>')
                x += 19
            elif x > LEFT:
                x += 22
            canvas.front.append(text(x, y, words, "small"))
            x += 6.2 * len(words) + 14
        y += 18
    return y


def headline(story: Story) -> str:
    corrected, uncorrected = len(story.records("ce")), len(story.records("ue"))
    said = (f"{story.about['name']}: {corrected} corrected error{'s' * (corrected != 1)}, "
            f"{uncorrected} uncorrected; ")
    warned_s = story.warned_by_s(story.failed_s)
    if story.failed_s is None:
        return said + "not known to have failed"
    if warned_s is None:
        return said + "failed without a warning"
    if not story.foreseen():
        return said + f'not foreseen, "failing" {duration(warned_s)} before the failure'
    return said + f'"failing" {duration(warned_s)} before the failure'


def explanation(story: Story) -> list[str]:
    first = story.first_failing()
    if not first:
        return ['Never "failing"']
    begin, uncorrected = min(story.records("ce", "ue")), story.records("ue")
    when = (f"First \"failing\" {clock(first['time_s'], '%Y-%m-%d %H:%M:%S')} UTC, "
            f"{duration(first['time_s'] - begin)} after the first record")
    if not story.foreseen():
        when += ", because of the first uncorrected error"
    elif uncorrected:
        when += (f" and {duration(story.warned_by_s(uncorrected[0]))} before the first uncorrected "
                 "error")
    return [when, f"Reason given: {first['reason']}"]


def draw(story: Story) -> str:
    """Return the SVG."""
    canvas, title, y = Canvas(Axis(story), story), headline(story), 30.0
    canvas.front.append(text(PAD, y, title, "title"))
    for words in (*explanation(story),
                  f"The log, through EDAC and vigil_memory of Linux {story.about['kernel']}; "
                  "after its end time passes without errors"):
        y += 18
        canvas.front.append(text(PAD, y, words, "unit"))
    top = y + 20
    y = draw_cells(canvas, top + 10)
    for panel in (draw_errors, draw_storms, draw_bands):
        y = panel(canvas, y)
    draw_marks(canvas, top, y)
    y = draw_time(canvas, top + 40, y)
    y = draw_legend(canvas, y)
    return document(title, WIDTH, y + 4, canvas.parts(), STYLE)


def read_stories(lines: list[str], readme: str = "") -> list[Story]:
    """From what guest.py printed; a line about a module comes before its samples."""
    failed = {name: int(time_s) for name, time_s in FAILED.findall(readme)}
    stories = []
    for each in map(json.loads, lines):
        if "policy" in each:
            stories.append(Story(each, [], failed.get(each["name"])))
        else:
            stories[-1].samples.append(each)
    return stories


def main(samples: str, directory: str, readme: str | None = None) -> None:
    told = ""
    if readme:
        with open(readme, encoding="utf-8") as file:
            told = file.read()
    with open(samples, encoding="utf-8") as file:
        stories = read_stories(file.readlines(), told)
    for story in stories:
        path = f"{directory}/{story.about['name']}.svg"
        with open(path, "w", encoding="utf-8") as file:
            file.write(draw(story))
        print(f"{path}: {headline(story)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
