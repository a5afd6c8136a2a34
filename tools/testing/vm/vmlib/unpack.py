# SPDX-License-Identifier: GPL-2.0
"""Unpacks a kernel on the host: the emulated processor takes seconds of every boot for xz."""

import lzma
import struct

from . import VmError
from .cache import kept
from .kernels import Kernel

XZ_MAGIC = b"\xfd7zXZ\0"


def quick_image(kernel: Kernel) -> str:
    """The path of an image that boots fastest: unpacked, where QEMU can start it like that."""
    if not _has_pvh_entry(kernel) or not _payload(kernel.image).startswith(XZ_MAGIC):
        return kernel.image
    return kept("image", kernel.release, [kernel.image], lambda: _unpack(kernel.image))


def _unpack(image: str) -> bytes:
    decompressor = lzma.LZMADecompressor()
    try:
        data = decompressor.decompress(_payload(image))
    except lzma.LZMAError as error:
        raise VmError(f"{image} cannot be unpacked: {error}") from error
    if not decompressor.eof:
        raise VmError(f"{image} is cut off")
    return data


def _has_pvh_entry(kernel: Kernel) -> bool:
    """Whether QEMU can start it as an ELF file."""
    try:
        with open(f"/boot/config-{kernel.release}", encoding="utf-8") as file:
            return "CONFIG_PVH=y\n" in file
    except FileNotFoundError:
        return False


def _payload(image: str) -> bytes:
    """The compressed kernel in a bzImage, with four bytes of its size behind it; or nothing.

    From Documentation/arch/x86/boot.rst: setup_sects at 0x1f1, and since protocol 2.08
    payload_offset and payload_length at 0x248, counted from the end of these sectors.
    """
    with open(image, "rb") as file:
        header = file.read(0x250)
        if len(header) < 0x250 or header[0x202:0x206] != b"HdrS":
            return b""
        (protocol,) = struct.unpack_from("<H", header, 0x206)
        if protocol < 0x208:
            return b""
        offset, length = struct.unpack_from("<II", header, 0x248)
        file.seek(((header[0x1F1] or 4) + 1) * 512 + offset)
        return file.read(length)
