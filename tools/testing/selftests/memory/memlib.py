# SPDX-License-Identifier: GPL-2.0
"""What the selftests of memory errors share: module, pages, errors, counters."""

import atexit
import ctypes
import mmap
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "../core")]

import corelib  # noqa: E402  pylint: disable=wrong-import-position
import pagemap  # noqa: E402  pylint: disable=wrong-import-position

V = corelib.V
PAGE = pagemap.PAGE_SIZE
PREDICT = os.path.join(corelib.MODULES, "predict/vigil_predict.ko")
MODULE = os.path.join(corelib.MODULES, "memory/vigil_memory.ko")
# Emulated machines on a busy host take their time.
PATIENCE_S = 60
MADV_NOHUGEPAGE = 15
# To wait for all banks of all CPUs takes long in an emulated machine.
ONE_BANK = ("--cpu", "0", "--bank", "4")
# Page frames that tests have isolated, and perhaps not released.
HELD = []


def insert(**parameters):
    corelib.run("insmod", MODULE, *(f"{k}={v}" for k, v in parameters.items()))


def release_all():
    """So that a test that failed does not keep the module."""
    for paddr, nid in HELD:
        try:
            release(paddr, "end of test", nid)
        except OSError:
            pass


def load(**parameters):
    """vigil_memory afresh, unloaded at the end."""
    if os.geteuid():
        corelib.skip_all("needs root")
    if not os.path.exists(MODULE):
        corelib.skip_all("no vigil_memory.ko")
    corelib.unload("vigil_memory")
    if not corelib.loaded("vigil"):
        corelib.run("insmod", os.path.join(corelib.MODULES, "core/vigil.ko"))
        atexit.register(corelib.unload, "vigil")
    if not corelib.loaded("vigil_predict"):
        corelib.run("insmod", PREDICT)
        atexit.register(corelib.unload, "vigil_predict")
    atexit.register(corelib.unload, "vigil_memory")
    atexit.register(release_all)
    insert(**parameters)


def reload():
    corelib.unload("vigil_memory")
    insert()


def need_hardware():
    """Machine checks come from the runner of the virtual machine."""
    if not shutil.which("vm-hw"):
        corelib.skip_all("needs vm-hw, the virtual machine's hardware")


def cec_collects():
    """Does RAS_CEC take charge of corrected errors on this kernel?"""
    if "ras=cec_disable" in corelib.read("/proc/cmdline"):
        return False
    config = f"/boot/config-{os.uname().release}"
    return os.path.exists(config) and "CONFIG_RAS_CEC=y" in corelib.read(config)


def need_no_cec():
    if cec_collects():
        corelib.skip_all("RAS_CEC takes the errors; boot with ras=cec_disable")


def node_path(file, nid=0):
    return f"{corelib.SYSFS}/memory-{nid}/{file}"


def fact(name, nid=0):
    return corelib.read(node_path(name, nid))


def counter(name):
    return int(fact(f"counters/{name}"))


def set_policy(name, value):
    corelib.write(node_path(f"policy/{name}"), str(value))


def isolate(paddr, reason="selftest", nid=0):
    HELD.append((paddr, nid))
    corelib.write(node_path("isolate", nid), f"{paddr:#x} {reason}")


def release(paddr, reason="selftest", nid=0):
    corelib.write(node_path("release", nid), f"{paddr:#x} {reason}")


def operation(sock, cmd, paddr=None, dry_run=False, nid=0):
    """A verb over netlink; returns the operation when it has ended."""
    reply = sock.do(cmd, corelib.verb_body(f"memory-{nid}", "selftest",
                                           dry_run, paddr))
    number = reply.number(V.VIGIL_A_OPERATION_ID)
    ended = [reply]

    def has_ended():
        if number:
            ended[0] = corelib.get_operation(sock, number)
        return (ended[0].number(V.VIGIL_A_OPERATION_STATE) !=
                V.VIGIL_OP_STATE_PENDING)

    assert corelib.wait_for(PATIENCE_S, has_ended)
    return ended[0]


def corrected(paddr, count=1):
    corelib.run("vm-hw", "mce-ce", f"{paddr:#x}", "--count", str(count),
                *ONE_BANK)


def uncorrected(paddr):
    corelib.run("vm-hw", "mce-ue", f"{paddr:#x}")


def without_address():
    """A corrected error whose address is not valid."""
    corelib.run("vm-hw", "hmp", "mce 0 9 0x8800004000010090 0 0 0")


def storm(paddr, count):
    """Errors in the background; wait() for it."""
    return subprocess.Popen(["vm-hw", "mce-ce", f"{paddr:#x}", "--count",
                             str(count)], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def poisoned(paddr):
    return "hwpoison" in pagemap.flags_of(paddr)


def expect(condition, seconds=PATIENCE_S):
    assert corelib.wait_for(seconds, condition)


def expect_count(name, value):
    """The counter arrives at the value and goes no further."""
    corelib.wait_for(PATIENCE_S, lambda: counter(name) >= value)
    assert counter(name) == value, f"{name} is {counter(name)}, not {value}"


def expect_fact(name, value, nid=0):
    corelib.wait_for(PATIENCE_S, lambda: fact(name, nid) == value)
    assert fact(name, nid) == value, f"{name} is {fact(name, nid)}, not {value}"


class Pages:
    """Private memory of this process, each page with its own content."""

    def __init__(self, count):
        self.count = count
        self.map = mmap.mmap(-1, count * PAGE,
                             flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.map.madvise(MADV_NOHUGEPAGE)
        for index in range(count):
            self.map[index * PAGE:(index + 1) * PAGE] = self._content(index)
        self.start = ctypes.addressof(ctypes.c_char.from_buffer(self.map))

    @staticmethod
    def _content(index):
        return f"page {index:9}\n".encode() * (PAGE // 15) + \
            bytes(PAGE % 15)

    def paddr(self, index):
        return pagemap.paddr_of(os.getpid(), self.start + index * PAGE)

    def intact(self, index):
        return (self.map[index * PAGE:(index + 1) * PAGE] ==
                self._content(index))

    def moved(self, index, paddr):
        """Is the page elsewhere than it was? Touching it brings it back."""
        return self.intact(index) and self.paddr(index) != paddr


class Blocks(Pages):
    """Enough memory that some pageblocks are ours alone: frames there can be
    held, which others on the list of what moves badly can't prevent."""

    SIZE = 2 << 20

    def __init__(self, mib=48):
        super().__init__((mib << 20) // PAGE)
        self.next_block = 0
        frames = {}
        for index in range(self.count):
            paddr = self.paddr(index)
            frames.setdefault(paddr // self.SIZE, []).append(index)
        self.whole = [indices for indices in frames.values()
                      if len(indices) == self.SIZE // PAGE]

    def fresh(self):
        """A page in a block that no test has touched yet."""
        assert self.next_block < len(self.whole), "no pageblock is ours alone"
        indices = self.whole[self.next_block]
        self.next_block += 1
        return indices[len(indices) // 2 + 1]


def free_frame():
    """The physical address of a frame that nobody uses, from the middle."""
    frames = os.sysconf("SC_PHYS_PAGES")
    with open("/proc/kpageflags", "rb", buffering=0) as flags:
        for pfn in range(frames * 3 // 4, frames // 4, -1):
            entry = os.pread(flags.fileno(), 8, pfn * 8)
            if int.from_bytes(entry, sys.byteorder) >> 10 & 1:
                return pfn * PAGE
    raise AssertionError("no free frame")


def kernel_code():
    """A physical address inside the kernel's code."""
    found = re.search(r"^\s*([0-9a-f]+)-[0-9a-f]+ : Kernel code$",
                      corelib.read("/proc/iomem"), re.M)
    return int(found[1], 16) + 16 * PAGE


def beyond_memory():
    """A physical address that the processor has, and no memory."""
    return 1 << 39


def events(sock, kind):
    """How many times something happened, by the notifications until now."""
    return sum(message.number(V.VIGIL_A_EVENT_COUNT)
               for message in corelib.notifications(sock, 1)
               if message.cmd == V.VIGIL_CMD_EVENT_NTF and
               message.number(V.VIGIL_A_EVENT_KIND) == kind)


def refused(error, function, *args):
    corelib.refused(error, function, *args)
