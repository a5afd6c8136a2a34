#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, arithmetic that does not depend on the kernel
"""Numbers of a memory module equal those of the definitions, taken literally.

Errors go through EDAC, tracepoint, ring and history, at times that the test
sets. After each of them all numbers are held against a computation that goes
over the whole log again. Real logs stand beside the checkout, in
../shared/data/celogs; without them only made-up ones are used.
"""

import collections
import glob
import os
import random
import subprocess
import sys

import edaclib
from memlib import corelib, expect

sys.path[:0] = [os.path.join(corelib.TOP, "tools/model")]

import rows  # noqa: E402  pylint: disable=wrong-import-position

WINDOWS_S = (900, 3600, 21600)
LOGS = sorted(glob.glob(os.path.join(corelib.TOP,
                                     "../shared/data/celogs/sn_*.csv")))
REPLAY = os.path.join(corelib.TOP, "tools/testing/sim/replay")
Entry = collections.namedtuple("Entry",
                               "device bank row column parity time scrub count")


def entries_at(log, now):
    """One entry for each cell of the last six hours, at its first time."""
    found = {}
    for time, scrub, cell in log:
        if time < now - WINDOWS_S[-1]:
            continue
        first = found.get(cell)
        found[cell] = (first._replace(count=first.count + 1) if first
                       else Entry(*cell, time, scrub, 1))
    return list(found.values())


def storms(times):
    count = near = 0
    for before, time in zip(times, times[1:]):
        near = near + 1 if time - before <= 60 else 0
        if near > 10:
            count += 1
            near = 0
    return count


def mode(entries):
    def several(field):
        return len({getattr(e, field) for e in entries}) > 1

    if not entries:
        return None
    if several("device"):
        return "others"
    if several("bank"):
        return "device"
    if several("column") and several("row"):
        return "bank"
    if several("column"):
        return "row"
    if several("row"):
        return "column"
    return "cell"


def lines_with_several(entries, line, across):
    groups = collections.defaultdict(set)
    for e in entries:
        groups[e.device, e.bank, getattr(e, line)].add(getattr(e, across))
    return sum(len(group) > 1 for group in groups.values())


def bits(parity):
    """(DQs, beats) that are wrong, from 8 beats of 4 DQs."""
    text = f"{parity:032b}"
    wrong = [(i // 4, i % 4) for i, bit in enumerate(text) if bit == "1"]
    return {dq for _, dq in wrong}, {beat for beat, _ in wrong}, len(wrong)


def bit_features(entries):
    numbers = collections.Counter()
    for e in entries:
        dqs, beats, wrong = bits(e.parity)
        numbers["error_bit_count"] += wrong
        numbers["error_dq_count"] += len(dqs)
        numbers["error_burst_count"] += len(beats)
        numbers[f"dq_count={len(dqs)}"] += 1
        numbers[f"burst_count={len(beats)}"] += 1
        for name, those in (("max_dq_interval", dqs),
                            ("max_burst_interval", beats)):
            if those:
                numbers[name] = max(numbers[name], max(those) - min(those))
    names = ["error_bit_count", "error_dq_count", "error_burst_count",
             "max_dq_interval", "max_burst_interval"]
    names += [f"dq_count={n}" for n in range(1, 5)]
    names += [f"burst_count={n}" for n in range(1, 9)]
    return {name: numbers[name] for name in names}


def window_features(entries, seconds):
    reads = [e for e in entries if not e.scrub]
    scrubs = [e for e in entries if e.scrub]
    numbers = {
        "read_ce_log_num": len(reads),
        "scrub_ce_log_num": len(scrubs),
        "all_ce_log_num": len(entries),
        "read_ce_count": sum(e.count for e in reads),
        "scrub_ce_count": sum(e.count for e in scrubs),
        "all_ce_count": sum(e.count for e in entries),
        "log_happen_frequency": (seconds * 65536 // len(entries)
                                 if entries else 0),
        "ce_storm_count": storms([e.time for e in entries]),
        "fault_row_num": lines_with_several(entries, "row", "column"),
        "fault_column_num": lines_with_several(entries, "column", "row"),
    }
    for name in ("others", "device", "bank", "row", "column", "cell"):
        numbers[f"fault_mode_{name}"] = int(mode(entries) == name)
    return numbers | bit_features(entries)


def all_features(log, now):
    entries = entries_at(log, now)
    return {(name, seconds): value for seconds in WINDOWS_S
            for name, value in window_features(
                [e for e in entries if e.time >= now - seconds],
                seconds).items()}


def all_ratios(numbers):
    """Of two numbers each, in 1/256; None when one is not known, or nothing."""
    seconds = dict(zip(("15m", "1h", "6h"), WINDOWS_S))

    def number(column):
        name, _, window = column.rpartition("_")
        return numbers[name, seconds[window]]
    return {(name, None): 256 * number(above) // number(below)
            if number(above) is not None and number(below) else None
            for name, above, below in rows.RATIOS}


def parse(line):
    """(time, found by the scrubber, cell), or None for an uncorrected error."""
    words = line.split()
    if words[4] != "ce":
        return None
    said = dict(word.split(":", 1) for word in words if word.count(":") == 1)
    registers = [int(word, 16) for word in
                 line.partition("retry_rd_err_log[")[2].rstrip("]").split()]
    device = registers[3] if registers[0] & 0x200 else None
    bank = int(said["BankGroup"], 16) * 4 + int(said["Bank"], 16)
    cell = (device, bank, int(said["Row"], 16), int(said["Column"], 16),
            registers[2])
    return int(words[0][1:]), "scrub" in words[8], cell


def follow(lines, place):
    """Have errors happen one after the other, and compare after each."""
    sock = corelib.vigil()
    seen = collections.Counter()
    log = []
    for line in lines:
        edaclib.happen(line)
        error = parse(line)
        which = "corrected_errors" if error else "uncorrected_errors"
        seen[which] += 1
        edaclib.expect_count(place, which, seen[which])
        if not error:
            continue
        log.append(error)
        wanted = all_features(log, error[0])
        assert len(wanted) == 99
        # The count is told after the numbers were computed.
        found = edaclib.features(sock, place)
        wanted.update(all_ratios(wanted))
        assert found == wanted, \
            {key: (found.get(key), wanted[key]) for key in wanted
             if found.get(key) != wanted[key]}
    sock.close()
    return len(log)


def field_data():
    """99 numbers after each record of the real logs, through EDAC."""
    places = iter([(mc, channel, slot) for mc in range(2)
                   for channel in range(4) for slot in range(2)])
    count = 0
    for path in LOGS:
        place = next(places)
        lines = subprocess.run([REPLAY, path], check=True, text=True,
                               capture_output=True).stdout.splitlines()
        head = f" {place[0]} {place[1]} {place[2]} "
        lines = [line.replace(" 0 0 0 ", head, 1) for line in lines]
        count += follow(lines, place)
    print(f"# {count} records of {len(LOGS)} memory modules")


def made_up(number):
    """A line, in a small part of a module so that cells, rows and banks meet."""
    rng = random.Random(number)
    time = 10000
    for _ in range(corelib.rounds(60)):
        time += rng.choice((0, 1, 30, 59, 61, 600, 3000))
        row, device = rng.randrange(3), rng.randrange(2)
        message = rng.choice(("memory_read_error", "memory_scrubbing_error"))
        text = edaclib.error(row, 8 * rng.randrange(3), (3, 0, number),
                             bank=rng.randrange(2), time=time, message=message)
        parity = (1 << rng.randrange(32)) | (1 << rng.randrange(32))
        yield (f"{text} retry_rd_err_log[00000201 00000000 {parity:08x}"
               f" {device:08x} {row:08x}]")


def made_up_logs():
    """The same for logs in which everything meets that can."""
    for number in range(2):
        follow(made_up(number), (3, 0, number))


def prepare():
    edaclib.load(controllers=4)
    expect(lambda: os.path.isdir(f"{corelib.SYSFS}/{edaclib.name((3, 0, 0))}"))


corelib.main([made_up_logs] + ([field_data] if LOGS else []), prepare)
