# SPDX-License-Identifier: GPL-2.0
"""Runs QEMU, relays what the guest prints and collects what it reports."""

import ctypes
import os
import select
import selectors
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import Callable, Optional

from . import VmError
from .hwchannel import HardwareChannel
from .machine import PORTS, Machine, qemu_command
from .monitor import Monitor

PR_SET_PDEATHSIG = 1
# For output still in flight after the guest's verdict, and for QEMU to end.
DRAIN_S = 10


@dataclass
class Report:
    """What is known of a run; complete only when the guest had the last word."""

    begun: bool = False
    exit_status: Optional[int] = None
    taint: int = 0
    leaks: list[str] = field(default_factory=list)
    guest_error: str = ""
    complete: bool = False
    timed_out: bool = False
    injected_mce: bool = False
    emulator_signal: int = 0  # what QEMU itself died of


class OutputStream:
    """Copies a port to a descriptor up to the token that ends it."""

    def __init__(self, descriptor: int, token: bytes) -> None:
        self._descriptor = descriptor
        self._token = token
        self._held = b""
        self.finished = False

    def feed(self, data: bytes) -> None:
        if self.finished:
            return
        self._held += data
        end = self._held.find(self._token)
        if end >= 0:
            self.finished = True
            self._write(self._held[:end])
            return
        keep = self._partial_token()
        self._write(self._held[:len(self._held) - keep])
        self._held = self._held[len(self._held) - keep:]

    def flush(self) -> None:
        """Write what was held back, when no token will come any more."""
        if not self.finished:
            self._write(self._held)
            self._held = b""

    def _partial_token(self) -> int:
        longest = min(len(self._held), len(self._token) - 1)
        return next((size for size in range(longest, 0, -1)
                     if self._token.startswith(self._held[-size:])), 0)

    def _write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._descriptor, data):]
            except BlockingIOError:
                select.select([], [self._descriptor], [])


class LineReader:
    """Cuts a stream into lines."""

    def __init__(self, handle: Callable[[str], None]) -> None:
        self._handle = handle
        self._partial = b""

    def feed(self, data: bytes) -> None:
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            self._handle(line.decode("utf-8", "replace"))


def _receive(port: socket.socket) -> bytes:
    """What has come; nothing when the emulator has closed it, or died."""
    try:
        return port.recv(1 << 16)
    except ConnectionResetError:
        return b""


class Session:
    """One boot: from starting QEMU until it is gone."""

    def __init__(self, machine: Machine, initrd: str, log: str, token: str) -> None:
        self.report = Report()
        self._done = False
        pairs = {name: socket.socketpair() for name in (*PORTS, "monitor")}
        self._ours = {name: pair[0] for name, pair in pairs.items()}
        theirs = {name: pair[1] for name, pair in pairs.items()}
        command = qemu_command(machine, initrd, log,
                               {name: end.fileno() for name, end in theirs.items()})
        self._process = _start(command, [end.fileno() for end in theirs.values()])
        for end in theirs.values():
            end.close()
        self._monitor = Monitor(self._ours["monitor"])
        self._hardware = HardwareChannel(self._monitor.human, machine.cpus)
        self._outputs = {"out": OutputStream(1, token.encode()),
                         "err": OutputStream(2, token.encode())}
        self._handlers = {
            **{name: stream.feed for name, stream in self._outputs.items()},
            "control": LineReader(self._on_control).feed,
            "hw": LineReader(self._on_hardware).feed,
        }

    def run(self, timeout_s: float) -> Report:
        """Relay until the guest's verdict, QEMU's end or the deadline."""
        try:
            self._relay(time.monotonic() + timeout_s)
            if self.report.complete:
                self._monitor.quit()
            elif not self.report.timed_out:
                self._await_end()
        finally:
            self.kill()
        for stream in self._outputs.values():
            stream.flush()
        self.report.injected_mce = self._hardware.injected_mce
        return self.report

    def kill(self) -> None:
        """Make sure that QEMU is gone."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _await_end(self) -> None:
        """QEMU closed its ports: because the guest powered off, or because it failed."""
        try:
            status = self._process.wait(DRAIN_S)
        except subprocess.TimeoutExpired:
            return
        if status < 0:
            self.report.emulator_signal = -status
        elif status:
            raise VmError(f"QEMU failed with status {status}; its own message is above")

    def _relay(self, deadline: float) -> None:
        selector = selectors.DefaultSelector()
        for name, handler in self._handlers.items():
            selector.register(self._ours[name], selectors.EVENT_READ, handler)
        while selector.get_map() and not self._finished():
            if self._done:
                deadline = min(deadline, time.monotonic() + DRAIN_S)
            left = deadline - time.monotonic()
            ready = selector.select(max(left, 0))
            if not ready and left <= 0:
                self._give_up()
                return
            for key, _ in ready:
                data = _receive(key.fileobj)
                if data:
                    key.data(data)
                else:
                    selector.unregister(key.fileobj)
        self.report.complete = self._finished()

    def _give_up(self) -> None:
        if self._done:
            self.report.guest_error = "the end of the command's output is missing"
        else:
            self.report.timed_out = True

    def _finished(self) -> bool:
        return self._done and all(stream.finished for stream in self._outputs.values())

    def _on_control(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "begin":
            self.report.begun = True
        elif word == "exit":
            self.report.exit_status = int(rest)
        elif word == "taint":
            self.report.taint = int(rest)
        elif word == "leak":
            self.report.leaks.append(rest)
        elif word == "error":
            self.report.guest_error = rest
        elif word == "done":
            self._done = True

    def _on_hardware(self, line: str) -> None:
        self._ours["hw"].sendall(self._hardware.answer(line).encode())


def _start(command: list[str], descriptors: list[int]) -> subprocess.Popen[bytes]:
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def tie_to_runner() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    # A session of its own: Ctrl-C reaches the runner, and the runner ends QEMU.
    try:
        return subprocess.Popen(command, pass_fds=descriptors, preexec_fn=tie_to_runner,
                                start_new_session=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL)
    except OSError as error:
        raise VmError(f"cannot start {command[0]}: {error.strerror}") from error
