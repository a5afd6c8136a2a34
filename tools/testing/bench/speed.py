# SPDX-License-Identifier: GPL-2.0
"""Instructions and page faults: mapping what is in memory, and loading it."""

import contextlib
import json
import os

from guestlib import (CLIENT, GIB, MODEL, SCRUB, VIGILCTL, Weights, client, huge_pages_of, mount,
                      mount_disk, record, reserve_hugetlb, run, say, umount)

ROUNDS = 3
LOAD_ROUNDS = 5
SCRUB_PASSES = 2
FLAVOURS = ("shared", "populate", "willneed", "random", "private", "private-write")


@contextlib.contextmanager
def weightfs():
    weights = Weights()
    weights.preload()
    yield weights.path
    weights.close()


@contextlib.contextmanager
def hugetlbfs():
    source = mount_disk("ext4")
    # A private mapping reserves as many pages again.
    reserve_hugetlb(2 * huge_pages_of(f"{source}/{MODEL}"))
    directory = mount("hugetlbfs", "none", "pagesize=2M")
    run(CLIENT, "copy-direct", f"{source}/{MODEL}", f"{directory}/{MODEL}")
    yield f"{directory}/{MODEL}"
    umount(directory)
    reserve_hugetlb(0)
    umount(source)


@contextlib.contextmanager
def tmpfs():
    source = mount_disk("ext4")
    directory = mount("tmpfs", "none", "huge=always")
    run("dd", f"if={source}/{MODEL}", f"of={directory}/{MODEL}", "bs=2M", "iflag=direct",
        "status=none")
    yield f"{directory}/{MODEL}"
    umount(directory)
    umount(source)


@contextlib.contextmanager
def warm_disk(fstype: str):
    directory = mount_disk(fstype)
    run("dd", f"if={directory}/{MODEL}", "of=/dev/null", "bs=2M", "status=none")
    yield f"{directory}/{MODEL}"
    umount(directory)


SUBJECTS = {
    "weightfs": weightfs,
    "hugetlbfs": hugetlbfs,
    "tmpfs huge=always": tmpfs,
    "ext4 warm": lambda: warm_disk("ext4"),
    "xfs warm": lambda: warm_disk("xfs"),
}


def measure_mapped(subject: str, path: str) -> None:
    scale = GIB / os.path.getsize(path)
    for flavour in FLAVOURS:
        rounds = [client("touch", path, flavour) for _ in range(ROUNDS)]
        record("first_touch_faults", "faults/GiB", subject,
               [round(each["faults"] * scale) for each in rounds], flavour)
        record("first_touch_insns", "instructions/GiB", subject,
               [round(each["insns"] * scale) for each in rounds], flavour)
    record("attach_insns", "instructions", subject,
           [client("attach", path)["insns"] for _ in range(ROUNDS)])
    if subject == "weightfs":
        record("restart_insns", "instructions", subject,
               [client("run", CLIENT, "map", path)["insns"] for _ in range(ROUNDS)])


def mapped() -> None:
    """What programs do with weights that are in memory."""
    for subject, prepare in SUBJECTS.items():
        with prepare() as path:
            say(f"{subject} is warm")
            client("attach", path)
            measure_mapped(subject, path)


def load_rounds(command: list[str], reset) -> list[int]:
    """Instructions of a command that loads a file, each time from the disk."""
    values = []
    # The first round reads the programs and what the filesystem has of the file.
    for _ in range(1 + LOAD_ROUNDS):
        reset()
        values.append(client("run", *command)["insns"])
    return values[1:]


def record_load(subject: str, path: str, values: list[int]) -> None:
    scale = GIB / os.path.getsize(path)
    record("cold_load_insns", "instructions/GiB", subject,
           [round(value * scale) for value in values])
    say(f"{subject} has loaded")


def load_weightfs() -> None:
    weights = Weights()
    record_load("weightfs", weights.path, load_rounds(
        [VIGILCTL, "weights", "preload", weights.path], weights.evict))
    weights.close()


def load_peers(source: str) -> None:
    path = f"{source}/{MODEL}"
    tmpfs_dir = mount("tmpfs", "none", "huge=always")
    hugetlb_dir = mount("hugetlbfs", "none", "pagesize=2M")
    targets = [f"{directory}/{MODEL}" for directory in (tmpfs_dir, hugetlb_dir)]

    def reset() -> None:
        for target in targets:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(target)
        run(CLIENT, "drop", path)

    for subject, command in (
            ("dd iflag=direct", ["dd", f"if={path}", "of=/dev/null", "bs=2M", "iflag=direct",
                                 "status=none"]),
            ("cp to tmpfs", ["cp", path, targets[0]]),
            ("copy to hugetlbfs", [CLIENT, "copy", path, targets[1]]),
            ("direct copy to hugetlbfs", [CLIENT, "copy-direct", path, targets[1]]),
            ("ext4 warm-up", ["cat", path])):
        values = load_rounds(command, reset)
        record_load(subject, path, values)
        if subject != "dd iflag=direct":  # which loads nothing
            record("restart_insns", "instructions", subject, values)
    reset()
    umount(tmpfs_dir)
    umount(hugetlb_dir)


def cold_load() -> None:
    """Loading from the disk."""
    load_weightfs()
    source = mount_disk("ext4")
    reserve_hugetlb(huge_pages_of(f"{source}/{MODEL}"))
    load_peers(source)
    reserve_hugetlb(0)
    umount(source)


def per_byte(measured: dict) -> float:
    return round(measured["insns"] / measured["bytes"], 4)


def scrub() -> None:
    """Checking what is loaded, as fast as it goes."""
    name, unit = "scrub_insns_per_byte", "instructions/byte"
    weights = Weights()
    weights.preload()
    bytes_wanted = str(SCRUB_PASSES * os.path.getsize(weights.path))
    command = [SCRUB, "mount", weights.component, bytes_wanted]
    record(name, unit, "weightfs", [per_byte(json.loads(run(*command))) for _ in range(ROUNDS)])
    weights.close()
    with tmpfs() as path:
        record(name, unit, "loop over tmpfs", [
            per_byte(json.loads(run(SCRUB, "loop", path))) for _ in range(ROUNDS)])
