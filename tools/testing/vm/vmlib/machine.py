# SPDX-License-Identifier: GPL-2.0
"""The virtual machine as a QEMU command line."""

import os
import re
import shutil
from dataclasses import dataclass

from . import VmError

QEMU = "qemu-system-x86_64"
# QEMU delivers machine checks only to a processor that Linux knows to have them. It
# executes (and counts) a string instruction once for each unit that it moves: without
# erms the kernel and the C library move words, not bytes, and most tests take a third.
CPU_MODEL = "max,vendor=GenuineIntel,family=6,model=85,stepping=7,erms=off"
# The watchdogs' limits are raised because the guest's CPUs share the host's with
# other work. QEMU translates code anew for each address it runs at: with random ones
# a program takes twice as long to start. After a storm Linux waits for interrupts about
# corrected errors, which QEMU does not raise: no_cmci has it poll always. The rest saves
# boot time or makes failures end the run.
KERNEL_ARGS = (
    "console=ttyS0 panic=-1 oops=panic nokaslr norandmaps mitigations=off audit=0 apparmor=0 "
    "cryptomgr.notests tsc=reliable no_timer_check random.trust_cpu=on "
    "watchdog_thresh=30 rcupdate.rcu_cpu_stall_timeout=60 "
    "workqueue.watchdog_thresh=60 sysctl.kernel.hung_task_timeout_secs=120 "
    "mce=no_cmci"
)
# With --icount the guest's clock runs ahead of the host's disks.
ICOUNT_ARGS = "sysctl.kernel.hung_task_timeout_secs=0"
PORTS = ("out", "err", "control", "hw")
_SIZES = {"": 20, "M": 20, "G": 30}


@dataclass(frozen=True)
class Machine:
    """What the options of a run say about the machine."""

    image: str
    cpus: int
    spare_cpus: int
    mem_bytes: int
    nodes: int
    disks: list[str]
    shares: list[str]
    devices: list[str]
    append: str
    one_thread: bool
    icount: bool


def parse_size(text: str) -> int:
    """Bytes of "2G", "512M" or "512"."""
    match = re.fullmatch(r"(\d+)([MG]?)", text)
    if not match or not int(match[1]):
        raise VmError(f"bad memory size '{text}': expected a number of MiB, or <n>M or <n>G")
    return int(match[1]) << _SIZES[match[2]]


def find_qemu() -> str:
    path = shutil.which(QEMU)
    if not path:
        raise VmError(f"{QEMU} is missing; install the package qemu-system-x86")
    return path


def qemu_command(machine: Machine, initrd: str, log: str, sockets: dict[str, int]) -> list[str]:
    """The command line; sockets are inherited descriptors of the ports and the monitor."""
    command = [
        find_qemu(), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-machine", "q35,sata=off,smbus=off,vmport=off,smm=off",
        "-cpu", CPU_MODEL,
        "-kernel", machine.image, "-initrd", initrd,
        "-append", " ".join([KERNEL_ARGS, *([ICOUNT_ARGS] if machine.icount else []),
                             machine.append]).strip(),
        "-serial", f"file:{_escape(log)}",
        "-chardev", f"socket,id=monitor,fd={sockets['monitor']}",
        "-mon", "chardev=monitor,mode=control",
    ]
    return (command + _accelerator(machine) + _memory(machine) + _ports(sockets)
            + _filesystems(machine) + _disks(machine) + _devices(machine))


def _accelerator(machine: Machine) -> list[str]:
    if machine.icount:
        # One thread, a clock made of instructions and a fixed date: runs repeat.
        return ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off",
                "-rtc", "base=2024-01-01,clock=vm"]
    return ["-accel", f"tcg,thread={'single' if machine.one_thread else 'multi'}"]


def _memory(machine: Machine) -> list[str]:
    nodes, cpus, mebibytes = machine.nodes, machine.cpus, machine.mem_bytes >> 20
    if cpus % nodes or mebibytes % nodes:
        raise VmError(f"{cpus} CPUs and {mebibytes} MiB cannot be split evenly over {nodes} nodes")
    sockets = nodes + machine.spare_cpus  # of which those of spare ones are empty
    arguments = ["-smp", f"cpus={cpus},sockets={sockets},cores={cpus // nodes},threads=1"
                         f",maxcpus={cpus // nodes * sockets}",
                 "-m", f"{mebibytes}M"]
    for node in range(nodes if nodes > 1 else 0):
        first = node * (cpus // nodes)
        last = first + cpus // nodes - 1
        arguments += [
            "-object", f"memory-backend-ram,id=ram{node},size={mebibytes // nodes}M",
            "-numa", f"node,nodeid={node},cpus={first}-{last},memdev=ram{node}",
        ]
    return arguments


def _ports(sockets: dict[str, int]) -> list[str]:
    arguments = ["-device", "virtio-serial-pci"]
    for name in PORTS:
        arguments += ["-chardev", f"socket,id={name},fd={sockets[name]}",
                      "-device", f"virtserialport,chardev={name},name=vigil.{name}"]
    return arguments


def _filesystems(machine: Machine) -> list[str]:
    options = "security_model=none,multidevs=remap"
    arguments = ["-virtfs", f"local,path=/,mount_tag=root,readonly=on,{options}"]
    for number, path in enumerate(machine.shares):
        arguments += ["-virtfs", f"local,path={_escape(path)},mount_tag=share{number},{options}"]
    return arguments


def _disks(machine: Machine) -> list[str]:
    arguments = []
    for number, path in enumerate(machine.disks):
        arguments += [
            "-drive", f"file={_escape(path)},if=none,id=disk{number},format=raw,snapshot=on",
            "-device", f"virtio-blk-pci,drive=disk{number},serial=disk{number}",
        ]
    return arguments


def _devices(machine: Machine) -> list[str]:
    arguments = []
    for port in ("rp0", "rp1"):
        arguments += ["-device", f"pcie-root-port,id={port},chassis={port[2]}"]
    for device in machine.devices:
        arguments += ["-device", device]
    return arguments


def _escape(path: str) -> str:
    """QEMU ends an option's value at a comma unless it is doubled."""
    return os.path.abspath(path).replace(",", ",,")
