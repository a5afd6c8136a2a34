# SPDX-License-Identifier: GPL-2.0
"""Draws the figures as SVG: bars that begin at zero, one panel for each measurement."""

import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from svg import PAD, document, text  # noqa: E402  pylint: disable=wrong-import-position

PANELS = (
    ("first_touch_insns", "Touching every 4 KiB of loaded weights", "instructions per GiB"),
    ("attach_insns", "open + mmap + populate of loaded weights", "instructions"),
    ("cold_load_insns", "Loading from a virtio disk", "instructions per GiB"),
    ("restart_insns", "Second process, against loading again", "instructions"),
    ("prealloc_pages", "Huge pages obtained from fragmented memory", "pages of 2 MiB"),
)
OURS = "weightfs"
WIDTH, LABEL, BARS, VALUE = 860, 200, 530, 130
BAR, GAP, HEAD = 13, 7, 40
COLOURS = {True: ("#0b6e4f", "#6fb89f"), False: ("#5b6573", "#b3bac4")}


def short(value: float) -> str:
    """Three digits and a unit's prefix."""
    for limit, letter in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= limit:
            return f"{value / limit:.3g}{letter}"
    return f"{value:.3g}"


def subjects_of(objects: list[dict], name: str) -> dict[str, dict[str, float]]:
    """{subject: {kernel: value}}, weightfs first."""
    found = {}
    for each in objects:
        if each["name"] != name or each["peer"] is None:
            continue
        ours = found.setdefault(OURS, {})
        ours[each["kernel"]] = max(each["value"], ours.get(each["kernel"], 0))
        found.setdefault(each["peer"], {})[each["kernel"]] = each["peer_value"]
    return found


def draw_subject(y: float, subject: str, values: dict, kernels: list[str], scale: float) -> list:
    parts = [text(LABEL - 8, y + BAR * len(kernels) / 2 + 4, subject, anchor="end")]
    for index, kernel in enumerate(kernels):
        if kernel not in values:
            continue
        top, width = y + BAR * index, max(values[kernel] * scale, 1)
        parts.append(f'<rect x="{LABEL}" y="{top:.1f}" width="{width:.1f}" height="{BAR - 1}" '
                     f'fill="{COLOURS[subject == OURS][index % 2]}"/>')
        parts.append(text(LABEL + width + 5, top + BAR - 2, f"{short(values[kernel])} ({kernel})",
                          "value"))
    return parts


def draw_panel(y: float, panel: tuple, objects: list[dict], kernels: list[str]):
    """Return the parts of a panel and its height; nothing when nothing was measured."""
    name, title, unit = panel
    subjects = subjects_of(objects, name)
    most = max((value for each in subjects.values() for value in each.values()), default=0)
    if not most:
        return [], 0
    parts = [text(PAD, y + 14, title, "panel"),
             text(WIDTH - PAD, y + 14, unit, "unit", "end")]
    at = y + HEAD - 14
    for subject, values in subjects.items():
        parts += draw_subject(at, subject, values, kernels, BARS / most)
        at += BAR * len(kernels) + GAP
    return parts, at - y + PAD / 2


def draw(objects: list[dict]) -> str:
    """Return the SVG."""
    kernels = list(dict.fromkeys(each["kernel"] for each in objects))
    parts = [text(PAD, 30, "weightfs beside what a user would take instead", "title"),
             text(PAD, 48, "counted in a virtual machine, Linux " + " and ".join(kernels), "unit")]
    y = 68.0
    for panel in PANELS:
        drawn, height = draw_panel(y, panel, objects, kernels)
        parts += drawn
        y += height
    return document("weightfs beside its peers", WIDTH, y, parts)
