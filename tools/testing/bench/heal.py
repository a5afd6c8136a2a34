# SPDX-License-Identifier: GPL-2.0
"""Uncorrected memory errors under readers, through real machine checks."""

import contextlib
import json
import mmap
import os
import signal
import subprocess
import sys
import time

from guestlib import (CLIENT, HUGE_BYTES, MODEL, READER, TOP, Weights, huge_pages_of, mount,
                      mount_disk, record, reserve_hugetlb, run, say, umount, wait_for)

sys.path[:0] = [f"{TOP}/tools/testing/selftests", f"{TOP}/tools/testing/selftests/weightfs"]
import inject  # noqa: E402  (lives with the selftests)
import pagemap  # noqa: E402

# What the peers do is the same each time.
PEER_ERRORS = 20
READERS = ("shared", "private-write", "random", "shared")
HUGE_PAGE_PAGES = HUGE_BYTES // mmap.PAGESIZE


class Reader:
    """A program that verifies every byte of a file again and again."""

    def __init__(self, number: int, path: str, flavour: str):
        self.ready = f"/run/reader-{number}.ready"
        self.process = subprocess.Popen(["nice", "-n", "19", READER, "loop", path, flavour,
                                         self.ready], stdout=subprocess.PIPE, text=True)

    def is_ready(self) -> bool:
        return os.path.exists(self.ready)

    def end(self) -> tuple[bool, int]:
        """Was it killed by a signal, and how many wrong pages did it see?"""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        output = self.process.communicate()[0]
        os.unlink(self.ready)
        if self.process.returncode < 0:
            return True, 0
        return False, json.loads(output)["wrong_pages"]


def file_mapping(path: str):
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ)


def is_huge_again(path: str, page: int) -> bool:
    """In a process of its own, because to touch a page that is lost may end it."""
    child = os.fork()
    if not child:
        view = file_mapping(path)
        _ = view[page * mmap.PAGESIZE]
        address = inject.address_of(path) + page * mmap.PAGESIZE
        flags = pagemap.flags_of(pagemap.paddr_of(os.getpid(), address))
        os._exit(not ("hwpoison" not in flags and
                      {"compound_head", "compound_tail"} & set(flags)))
    return os.waitpid(child, 0)[1] == 0


def inject_errors(path: str, pages: list[int]) -> None:
    view = file_mapping(path)
    for number, page in enumerate(pages, 1):
        inject.hit(view, page, path)
        if not number % 100:
            say(f"{number} errors are injected")


def storm(subject: str, path: str, pages: list[int], settled) -> None:
    readers = [Reader(number, path, flavour) for number, flavour in enumerate(READERS)]
    wait_for("the readers", lambda: all(reader.is_ready() for reader in readers))
    inject_errors(path, pages)
    settled()
    time.sleep(5)  # for readers to come across what is left
    ends = [reader.end() for reader in readers]
    good = sum(is_huge_again(path, page) for page in pages)
    record("heal_ok", "of 1,000 errors", subject, [good * 1000 // len(pages)])
    record("heal_signals", "readers killed", subject, [sum(killed for killed, _ in ends)])
    record("heal_wrong_pages", "pages read wrong", subject, [sum(wrong for _, wrong in ends)])


def pages_of(path: str, count: int) -> list[int]:
    return list(inject.pages_to_hit(os.path.getsize(path), count))


def weightfs() -> None:
    errors = int(os.environ["VIGIL_BENCH_ERRORS"])
    weights = Weights()
    weights.preload()
    storm("weightfs", weights.path, pages_of(weights.path, errors),
          lambda: wait_for("healing", lambda: weights.counter("heals") >= errors and
                           weights.counter("huge_bytes") == os.path.getsize(weights.path)))
    weights.close()


def ext4() -> None:
    directory = mount_disk("ext4")
    path = f"{directory}/{MODEL}"
    storm("ext4 page cache", path, pages_of(path, PEER_ERRORS), lambda: None)
    umount(directory)


def hugetlbfs() -> None:
    source = mount_disk("ext4")
    reserve_hugetlb(2 * huge_pages_of(f"{source}/{MODEL}"))
    directory = mount("hugetlbfs", "none", "pagesize=2M")
    path = f"{directory}/{MODEL}"
    run(CLIENT, "copy-direct", f"{source}/{MODEL}", path)
    # The first page of each, which is the one that shows the error.
    storm("hugetlbfs", path, [page // HUGE_PAGE_PAGES * HUGE_PAGE_PAGES
                              for page in pages_of(path, PEER_ERRORS)], lambda: None)
    umount(directory)
    with contextlib.suppress(SystemExit):  # what is lost does not come back
        reserve_hugetlb(0)
    umount(source)
