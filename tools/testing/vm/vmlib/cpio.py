# SPDX-License-Identifier: GPL-2.0
"""Writes the "newc" cpio archives that the kernel unpacks as its first root.

An ordinary user can make them, device nodes included, because nothing is read
from a file system's metadata.
"""

import stat


class Archive:
    """An archive in memory; bytes() gives it complete."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._next_inode = 1

    def directory(self, name: str) -> None:
        self._entry(name, stat.S_IFDIR | 0o755, b"")

    def file(self, name: str, data: bytes, mode: int = 0o644) -> None:
        self._entry(name, stat.S_IFREG | mode, data)

    def symlink(self, name: str, target: str) -> None:
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def char_device(self, name: str, major: int, minor: int) -> None:
        self._entry(name, stat.S_IFCHR | 0o600, b"", (major, minor))

    def __bytes__(self) -> bytes:
        trailer = Archive()
        trailer._entry("TRAILER!!!", 0, b"")
        return b"".join(self._parts + trailer._parts)

    def _entry(self, name: str, mode: int, data: bytes, device: tuple[int, int] = (0, 0)) -> None:
        path = name.encode() + b"\0"
        fields = (self._next_inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(path), 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields)
        self._next_inode += 1
        self._parts.append(_padded(header + path) + _padded(data))


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
