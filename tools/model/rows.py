# SPDX-License-Identifier: GPL-2.0
"""Observations of memory modules: numbers as drivers/memory computes them.

A row is a module at one time: the 99 numbers of features.h, window by window, then
the ratios of derive.h. All are integers, vgm.MISSING where nobody can know.
"""

import collections
import csv
import gzip
import hashlib

import numpy as np

import vgm

WINDOWS_S = {"15m": 15 * 60, "1h": 3600, "6h": 6 * 3600}
NUMBERS = (
    "read_ce_log_num", "scrub_ce_log_num", "all_ce_log_num",
    "read_ce_count", "scrub_ce_count", "all_ce_count",
    "log_happen_frequency", "ce_storm_count",
    "fault_mode_others", "fault_mode_device", "fault_mode_bank",
    "fault_mode_row", "fault_mode_column", "fault_mode_cell",
    "fault_row_num", "fault_column_num",
    "error_bit_count", "error_dq_count", "error_burst_count",
    "max_dq_interval", "max_burst_interval",
    "dq_count=1", "dq_count=2", "dq_count=3", "dq_count=4",
    *(f"burst_count={beats}" for beats in range(1, 9)))
COLUMNS = tuple(f"{name}_{window}" for window in WINDOWS_S for name in NUMBERS)

# Name, of how many, per how many; in the order of derive.c.
RATIOS = (
    ("all_ce_log_num_1h_per_6h", "all_ce_log_num_1h", "all_ce_log_num_6h"),
    ("all_ce_count_per_log_15m", "all_ce_count_15m", "all_ce_log_num_15m"),
    ("all_ce_count_per_log_1h", "all_ce_count_1h", "all_ce_log_num_1h"),
    ("all_ce_count_per_log_6h", "all_ce_count_6h", "all_ce_log_num_6h"),
    ("read_ce_count_per_count_1h", "read_ce_count_1h", "all_ce_count_1h"),
    ("fault_row_num_per_log_1h", "fault_row_num_1h", "all_ce_log_num_1h"),
    ("fault_row_num_per_log_6h", "fault_row_num_6h", "all_ce_log_num_6h"),
    ("error_bit_count_per_log_6h", "error_bit_count_6h", "all_ce_log_num_6h"),
    ("error_bit_count_per_dq_6h", "error_bit_count_6h", "error_dq_count_6h"),
    ("dq_count=1_per_log_6h", "dq_count=1_6h", "all_ce_log_num_6h"),
    ("dq_count=2_per_log_6h", "dq_count=2_6h", "all_ce_log_num_6h"),
    ("burst_count=2_per_log_6h", "burst_count=2_6h", "all_ce_log_num_6h"))
NAMES = COLUMNS + tuple(name for name, _, _ in RATIOS)
INDEX = {name: i for i, name in enumerate(NAMES)}

# From the wrong bits of errors, which not every platform tells.
BIT_NUMBERS = NUMBERS[NUMBERS.index("error_bit_count"):]
BITS = [i for i, name in enumerate(COLUMNS) if name.rpartition("_")[0] in BIT_NUMBERS]
_OF = {name: number for name, number, _ in RATIOS}
NEEDS_BITS = [i for i, name in enumerate(NAMES) if INDEX[_OF.get(name, name)] in BITS]


class BadRows(ValueError):
    """Not a table of observations."""


Table = collections.namedtuple("Table", "numbers labels serials sha256")


def ratios_of(numbers):
    """RATIOS of rows of COLUMNS: 256 x one / other, rounded down."""
    found = np.full((len(numbers), len(RATIOS)), vgm.MISSING, np.int64)
    for i, (_, above, below) in enumerate(RATIOS):
        a, b = numbers[:, INDEX[above]], numbers[:, INDEX[below]]
        known = (a >= 0) & (b > 0)
        found[known, i] = np.minimum(a[known] * 256 // b[known], vgm.S32_MAX)
    return found


def with_ratios(numbers):
    numbers = numbers[:, :len(COLUMNS)]
    return np.concatenate([numbers, ratios_of(numbers)], axis=1)


def without_bits(numbers):
    """The same rows from a platform that tells no wrong bits."""
    numbers = numbers.copy()
    numbers[:, BITS] = vgm.MISSING
    return with_ratios(numbers)


def nested(numbers):
    """The same rows; windows that lack what a shorter one has are missing.

    All windows end at the same time, so each is part of the next. Where it is not,
    it has not been computed, as the longest of SmartMem's type B.
    """
    numbers = numbers.copy()
    width = len(NUMBERS)
    entries = [INDEX[f"all_ce_log_num_{window}"] for window in WINDOWS_S]
    for i in range(1, len(entries)):
        bad = ((numbers[:, entries[i]] != vgm.MISSING) &
               (numbers[:, entries[:i]].max(axis=1) > numbers[:, entries[i]]))
        numbers[bad, i * width:(i + 1) * width] = vgm.MISSING
    return with_ratios(numbers)


def frequencies(numbers):
    """Frequencies of the table, in s, as the kernel has them: in 1/65536 s."""
    for window, seconds in WINDOWS_S.items():
        column = numbers[:, INDEX[f"log_happen_frequency_{window}"]]
        there = column > 0
        column[there] = (seconds << 16) // np.round(seconds / column[there]).astype(np.int64)


def _parse(lines, columns, path):
    """Rows of floats, NaN for an empty field."""
    found = []
    for number, line in enumerate(lines, 2):
        try:
            found.append([float(line[i]) if line[i] else np.nan for i in columns])
        except ValueError as error:
            raise BadRows(f"{path}: line {number}: {error}") from error
    return np.array(found)


def _integers(values, path):
    frequencies(values)
    known = np.isfinite(values)
    whole = np.where(known, values, 0)
    if np.isinf(values).any() or (abs(whole) > vgm.S32_MAX).any() or \
            (whole != np.round(whole)).any():
        raise BadRows(f"{path}: a number is not an integer of 32 bits")
    return np.where(known, whole, vgm.MISSING).astype(np.int64)


def read(path):
    """A table from a CSV file; columns and fields may lack, labels may not."""
    with open(path, "rb") as file:
        data = file.read()
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadRows(f"{path}: {error}") from error
    head, *lines = csv.reader(text.splitlines()) if text else [[]]
    there = [name for name in COLUMNS if name in head]
    if "label" not in head or not there or not lines:
        raise BadRows(f"{path}: no column \"label\", none with a number, or no rows")
    if any(len(line) != len(head) for line in lines):
        raise BadRows(f"{path}: a line has more fields than the first one, or less")
    values = np.full((len(lines), len(COLUMNS)), np.nan)
    values[:, [INDEX[name] for name in there]] = \
        _parse(lines, [head.index(name) for name in there], path)
    labels = _parse(lines, [head.index("label")], path)[:, 0]
    if not np.isin(labels, (0, 1)).all():
        raise BadRows(f"{path}: a label is neither 0 nor 1")
    serials = [line[head.index("serial_number")] for line in lines] \
        if "serial_number" in head else None
    return Table(with_ratios(_integers(values, path)), labels.astype(np.int64),
                 serials, sha256)
