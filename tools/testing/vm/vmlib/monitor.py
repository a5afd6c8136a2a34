# SPDX-License-Identifier: GPL-2.0
"""Speaks QMP to QEMU's monitor, one command at a time."""

import json
import socket
from typing import Any

from . import VmError

REPLY_TIMEOUT_S = 60


class Monitor:
    """A QMP session over a connected socket."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(REPLY_TIMEOUT_S)
        self._connection = connection
        self._reader = connection.makefile("r", encoding="utf-8")
        self._negotiated = False

    def human(self, command: str) -> str:
        """Run a command of the human monitor and return its text."""
        return self._execute("human-monitor-command", {"command-line": command})

    def quit(self) -> None:
        self._execute("quit", {})

    def _execute(self, command: str, arguments: dict[str, Any]) -> Any:
        if not self._negotiated:
            self._negotiated = True
            self._execute("qmp_capabilities", {})
        request = json.dumps({"execute": command, "arguments": arguments})
        try:
            self._connection.sendall(request.encode() + b"\n")
            return self._reply()
        except (OSError, ValueError) as error:
            raise VmError(f"QEMU's monitor does not answer '{command}': {error}") from error

    def _reply(self) -> Any:
        for line in self._reader:
            message = json.loads(line)
            if "error" in message:
                raise VmError(f"QEMU's monitor: {message['error']['desc']}")
            if "return" in message:
                return message["return"]
        raise VmError("QEMU closed its monitor")
