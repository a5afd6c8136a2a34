# SPDX-License-Identifier: GPL-2.0
"""What the host sides of the benchmarks share: building, virtual machines, results."""

import glob
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import NoReturn

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BENCH = "tools/testing/bench"
OUT = "build/bench"
VM = "tools/testing/vm/run"
COUNTING = ("--icount", "--cpus", "1")


@dataclass(frozen=True)
class Machine:
    """A virtual machine and what is measured in it."""

    measurements: tuple[str, ...]
    options: tuple[str, ...]
    timeout_s: int


def say(text: str) -> None:
    print(f"== {text}", flush=True)


def fail(text: str) -> NoReturn:
    sys.exit(f"bench: {text}")


def kernel_dir(kernel: str) -> str:
    found = glob.glob(f"/lib/modules/{kernel}.*/build")
    if not found:
        fail(f"no headers of a kernel {kernel}")
    return max(found, key=lambda path: [int(part) for part in re.findall(r"\d+", path)])


def make(*arguments: str) -> None:
    log = f"{OUT}/build.log"
    with open(log, "ab") as file:
        if subprocess.run(["make", *arguments], stdout=file, stderr=file, check=False).returncode:
            fail(f"make {' '.join(arguments)} failed; see {log}")


def build_modules(kernel: str) -> None:
    make("modules", f"KDIR={kernel_dir(kernel)}")


def build_programs() -> None:
    """What the measurements run in the guest."""
    make("-C", BENCH)


def run_machine(kernel: str, machine: Machine, disks: list[str],
                settings: dict[str, int]) -> tuple[list[dict], bool]:
    """Return what was measured, and whether all went well."""
    say(f"{kernel}: {' '.join(machine.measurements)}")
    options = [word for disk in disks for word in ("--disk", disk)]
    process = subprocess.Popen(
        [VM, "-k", kernel, "--timeout", str(machine.timeout_s), *machine.options, *options, "--",
         "env", *(f"{name}={value}" for name, value in settings.items()),
         "/usr/bin/python3", "-B", f"{BENCH}/guest.py", *machine.measurements],
        stdout=subprocess.PIPE, text=True)
    try:
        output = process.communicate()[0]
    finally:
        process.terminate()  # it outlives this only when this is ended
    if process.returncode:
        print(f"bench: the virtual machine ended with status {process.returncode}",
              file=sys.stderr)
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return lines, not process.returncode


def matching(machines: tuple[Machine, ...], text: str) -> list[Machine]:
    return [machine for machine in machines
            if any(text in name for name in machine.measurements)]


def write_objects(path: str, objects: list[dict]) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(each) + "\n" for each in objects)
