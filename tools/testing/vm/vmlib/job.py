# SPDX-License-Identifier: GPL-2.0
"""What one run asks of the guest, packed as an archive that follows the initramfs."""

import os
import secrets
import shlex
from dataclasses import dataclass, field

from .cpio import Archive
from .kernels import Kernel

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Job:
    """A command, where it runs and what is shared with it."""

    kernel: Kernel
    command: list[str]
    directory: str
    shares: list[str]
    has_disks: bool
    # Ends each output stream, so that the host knows it has all of it.
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    def archive(self) -> bytes:
        archive = Archive()
        archive.directory("vigil")
        archive.file("vigil/settings", self._settings().encode())
        archive.file("vigil/command", os.fsencode(self._command_script()), 0o755)
        archive.file("vigil/shares", os.fsencode("".join(f"{path}\n" for path in self.shares)))
        return bytes(archive)

    def _settings(self) -> str:
        settings = {
            "token": self.token,
            "modules_dir": self.kernel.modules_dir or "",
            "directory": self.directory,
            "has_disks": "1" if self.has_disks else "",
            # A tmpfs over /tmp would hide a checkout that lives there.
            "keep_tmp": "1" if (self.directory + "/").startswith("/tmp/") else "",
        }
        return "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())

    def _command_script(self) -> str:
        environment = {
            "PATH": f"{PATH}:/run/vigil",
            "HOME": "/root",
            "USER": "root",
            "LOGNAME": "root",
            "SHELL": "/bin/sh",
            "LANG": "C.UTF-8",
            "VIGIL_VM": "1",
            "VIGIL_VM_KERNEL": self.kernel.label,
        }
        words = [f"{name}={value}" for name, value in environment.items()] + self.command
        return (f"#!/bin/sh\ncd -- {shlex.quote(self.directory)} || exit 125\n"
                f"exec env -i -- {shlex.join(words)}\n")
