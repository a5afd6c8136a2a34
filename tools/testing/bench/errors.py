# SPDX-License-Identifier: GPL-2.0
"""Corrected errors by the hundred thousand: what it costs to take them, what is lost."""

import json
import os
import random
import statistics
import time
from typing import Iterator

from guestlib import FIRE, PAGE_BYTES, PROGRAMS, record, run, say, settled_free_bytes
from listeners import CONTROLLERS, Rasdaemon, Vigil, edaclib, load_controllers

SEED = 1
COUNT = int(os.environ.get("VIGIL_BENCH_CORRECTED", "100000"))
# At a time, before all who listen may do their work. A ring of vigil_memory has room
# for 73, the traces of rasdaemon for some 5,000.
CHUNK = 50
PACED = f"{COUNT:,}, {CHUNK} at a time"
STORM = COUNT // 10
BATCH = 60
ROUNDS = 15
FEW = 100
FEW_WAIT_S = 60
SLOTS = [(mc, channel, slot) for mc in range(CONTROLLERS) for channel in range(4)
         for slot in range(2)]
ROWS, COLUMNS, BANKS, RANKS = 1 << 17, 128, 16, 2


def spread_errors(count: int) -> Iterator[str]:
    """Each in another page frame, so that nobody has a reason to act. Some memory
    modules have far more than others, as in the field."""
    rng = random.Random(SEED)
    weights = [1 / rank for rank in range(1, len(SLOTS) + 1)]
    places = rng.choices(SLOTS, weights, k=count)
    frames = rng.sample(range(1 << 8, os.sysconf("SC_PHYS_PAGES")), count)
    for place, frame in zip(places, frames):
        column = 8 * rng.randrange(COLUMNS)
        yield edaclib.error(rng.randrange(ROWS), column, place, bank=rng.randrange(BANKS),
                            rank=rng.randrange(RANKS),
                            address=hex(frame * PAGE_BYTES + 8 * column % PAGE_BYTES))


def same_error() -> Iterator[str]:
    return iter([next(spread_errors(COUNT))])


def keep(lines: Iterator[str]) -> None:
    """In a process of its own, so that ours does not grow."""
    child = os.fork()
    if not child:
        edaclib.forget()
        edaclib.keep(lines)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("the errors could not be kept")


def stream(count: int, chunk: int) -> int:
    return json.loads(run(FIRE, "stream", str(count), str(chunk)))["insns"]


def record_insns(subject: str, per_error: float, variant: str) -> None:
    record("insns_per_ce", "instructions/error", subject, [round(per_error, 1)], variant)


def record_lost(listener, fired: int, variant: str) -> None:
    lost = fired - listener.stored()
    unplaced = fired - listener.placed()
    say(f"{listener.name}, {variant}: {lost} lost; {listener.describe()}")
    record("ce_lost", "errors", listener.name, [lost], variant)
    record("ce_lost", "errors", listener.name, [unplaced], f"{variant}, or their place")


def record_bytes(listener, used: int) -> None:
    disk = listener.disk_bytes()
    record("bytes_held", "bytes", listener.name, [used - disk], "memory")
    record("bytes_held", "bytes", listener.name, [used], "memory and database")


def paced(listener) -> None:
    """So slow that all can be stored, memory and instructions."""
    alone = stream(COUNT, CHUNK)
    say(f"the errors themselves: {alone / COUNT:.0f} instructions each")
    free = settled_free_bytes()
    listener.start()
    insns = stream(COUNT, CHUNK) - alone
    used = free - settled_free_bytes()
    record_insns(listener.name, insns / COUNT, PACED)
    record_bytes(listener, used)
    record_lost(listener, COUNT, PACED)
    listener.stop()


def burst(listener) -> None:
    """All at once."""
    listener.start()
    stream(COUNT, COUNT)
    record_lost(listener, COUNT, f"{COUNT:,} at once")
    listener.stop()


def storm(listener) -> None:
    """The same error again and again."""
    keep(same_error())
    alone = stream(STORM, CHUNK)
    listener.start()
    insns = stream(STORM, CHUNK) - alone
    record_insns(listener.name, insns / STORM, f"same cell {STORM:,} times")
    record_lost(listener, STORM, f"same cell {STORM:,} times")
    listener.stop()


def few(listener) -> None:
    """As whoever installs it has it: a handful of errors."""
    listener.start_untouched()
    stream(FEW, 1)
    time.sleep(FEW_WAIT_S)
    record_lost(listener, FEW, f"{FEW} one by one, as installed")
    listener.stop()


def batches(path: str, lines: int) -> list[int]:
    return json.loads(run(FIRE, "alone", path, str(lines), str(ROUNDS)))["insns"]


def listen(wanted: bool) -> None:
    """Have somebody listen who does nothing: what is left is the tracepoint."""
    with open(f"{edaclib.FILES}/listen", "w", encoding="ascii") as file:
        file.write(str(int(wanted)))


def atomic(listener) -> None:
    """What is done before the CPU can do anything else."""
    path = f"{PROGRAMS}/errors"
    with open(path, "w", encoding="ascii") as file:
        file.writelines(line + "\n" for line in spread_errors(BATCH * ROUNDS))
    sizes = {BATCH: f"{BATCH} at once", 1: "one"}
    alone = {lines: batches(path, lines) for lines in sizes}
    listen(True)
    traced = {lines: batches(path, lines) for lines in sizes}
    listen(False)
    for lines, variant in sizes.items():
        listener.start()
        # Each round has the same errors as the one without a listener.
        found = batches(path, lines)
        listener.stop()
        for what, base in ((variant, alone), (f"{variant}, beside the tracepoint", traced)):
            costs = [with_it - without for with_it, without in zip(found, base[lines])]
            say(f"{listener.name}, {what}: {costs}")
            record("atomic_insns_per_ce", "instructions/error", listener.name,
                   [round(cost / lines, 1) for cost in costs], what)


def measure(listener) -> None:
    load_controllers()
    atomic(listener)
    keep(spread_errors(COUNT))
    few(listener)
    paced(listener)
    burst(listener)
    storm(listener)


def vigil() -> None:
    measure(Vigil())


def rasdaemon() -> None:
    measure(Rasdaemon())
