# SPDX-License-Identifier: GPL-2.0
"""Finds the kernel that -k names: its image, its release and its modules."""

import glob
import os
import re
import struct
import subprocess
from dataclasses import dataclass
from typing import Optional

from . import VmError

DEBIAN_SERIES = ("6.1", "6.12")
DEBUG_KERNEL = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                            "debug-kernel")


@dataclass(frozen=True)
class Kernel:
    """A bootable kernel; modules_dir is None when everything needed is built in."""

    label: str
    image: str
    release: str
    modules_dir: Optional[str]


def find_kernel(spec: str) -> Kernel:
    """Turn the argument of -k into a kernel, or raise VmError with what to do."""
    if spec in DEBIAN_SERIES:
        return _debian_kernel(spec)
    if spec == "debug":
        return _debug_kernel()
    if "/" in spec or os.path.exists(spec):
        return _image_kernel(spec)
    known = ", ".join(DEBIAN_SERIES)
    raise VmError(f"unknown kernel '{spec}': expected {known}, debug or the path of an image")


def _debian_kernel(series: str) -> Kernel:
    # "6.1" must not match 6.12: what follows the series is a dot.
    images = glob.glob(f"/boot/vmlinuz-{series}.*-amd64")
    if not images:
        raise VmError(f"no Debian kernel {series} under /boot; install the package "
                      f"linux-image-amd64 that provides {series}")
    image = max(images, key=_version_key)
    release = os.path.basename(image).removeprefix("vmlinuz-")
    return _checked(Kernel(series, image, release, f"/lib/modules/{release}"))


def _version_key(path: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path)]


def _debug_kernel() -> Kernel:
    def ask(what: str) -> str:
        result = subprocess.run([DEBUG_KERNEL, "path", what], stdout=subprocess.PIPE, text=True,
                                check=False)
        if result.returncode:
            raise VmError(f"the debug kernel is not built; run {DEBUG_KERNEL} build")
        return result.stdout.strip()

    image = ask("image")
    return _checked(Kernel("debug", image, _release_of(image), ask("modules")))


def _image_kernel(path: str) -> Kernel:
    image = os.path.abspath(path)
    if not os.path.isfile(image):
        raise VmError(f"no such kernel image: {path}")
    release = _release_of(image)
    modules = f"/lib/modules/{release}"
    kernel = Kernel(release, image, release, modules if os.path.isdir(modules) else None)
    return _checked(kernel)


def _checked(kernel: Kernel) -> Kernel:
    if not os.access(kernel.image, os.R_OK):
        raise VmError(f"cannot read {kernel.image}: make it readable (chmod a+r) or give a "
                      "readable copy with -k PATH")
    if kernel.modules_dir and not os.path.isdir(kernel.modules_dir):
        raise VmError(f"no modules for {kernel.image}: {kernel.modules_dir} is missing")
    return kernel


def _release_of(image: str) -> str:
    """The release string inside a bzImage (boot protocol 2.00) or an ELF vmlinux."""
    try:
        with open(image, "rb") as file:
            data = file.read()
    except OSError as error:
        raise VmError(f"cannot read {image}: {error.strerror}") from error
    if data[0x202:0x206] == b"HdrS":
        offset = struct.unpack_from("<H", data, 0x20E)[0] + 0x200
        text = data[offset:offset + 128]
    elif data[:4] == b"\x7fELF":
        offset = data.find(b"Linux version ")
        text = data[offset + 14:offset + 128] if offset >= 0 else b""
    else:
        raise VmError(f"{image} is neither a bzImage nor an ELF kernel")
    words = text.split(b"\0")[0].split()
    if not words:
        raise VmError(f"cannot find the release string of {image}")
    return words[0].decode("ascii", "replace")
