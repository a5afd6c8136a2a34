#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append intel_iommu=on --device intel-iommu --device e1000e,bus=rp0 --device pcie-root-port,id=rp2,chassis=2 --device nvme-subsys,id=subsys0 --device nvme,serial=pf,subsys=subsys0,sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=2 --one-thread
# kernels: 6.1 6.12, the debug kernel lacks what is guarded
"""What speaks against taking a function out of use: disks, routes, guests."""

import contextlib
import fcntl
import os
import struct

import pcilib
from pcilib import (ISOLATE, RELEASE, V, corelib, do, driver_of, findings, guards, refused,
                    run, wait_for, write)

MOUNTED = V.VIGIL_GUARD_MOUNTED
ROUTE = V.VIGIL_GUARD_DEFAULT_ROUTE
NIC = PORT = DISK = None
MOUNT_POINT = "/run/vigil-pci"


def mounted():
    """A mounted disk is guarded, by name, and so is a partition of one"""
    assert guards(DISK) == set()
    run("mkfs.ext4", "-q", "/dev/vda1")
    os.makedirs(MOUNT_POINT, exist_ok=True)
    run("mount", "/dev/vda1", MOUNT_POINT)
    try:
        assert guards(DISK) == {MOUNTED}
        assert (MOUNTED, "a mounted file system is on vda1") in findings(DISK)
        refused("EACCES", ISOLATE, DISK, text="guard mounted: a mounted file system is on vda1")
        refused("EACCES", ISOLATE, DISK, override=[ROUTE])
        assert driver_of(DISK) == "virtio-pci"
    finally:
        run("umount", MOUNT_POINT)
    assert guards(DISK) == set()


def boot():
    """A disk that /boot is on is the root device"""
    run("mount", "/dev/vda1", "/boot")
    try:
        assert guards(DISK) == {MOUNTED, V.VIGIL_GUARD_ROOT_DEVICE}, findings(DISK)
        assert (V.VIGIL_GUARD_ROOT_DEVICE, "/boot is on vda1") in findings(DISK)
        refused("EACCES", ISOLATE, DISK, override=[MOUNTED], text="root-device")
    finally:
        run("umount", "/boot")


def swap():
    """Swap space is guarded"""
    run("mkswap", "/dev/vda2")
    run("swapon", "/dev/vda2")
    try:
        assert guards(DISK) == {V.VIGIL_GUARD_SWAP}, findings(DISK)
        assert (V.VIGIL_GUARD_SWAP, "vda2 is swap space") in findings(DISK)
    finally:
        run("swapoff", "/dev/vda2")


def held():
    """A disk that a program holds for itself is guarded"""
    fd = os.open("/dev/vda2", os.O_RDONLY | os.O_EXCL)
    try:
        assert guards(DISK) == {MOUNTED}, findings(DISK)
    finally:
        os.close(fd)


def volume():
    """A file system on a volume is guarded, a volume that nobody uses is told"""
    if not os.path.exists("/usr/sbin/dmsetup") and not os.path.exists("/sbin/dmsetup"):
        print("# no dmsetup, volumes are not tested")
        return
    run("modprobe", "dm-mod", check=False)
    run("dmsetup", "create", "--noudevsync", "vigil", "--table", "0 16384 linear /dev/vda1 0")
    try:
        assert guards(DISK) == set(), findings(DISK)
        assert any("volume" in text for _, text in findings(DISK)), findings(DISK)
        minor = run("dmsetup", "info", "-c", "--noheadings", "-o", "minor", "vigil")
        node = f"/dev/dm-{minor.stdout.strip()}"
        run("mkfs.ext4", "-q", "-F", node)
        run("mount", node, MOUNT_POINT)
        assert guards(DISK) == {MOUNTED}, findings(DISK)
        assert (MOUNTED, f"a mounted file system is on {node[5:]}") in findings(DISK)
    finally:
        run("umount", MOUNT_POINT, check=False)
        run("dmsetup", "remove", "--noudevsync", "vigil")


def overridden():
    """An override by name goes through, and release is never guarded"""
    fd = os.open("/dev/vda2", os.O_RDONLY | os.O_EXCL)
    try:
        do(ISOLATE, DISK, override=[MOUNTED])
        assert driver_of(DISK) is None
    finally:
        os.close(fd)
    do(RELEASE, DISK)
    assert driver_of(DISK) == "virtio-pci"
    assert wait_for(60, lambda: os.path.exists("/dev/vda2"))


def nvme_subsystem():
    """A disk of an NVMe subsystem is seen below each of its controllers"""
    pcilib.hmp("drive_add 0 if=none,id=shared,driver=null-co,size=64M,read-zeroes=on")
    pcilib.hmp("device_add nvme,serial=shared,drive=shared,bus=rp2,id=shared")
    assert wait_for(60, lambda: len(pcilib.functions("nvme")) == 2), pcilib.functions("nvme")
    drive = pcilib.functions("nvme")[-1]
    assert wait_for(60, lambda: pcilib.is_component(drive))
    assert wait_for(60, lambda: any("n1 is" in text for _, text in findings(drive))), \
        findings(drive)
    disk = next(text.split()[0] for _, text in findings(drive) if "n1 is" in text)
    fd = os.open(f"/dev/{disk}", os.O_RDONLY | os.O_EXCL)
    try:
        assert guards(drive) == {MOUNTED}, findings(drive)
    finally:
        os.close(fd)


def default_route():
    """A default route is guarded: on the device, or on something on top of it"""
    name = pcilib.netdev(NIC)
    assert guards(NIC) == set()
    run("ip", "link", "set", name, "up")
    run("ip", "addr", "add", "10.9.0.2/24", "dev", name)
    assert guards(NIC) == set(), "a route to a network is no default route"
    run("ip", "route", "add", "default", "via", "10.9.0.1", "dev", name, "onlink")
    assert guards(NIC) == {ROUTE}
    assert (ROUTE, f"the default route of IPv4 goes through {name}") in findings(NIC)
    assert guards(PORT) == {ROUTE}, "what is below the port"
    refused("EACCES", ISOLATE, NIC, text="guard default-route")
    run("ip", "route", "del", "default")
    assert guards(NIC) == set()


def default_route_above():
    """On a VLAN, in another table, with several next hops"""
    name = pcilib.netdev(NIC)
    run("modprobe", "8021q", check=False)
    run("ip", "link", "add", "link", name, "name", "vigil7", "type", "vlan", "id", "7")
    run("ip", "addr", "add", "10.9.7.2/24", "dev", "vigil7")
    run("ip", "link", "set", "vigil7", "up")
    run("ip", "link", "add", "vigilv", "type", "veth", "peer", "name", "vigilw")
    run("ip", "link", "set", "vigilv", "up")
    run("ip", "route", "add", "default", "table", "77",
        "nexthop", "via", "10.9.8.1", "dev", "vigilv", "onlink",
        "nexthop", "via", "10.9.7.1", "dev", "vigil7", "onlink")
    assert (ROUTE, "the default route of IPv4 goes through vigil7") in findings(NIC)
    run("ip", "link", "del", "vigilv")
    run("ip", "link", "del", "vigil7")
    assert guards(NIC) == set(), findings(NIC)


def default_route_v6():
    """And of IPv6"""
    name = pcilib.netdev(NIC)
    run("ip", "addr", "add", "fd00::2/64", "dev", name, "nodad")
    run("ip", "-6", "route", "add", "default", "via", "fd00::1", "dev", name, "onlink")
    assert (ROUTE, f"the default route of IPv6 goes through {name}") in findings(NIC)
    run("ip", "-6", "route", "del", "default", "dev", name)
    assert guards(NIC) == set(), findings(NIC)


def namespace():
    """A default route in another network namespace"""
    name = pcilib.netdev(NIC)
    run("ip", "netns", "add", "vigil")
    inside = ["ip", "-n", "vigil"]
    try:
        run("ip", "link", "set", name, "netns", "vigil")
        run(*inside, "link", "set", name, "up")
        run(*inside, "addr", "add", "10.9.0.2/24", "dev", name)
        run(*inside, "route", "add", "default", "via", "10.9.0.1", "dev", name, "onlink")
        assert guards(NIC) == {ROUTE}, findings(NIC)
        do(ISOLATE, NIC, override=[ROUTE])
        do(RELEASE, NIC)
    finally:
        run("ip", "netns", "del", "vigil")


def virtual_functions():
    """A physical function with virtual ones is guarded"""
    drive = next((f for f in pcilib.functions("nvme")
                  if os.path.exists(f"{pcilib.DEVICES}/{f}/sriov_numvfs")), None)
    assert drive, "no drive with virtual functions"
    assert guards(drive) == set(), findings(drive)
    write(f"{pcilib.DEVICES}/{drive}/sriov_numvfs", "2")
    try:
        assert guards(drive) == {V.VIGIL_GUARD_VIRTUAL_FUNCTIONS}, findings(drive)
        assert (V.VIGIL_GUARD_VIRTUAL_FUNCTIONS,
                f"{drive} has 2 virtual functions") in findings(drive)
    finally:
        write(f"{pcilib.DEVICES}/{drive}/sriov_numvfs", "0")


@contextlib.contextmanager
def driven_by(driver):
    """The NIC, with a driver that it does not choose itself."""
    run("modprobe", driver)
    write(f"{pcilib.DEVICES}/{NIC}/driver_override", driver)
    write(f"/sys/bus/pci/drivers/{driver_of(NIC)}/unbind", NIC)
    pcilib.becomes(NIC, "isolation", "isolated")
    write("/sys/bus/pci/drivers_probe", NIC)
    assert driver_of(NIC) == driver
    try:
        pcilib.becomes(NIC, "isolation", "none")
        yield
    finally:
        write(f"{pcilib.DEVICES}/{NIC}/driver_override", "\n")
        write(f"/sys/bus/pci/drivers/{driver}/unbind", NIC)
        write("/sys/bus/pci/drivers_probe", NIC)


def user_space():
    """A function that a program in user space drives is guarded"""
    with driven_by("uio_pci_generic"):
        assert guards(NIC) == {V.VIGIL_GUARD_VFIO}, findings(NIC)


VFIO_SET_IOMMU, VFIO_GROUP_SET_CONTAINER, VFIO_GROUP_GET_DEVICE_FD = 0x3b66, 0x3b68, 0x3b6a
VFIO_TYPE1_IOMMU = 1


def guest():
    """So is one that a virtual machine holds"""
    with driven_by("vfio-pci"):
        group = os.path.basename(os.readlink(f"{pcilib.DEVICES}/{NIC}/iommu_group"))
        with open("/dev/vfio/vfio", "rb+", buffering=0) as container, \
             open(f"/dev/vfio/{group}", "rb+", buffering=0) as member:
            fcntl.ioctl(member, VFIO_GROUP_SET_CONTAINER, struct.pack("=i", container.fileno()))
            fcntl.ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU)
            device = fcntl.ioctl(member, VFIO_GROUP_GET_DEVICE_FD,
                                 bytearray(NIC.encode() + b"\0"))
            try:
                assert guards(NIC) == {V.VIGIL_GUARD_VFIO}, findings(NIC)
                refused("EACCES", ISOLATE, NIC, text="guard vfio")
            finally:
                os.close(device)


BLKRRPART = 0x125f


def partition(disk, *mebibytes):
    """Give a disk partitions of these sizes."""
    table, first = b"", 2048
    for size in mebibytes:
        table += struct.pack("=B3sB3sII", 0, b"", 0x83, b"", first, size * 2048)
        first += size * 2048
    fd = os.open(disk, os.O_RDWR)
    try:
        os.pwrite(fd, (bytes(446) + table).ljust(510, b"\0") + b"\x55\xaa", 0)
        os.fsync(fd)
        fcntl.ioctl(fd, BLKRRPART)
    finally:
        os.close(fd)


def prepare():
    global NIC, PORT, DISK    # pylint: disable=global-statement
    pcilib.load()
    nics = pcilib.functions("e1000e")
    if not nics:
        corelib.skip_all("no e1000e")
    NIC, PORT = nics[0], pcilib.port_of(nics[0])
    # What is written stays until the end, in a snapshot of nothing.
    pcilib.hmp("drive_add 0 if=none,id=disk,driver=null-co,size=64M,read-zeroes=on,snapshot=on")
    pcilib.hmp("device_add virtio-blk-pci,drive=disk,bus=rp1")
    assert wait_for(60, lambda: os.path.exists("/dev/vda")), "no disk"
    DISK = next(f for f in pcilib.functions("virtio-pci")
                if f in os.path.realpath("/sys/block/vda"))
    partition("/dev/vda", 32, 16)
    assert wait_for(60, lambda: os.path.exists("/dev/vda2"))


corelib.main([mounted, boot, swap, held, volume, overridden, nvme_subsystem, default_route,
              default_route_above, default_route_v6, namespace, virtual_functions, user_space,
              guest], prepare)
