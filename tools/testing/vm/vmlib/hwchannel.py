# SPDX-License-Identifier: GPL-2.0
"""Answers guest/vm-hw: lets the guest break its own hardware through the monitor.

A request is one line, "<id> <verb> <arguments>".  The answer is "<id> <status>
<lines>" and that many lines of text; the id lets a client skip what a killed
predecessor left behind.
"""

from typing import Callable

from . import VmError

MCE_BANKS = 10
PADDR_LIMIT = 1 << 52
# Status words of a corrected and of an action-optional memory error, with valid
# address and misc; misc says that the address is physical, to 4 KiB.
CORRECTED = "0x8c00004000010090 0"
UNCORRECTED = "0xbd000000000000c0 0x5"
MISC = "0x8c"


class HardwareChannel:
    """Turns requests into monitor commands; remembers whether a machine check was injected."""

    def __init__(self, human: Callable[[str], str], cpus: int) -> None:
        self._human = human
        self._cpus = cpus
        self.injected_mce = False

    def answer(self, request: str) -> str:
        identity, _, rest = request.partition(" ")
        try:
            lines = self._perform(rest).splitlines()
            status = 0
        except VmError as error:
            lines, status = [str(error)], 1
        return "\n".join([f"{identity} {status} {len(lines)}", *lines]) + "\n"

    def _perform(self, request: str) -> str:
        verb, _, rest = request.partition(" ")
        if verb == "hmp":
            command = rest.strip()
        elif verb == "mce-ce":
            paddr, cpu, bank = self._numbers(rest, PADDR_LIMIT, self._cpus, MCE_BANKS)
            command = f"mce {cpu} {bank} {CORRECTED} {paddr:#x} {MISC}"
        elif verb == "mce-ue":
            paddr, cpu, bank = self._numbers(rest, PADDR_LIMIT, self._cpus, MCE_BANKS)
            command = f"mce -b {cpu} {bank} {UNCORRECTED} {paddr:#x} {MISC}"
        else:
            raise VmError(f"unknown request '{verb}'")
        if command.split()[:1] == ["mce"]:
            self.injected_mce = True
        return self._human(command)

    @staticmethod
    def _numbers(text: str, *limits: int) -> list[int]:
        try:
            numbers = [int(word, 0) for word in text.split()]
        except ValueError as error:
            raise VmError(f"not a number: {error}") from error
        if len(numbers) != len(limits):
            raise VmError(f"expected {len(limits)} numbers, got '{text}'")
        for number, limit in zip(numbers, limits):
            if not 0 <= number < limit:
                raise VmError(f"{number:#x} is not below {limit:#x}")
        return numbers
