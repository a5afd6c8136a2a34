# SPDX-License-Identifier: GPL-2.0
"""Faults of memory modules: which page frames are taken out of use, and how soon."""

import array
import os
import random
import time
from dataclasses import dataclass
from typing import Callable, Iterator, Optional

from guestlib import PAGE_BYTES, record, say, wait_for, write
from listeners import Rasdaemon, Vigil, edaclib, load_controllers

SEED = 2
HOUR_S = 3600
HOURS = 6
# Where the driven clock of vigil_memory begins, and how long frames may take at the end.
START_S = 1_000_000
SETTLE_S = 150
STEP_S = 0.05
FIRST_ACTION_MAX = 200
NOISE, NOISE_ALONE = 32, 200
KPF_BUDDY, KPF_HWPOISON = 10, 19
SOFT_OFFLINE = "/sys/devices/system/memory/soft_offline_page"

# A processor with four channels that take turns every 256 bytes. A row has 8 KiB in each
# channel, so it is in 8 page frames of 4 KiB, of which it has a quarter. After a row of
# a bank comes one of the next bank, in an order that depends on the row.
CHANNELS, BANKS, COLUMNS, COLUMN_BYTES = 4, 16, 1024, 8
GRANULE_BYTES = 256
ROW_BYTES = CHANNELS * COLUMNS * COLUMN_BYTES
WINDOW_ROWS = 64
WINDOW_BYTES = WINDOW_ROWS * BANKS * ROW_BYTES
FIRST_ROW = 0x4a00


@dataclass(frozen=True)
class Cell:
    """A place in the first memory module of a channel; columns are those of bursts."""

    channel: int
    bank: int
    row: int
    column: int

    @property
    def offset(self) -> int:
        """In bytes from the beginning of the window."""
        granule, rest = divmod(self.column * COLUMN_BYTES, GRANULE_BYTES)
        in_row = (granule * CHANNELS + self.channel) * GRANULE_BYTES + rest
        return (self.row * BANKS + (self.bank ^ self.row % BANKS)) * ROW_BYTES + in_row

    @property
    def frame(self) -> int:
        """Its page frame, counted from the beginning of the window."""
        return self.offset // PAGE_BYTES

    def line(self, base: int, when: Optional[int]) -> str:
        return edaclib.error(FIRST_ROW + self.row, self.column, (0, self.channel, 0),
                             bank=self.bank, address=hex(base + self.offset), time=when)


@dataclass(frozen=True)
class Pattern:
    """A fault: the cells that are bad, and errors in the order in which they happen."""

    name: str
    faulty: frozenset[int]
    errors: tuple[Cell, ...]


def any_column(rng: random.Random) -> int:
    return 8 * rng.randrange(COLUMNS // 8)


def any_cell(rng: random.Random) -> Cell:
    return Cell(rng.randrange(CHANNELS), rng.randrange(BANKS), rng.randrange(WINDOW_ROWS),
                any_column(rng))


def cell_fault(rng: random.Random) -> tuple[list[Cell], list[Cell]]:
    """Eight cells somewhere, which err from twice to 500 times."""
    cells = [any_cell(rng) for _ in range(8)]
    return cells, [cell for cell in cells for _ in range(round(2 * 250 ** rng.random()))]


def row_fault(rng: random.Random) -> tuple[list[Cell], list[Cell]]:
    """Two rows: 16 frames, 200 errors in random columns."""
    cells = []
    for _ in range(2):
        row = any_cell(rng)
        cells += [Cell(row.channel, row.bank, row.row, column)
                  for column in range(0, COLUMNS, 8)]
    return cells, rng.choices(cells, k=200)


def column_fault(rng: random.Random) -> tuple[list[Cell], list[Cell]]:
    """A column as far as a bit line goes, here 32 rows: as many frames, 120 errors."""
    column = any_cell(rng)
    first = rng.randrange(WINDOW_ROWS - 32)
    cells = [Cell(column.channel, column.bank, row, column.column)
             for row in range(first, first + 32)]
    return cells, rng.choices(cells, k=120)


def bank_fault(rng: random.Random) -> tuple[list[Cell], list[Cell]]:
    """24 cells scattered over a bank, 150 errors."""
    bank = any_cell(rng)
    cells = [Cell(bank.channel, bank.bank, rng.randrange(WINDOW_ROWS), any_column(rng))
             for _ in range(24)]
    return cells, rng.choices(cells, k=150)


def no_fault(_rng: random.Random) -> tuple[list[Cell], list[Cell]]:
    return [], []


FAULTS = {"cell": cell_fault, "row": row_fault, "column": column_fault, "bank": bank_fault,
          "noise": no_fault}


def noise(rng: random.Random, faulty: frozenset[int], count: int) -> Iterator[Cell]:
    """Single errors that do not come back, each in another frame that is not faulty."""
    taken = set(faulty)
    while count:
        cell = any_cell(rng)
        if cell.frame not in taken:
            taken.add(cell.frame)
            count -= 1
            yield cell


def generate(name: str) -> Pattern:
    """The same each time."""
    rng = random.Random(f"{SEED} {name}")
    cells, errors = FAULTS[name](rng)
    faulty = frozenset(cell.frame for cell in cells)
    errors += noise(rng, faulty, NOISE if faulty else NOISE_ALONE)
    rng.shuffle(errors)
    return Pattern(name, faulty, tuple(errors))


def page_flags() -> array.array:
    frames = os.sysconf("SC_PHYS_PAGES") + (1 << 16)  # with the holes
    flags = array.array("Q")
    with open("/proc/kpageflags", "rb") as file:
        flags.frombytes(file.read(8 * frames))
    return flags


class Memory:
    """Windows of real memory, each used once."""

    def __init__(self) -> None:
        self.next_window = 1

    def window_for(self, frames: set[int]) -> int:
        """The address of one in which nobody uses the frames, so that each can go."""
        flags = page_flags()
        step = WINDOW_BYTES // PAGE_BYTES
        while (self.next_window + 1) * step <= len(flags):
            first = self.next_window * step
            self.next_window += 1
            if all(flags[first + frame] >> KPF_BUDDY & 1 for frame in frames):
                return first * PAGE_BYTES
        raise RuntimeError("there is no memory left that is free")


def frames_out(base: int) -> set[int]:
    """Of a window, those that are out of use."""
    flags = page_flags()
    first = base // PAGE_BYTES
    return {frame for frame in range(WINDOW_BYTES // PAGE_BYTES)
            if flags[first + frame] >> KPF_HWPOISON & 1}


def record_frames(subject: str, pattern: Pattern, out: set[int]) -> None:
    variant = f"{pattern.name}, {len(pattern.faulty)} faulty"
    say(f"{subject}, {pattern.name}: {len(out & pattern.faulty)} of {len(pattern.faulty)} right,"
        f" {len(out - pattern.faulty)} wrong, {len(pattern.errors)} errors")
    if pattern.faulty:
        record("frames_right", "frames", subject, [len(out & pattern.faulty)], variant)
    record("frames_wrong", "frames", subject, [len(out - pattern.faulty)], variant)


def happen(listener, pattern: Pattern, base: int) -> None:
    """The errors, evenly over six hours; the daemon's day is longer than that anyway."""
    for number, cell in enumerate(pattern.errors):
        when = START_S + number * HOURS * HOUR_S // len(pattern.errors)
        edaclib.happen(cell.line(base, when if listener.has_clock else None))
        time.sleep(STEP_S)
        wait_for("the listener", listener.is_idle)
    wait_for("all errors", lambda: listener.is_idle()
             and listener.stored() == len(pattern.errors))
    time.sleep(SETTLE_S)


def apply_rule(listener: Rasdaemon, threshold: int) -> None:
    """What rasdaemon's page isolation would do: soft-offline frames with so many errors
    within a day. Debian builds it without."""
    for frame, count in listener.frames():
        if count >= threshold:
            write(SOFT_OFFLINE, hex(frame * PAGE_BYTES))


RULES = (50, 2)


def rule_name(threshold: int) -> str:
    return f"rasdaemon, rule of {threshold}"


def isolate(listener, memory: Memory) -> None:
    for name in FAULTS:
        pattern = generate(name)
        base = memory.window_for({cell.frame for cell in pattern.errors} | pattern.faulty)
        listener.start()
        happen(listener, pattern, base)
        record_frames(listener.name, pattern, frames_out(base))
        if isinstance(listener, Rasdaemon):
            for threshold in RULES:
                apply_rule(listener, threshold)
                record_frames(rule_name(threshold), pattern, frames_out(base))
        listener.stop()


def errors_to_action(listener, base: int, react: Callable[[], None]) -> Optional[int]:
    """Of one cell, one by one until its frame is out of use."""
    cell = Cell(0, 0, 0, 0)
    for number in range(1, FIRST_ACTION_MAX + 1):
        when = START_S + 60 * number if listener.has_clock else None
        edaclib.happen(cell.line(base, when))
        time.sleep(1)
        wait_for("the listener", listener.is_idle)
        react()
        if frames_out(base):
            return number
    return None


def first_action(listener, memory: Memory) -> None:
    reactions = {listener.name: lambda: None}
    if isinstance(listener, Rasdaemon):
        for threshold in RULES:
            reactions[rule_name(threshold)] = lambda limit=threshold: apply_rule(listener, limit)
    for subject, react in reactions.items():
        base = memory.window_for({0})
        listener.start()
        number = errors_to_action(listener, base, react)
        record("ce_to_first_action", "errors", subject, [number], "one cell")
        say(f"{subject}: {number} errors to the first action")
        listener.stop()


def measure(listener) -> None:
    load_controllers()
    memory = Memory()
    first_action(listener, memory)
    isolate(listener, memory)


def vigil() -> None:
    measure(Vigil())


def rasdaemon() -> None:
    measure(Rasdaemon())
