# SPDX-License-Identifier: GPL-2.0
"""Decides from the kernel's log and taint whether the kernel misbehaved."""

import re

# Each pattern is a report that a correct kernel never prints.  WARNING is tied to
# the start of a message because harmless boot messages contain the word.
_MESSAGE = r"^(?:\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? )?"
_SPLATS = re.compile("|".join((
    r"Kernel panic - not syncing",
    r"\bOops: ",
    r"general protection fault",
    r"\bBUG:? ",
    r"kernel BUG at",
    _MESSAGE + r"WARNING: ",
    _MESSAGE + r"UBSAN: ",
    _MESSAGE + r"ODEBUG: ",
    r"rcu.*detected (?:expedited )?stall",
    r"INFO: task .* blocked for more than",
    r"INFO: trying to register non-static key",
    r"hard LOCKUP",
    r"kmemleak: \d+ new suspected memory leak",
    r"unregister_netdevice: waiting for",
    r"VFS: Busy inodes after unmount",
    r"sysfs: cannot create duplicate filename",
    r"kobject_add_internal failed",
)), re.MULTILINE)

_STALE_CODE = "Oops: int3"

_TAINT_LETTERS = "PFSRMBUDAWCIOELKXTN"
# Out-of-tree, unsigned and "ran a KUnit test" say nothing about health.
_HARMLESS_TAINT = "OEN"


def find_splats(log: str) -> list[str]:
    """The lines of a kernel log that begin a report of trouble."""
    return [line for line in log.splitlines() if _SPLATS.search(line)]


def first_splat(log: str, count: int) -> list[str]:
    """The first report of trouble in a kernel log: up to so many lines from where it begins."""
    lines = log.splitlines()
    begin = next((n for n, line in enumerate(lines) if _SPLATS.search(line)), len(lines))
    return lines[begin:begin + count]


def ran_stale_code(log: str) -> bool:
    """Whether the kernel met a breakpoint of its own that it had already taken away.

    A kernel that patches its code puts a breakpoint there until every CPU has been told.
    QEMU's threads sometimes run an old translation that still has it.
    """
    return _STALE_CODE in log


def bad_taint(taint: int, injected_mce: bool) -> str:
    """Letters of the taint flags that count as trouble; a machine check asked for does not."""
    allowed = _HARMLESS_TAINT + ("M" if injected_mce else "")
    return "".join(letter for bit, letter in enumerate(_TAINT_LETTERS)
                   if taint >> bit & 1 and letter not in allowed)
