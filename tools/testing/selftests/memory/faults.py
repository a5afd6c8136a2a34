#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Memory that can't be allocated: loading fails and leaves nothing behind, and
commands fail with a reason. Needs a kernel with fault injection."""

import ctypes
import errno
import os

import memlib
from memlib import corelib, fact

FAIL_NTH = "/proc/thread-self/fail-nth"
FAILSLAB = f"{corelib.DEBUGFS}/failslab"
SYS_FINIT_MODULE = {"x86_64": 313, "aarch64": 273}
PLENTY = 1000000
# Most allocations are the module loader's, and come first.
AT_THE_END = 60

libc = ctypes.CDLL(None, use_errno=True)


class FailNth:
    """Makes one of this thread's next allocations fail. The file stays open,
    because to open it is an allocation."""

    def __init__(self):
        self.file = os.open(FAIL_NTH, os.O_RDWR)

    def set(self, number):
        os.pwrite(self.file, str(number).encode(), 0)

    def get(self):
        return int(os.pread(self.file, 32, 0))


def with_fault(number, function):
    """Call it with its number-th allocation failing."""
    fault = FailNth()
    fault.set(number)
    try:
        return function()
    finally:
        fault.set(0)
        os.close(fault.file)


def finit_module(file):
    if libc.syscall(SYS_FINIT_MODULE[os.uname().machine], file, b"", 0):
        return ctypes.get_errno()
    return 0


def count_allocations(function):
    """How many allocations it makes that could fail."""
    fault = FailNth()
    fault.set(PLENTY)
    function()
    left = fault.get()
    fault.set(0)
    os.close(fault.file)
    return PLENTY - left


def loading():
    """Loading with each of the module's allocations failing once."""
    file = os.open(memlib.MODULE, os.O_RDONLY)
    try:
        corelib.unload("vigil_memory")
        total = count_allocations(lambda: finit_module(file))
        print(f"# {total} allocations, those of the module at the end",
              flush=True)
        for number in range(max(1, total - AT_THE_END), total + 1):
            corelib.unload("vigil_memory")
            error = with_fault(number, lambda: finit_module(file))
            assert error in (0, errno.ENOMEM), os.strerror(error)
    finally:
        os.close(file)
    memlib.reload()
    assert fact("health") == "healthy"


def isolating():
    """Isolating with each allocation of the caller failing once."""
    blocks = memlib.Blocks(16)
    paddr = blocks.paddr(blocks.fresh())
    total = count_allocations(lambda: memlib.isolate(paddr))
    memlib.release(paddr)
    print(f"# {total} allocations", flush=True)
    for number in range(1, total + 1):
        try:
            with_fault(number, lambda: memlib.isolate(paddr))
        except OSError as refusal:
            assert refusal.errno == errno.ENOMEM, refusal
        memlib.release(paddr)
    assert fact("isolation") == "none"


def prepare():
    memlib.load()
    if not os.path.isdir(FAILSLAB) or not os.path.exists(FAIL_NTH):
        corelib.skip_all("this kernel has no fault injection")
    corelib.write(f"{FAILSLAB}/ignore-gfp-wait", "N")
    corelib.write(f"{FAILSLAB}/verbose", "0")


corelib.main([loading, isolating], prepare)
