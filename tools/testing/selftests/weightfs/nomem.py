# SPDX-License-Identifier: GPL-2.0
"""Every allocation of one thing that weightfs does fails once.

usage: python3 nomem.py WHAT SOURCE MOUNT_POINT

Fails when an error is not clean, a byte is wrong, or the kernel says what it
should not. Prints how often it was refused, and how often borne. In SOURCE is
the file "model", MOUNT_POINT is free and left free. WHAT is a function below.
"""

import ctypes
import errno
import mmap
import os
import pathlib
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../lib"), os.path.join(HERE, "..")]
import allocations  # noqa: E402  (beside the other selftests)
import pagemap  # noqa: E402
from inject import address_of  # noqa: E402

LIBC = ctypes.CDLL(None, use_errno=True)
CORRUPT_PFN = allocations.DEBUGFS / "hwpoison/corrupt-pfn"
FLIP = allocations.DEBUGFS / "vigil_sim/flip"
HUGE_BYTES = 2 << 20
DEADLINE_S = 60
# A bad address is what a fault within a system call ends with.
REFUSALS = (*allocations.REFUSALS, errno.EFAULT, errno.EIO)
EXPECTED = "|".join((
    "kobject_add_internal failed for weight.*error: -12",
    "debugfs: out of free dentries",
    "workqueue: Failed to .* a rescuer",
    "weightfs: ",
    "Memory failure: ",
    "Injecting memory failure",
    "VM_FAULT_OOM",
    "hrtimer: interrupt took",
))


class Mount:
    """A mount of the source, and its file."""

    def __init__(self, source, point):
        self.source, self.point = source, point
        self.bytes = pathlib.Path(source, "model").read_bytes()
        self.fd = None

    def mount(self):
        if LIBC.mount(b"none", self.point.encode(), b"weightfs", 0,
                      f"source={self.source},scrub=0".encode()):
            raise OSError(ctypes.get_errno(), "mount")

    def umount(self):
        self.close()
        if os.path.ismount(self.point):
            assert not LIBC.umount2(self.point.encode(), 0), "busy"

    def open(self):
        self.fd = os.open(f"{self.point}/model", os.O_RDONLY)

    def close(self):
        if self.fd is not None:
            os.close(self.fd)
        self.fd = None

    def fresh(self):
        """Nothing is left of last time, which was all right."""
        if os.path.ismount(self.point):
            assert self.is_right(), "wrong bytes"
        self.umount()
        self.mount()

    def fresh_open(self):
        self.fresh()
        self.open()

    def is_right(self):
        try:
            return pathlib.Path(self.point, "model").read_bytes() == self.bytes
        except OSError:
            return False

    def read(self):
        got = os.pread(self.fd, len(self.bytes), 0)
        assert self.bytes.startswith(got) and got, "wrong bytes"
        if len(got) < len(self.bytes):
            os.pread(self.fd, 1, len(got))

    def map(self, **kwargs):
        return mmap.mmap(self.fd, len(self.bytes), **kwargs)

    def component(self, file):
        device = os.stat(self.point).st_dev
        name = f"weights-{os.major(device)}:{os.minor(device)}"
        return pathlib.Path("/sys/class/vigil", name, file)

    def counter(self, name):
        return int(self.component(f"counters/{name}").read_text())

    def all_huge(self):
        return self.counter("huge_bytes") == len(self.bytes) // HUGE_BYTES * HUGE_BYTES


def wait_for(condition):
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def mount(m):
    return allocations.fail_each(m.mount, m.umount)


def lookup(m):
    """Names, attributes, and the file's own tables."""
    def look():
        os.listdir(m.point)
        os.stat(f"{m.point}/model")
        m.open()
    return allocations.fail_each(look, m.fresh)


def load(m):
    return allocations.fail_each(m.read, m.fresh_open, True, REFUSALS)


def fault(m):
    """The kernel touches the mapping, so what is a signal else is an error."""
    sink = os.memfd_create("sink")

    def touch():
        with m.map(prot=mmap.PROT_READ) as view:
            got = os.pwrite(sink, view, 0)
        assert os.pread(sink, got, 0) == m.bytes[:got], "wrong bytes"
        if got < len(m.bytes):
            raise OSError(errno.EFAULT, "fault")
    return allocations.fail_each(touch, m.fresh_open, True, REFUSALS)


def cow(m):
    """Private pages, written by the kernel."""
    zero = os.open("/dev/zero", os.O_RDONLY)

    def write():
        with m.map(flags=mmap.MAP_PRIVATE) as view, \
                memoryview(view)[1000:HUGE_BYTES + 1000] as part:
            if os.readv(zero, [part]) < len(part):
                raise OSError(errno.EFAULT, "fault")
            assert view[:1000] == m.bytes[:1000], "wrong bytes"
    return allocations.fail_each(write, m.fresh_open, True, REFUSALS)


def evict(m):
    def loaded():
        m.fresh_open()
        m.read()

    def let_go():
        os.posix_fadvise(m.fd, 0, 0, os.POSIX_FADV_DONTNEED)

    # Only workers allocate, and not always while it lasts.
    failed = bore = 0
    for _ in range(20):
        failed, bore = allocations.fail_each(let_go, loaded, True)
        if failed + bore:
            break
    return failed, bore


def repaired(m, page, damage, repair):
    """What is damaged, damage says so, is repaired without memory."""
    m.fresh_open()
    with m.map(prot=mmap.PROT_READ) as view:
        def damaged():
            wait_for(m.is_right)
            wait_for(m.all_huge)
            _ = view[page * mmap.PAGESIZE]
            start = address_of(f"{m.point}/model")
            try:
                paddr = pagemap.paddr_of(os.getpid(),
                                         start + page * mmap.PAGESIZE)
            except ValueError:  # the scrubber is still exchanging it
                return False
            return damage(paddr)

        def before():
            wait_for(damaged)
        return allocations.fail_each(repair, before, True, REFUSALS)


def heal(m, page=5):
    """An uncorrected error, handled by the kernel in this thread."""
    bad = []

    def note(paddr):
        bad.append(paddr)
        return True

    def fail_and_read():
        CORRUPT_PFN.write_text(hex(bad.pop() // mmap.PAGESIZE))
        m.read()
    return repaired(m, page, note, fail_and_read)


def heal_tail(m):
    """The same where pages are always small."""
    return heal(m, len(m.bytes) // mmap.PAGESIZE)


def scrub(m):
    """A bit that flipped, found by a worker."""
    def rate(mib_per_s):
        m.component("policy/scrub_mib_per_s").write_text(str(mib_per_s))

    def flip(paddr):
        rate(0)
        FLIP.write_text(hex(paddr))
        # Not if the scrubber was still at it: then it has been repaired.
        return not m.is_right()

    def find():
        rate(1000)
        wait_for(m.is_right)
    return repaired(m, 5, flip, find)


def main(what, source, point):
    m = Mount(source, point)
    allocations.slab_may_fail()
    allocations.pages_may_fail()
    allocations.only_below_modules()
    with allocations.only_logged(EXPECTED):
        try:
            failed, bore = globals()[what](m)
            m.fresh()
        finally:
            m.umount()
    print(f"{failed} refused, {bore} borne")
    assert failed + bore, "nothing was allocated"


if __name__ == "__main__":
    main(*sys.argv[1:])
