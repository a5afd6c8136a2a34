# SPDX-License-Identifier: GPL-2.0
"""Builds and caches the initramfs that mounts the host's files as root.

The cached part depends on the kernel, busybox and the guest scripts only; what
belongs to one run travels in a second archive appended to it (see job.py).
"""

import lzma
import os
import shutil

from . import VmError, cpio
from .cache import kept
from .kernels import Kernel

VM_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GUEST_DIR = os.path.join(VM_DIR, "guest")
MODULES = ("virtio_pci", "virtio_console", "9p", "9pnet_virtio", "overlay")


def initramfs_for(kernel: Kernel) -> bytes:
    """The initramfs of a kernel, from the cache or built now."""
    busybox = _find_busybox()
    modules = _module_files(kernel)
    guest = [os.path.join(GUEST_DIR, name) for name in sorted(os.listdir(GUEST_DIR))]
    inputs = [busybox, *modules, *guest, __file__, cpio.__file__]
    path = kept("initramfs", f"{kernel.release}.cpio", inputs,
                lambda: _build(busybox, modules, guest))
    return _read(path)


def _find_busybox() -> str:
    path = shutil.which("busybox", path="/usr/bin:/bin")
    if not path:
        raise VmError("busybox is missing; install the package busybox-static")
    return path


def _module_files(kernel: Kernel) -> list[str]:
    """MODULES and what they depend on, in the order of loading; built-in ones left out."""
    if not kernel.modules_dir:
        return []
    depends: dict[str, list[str]] = {}
    paths: dict[str, str] = {}
    with open(os.path.join(kernel.modules_dir, "modules.dep"), encoding="utf-8") as file:
        for line in file:
            path, _, needs = line.partition(":")
            depends[path] = needs.split()
            paths[os.path.basename(path).split(".")[0]] = path
    wanted: list[str] = []
    for name in MODULES:
        if name in paths:
            # modules.dep lists dependencies with the deepest one last.
            wanted += [*reversed(depends[paths[name]]), paths[name]]
    return [os.path.join(kernel.modules_dir, path) for path in dict.fromkeys(wanted)]


def _build(busybox: str, modules: list[str], guest: list[str]) -> bytes:
    archive = cpio.Archive()
    for name in ("bin", "dev", "modules", "vigil"):
        archive.directory(name)
    # The kernel opens this for init's output before anything is mounted.
    archive.char_device("dev/console", 5, 1)
    archive.file("bin/busybox", _read(busybox), 0o755)
    for number, path in enumerate(modules):
        archive.file(f"modules/{number:02}.ko", _read(path))
    for path in guest:
        archive.file(f"vigil/{os.path.basename(path)}", _read(path), 0o755)
    archive.symlink("init", "vigil/early-init")
    return bytes(archive)


def _read(path: str) -> bytes:
    opener = lzma.open if path.endswith(".xz") else open
    with opener(path, "rb") as file:
        return file.read()
