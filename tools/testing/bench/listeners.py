# SPDX-License-Identifier: GPL-2.0
"""Who listens to memory errors: vigil_memory, and Debian's rasdaemon."""

import contextlib
import glob
import importlib
import os
import shlex
import subprocess
import sys
import time
from typing import Optional

from guestlib import TOP, mount, number, read, run, umount, wait_for, write

sys.path[:0] = [f"{TOP}/tools/testing/selftests", f"{TOP}/tools/testing/selftests/memory"]
import edaclib  # noqa: E402  (lives with the selftests)

BUILD = f"{TOP}/build/{os.uname().release}"
VIGIL_MODULES = ("core/vigil", "predict/vigil_predict", "memory/vigil_memory")
COUNTERS = "/sys/class/vigil/{}/counters/{}"
DIMMS = "/sys/class/vigil/dimm-*"
RASDAEMON = "/usr/sbin/rasdaemon"
RASDAEMON_DEFAULTS = "/etc/default/rasdaemon"
RASDAEMON_DIR = "/var/lib/rasdaemon"
DATABASE = f"{RASDAEMON_DIR}/ras-mc_event.db"
TRACES = "/sys/kernel/tracing/instances/rasdaemon"
CONTROLLERS = 4
# Until whoever was started has nothing to do.
START_S = 2


def load_controllers() -> None:
    """Simulated ones, with 32 memory modules in all; EDAC prints nothing."""
    run("modprobe", "edac_core")
    write(edaclib.QUIET, 0)
    run("insmod", f"{BUILD}/tools/testing/sim/vigil_sim_edac.ko", f"controllers={CONTROLLERS}")


class Vigil:
    """The modules, as they are by default."""

    name = "vigil"
    has_clock = True

    def start(self) -> None:
        for module in VIGIL_MODULES:
            run("insmod", f"{BUILD}/drivers/{module}.ko")
        time.sleep(START_S)

    def start_untouched(self) -> None:
        self.start()

    def stop(self) -> None:
        for module in reversed(VIGIL_MODULES):
            run("rmmod", os.path.basename(module))

    def stored(self) -> int:
        """Errors that are counted for a memory module."""
        return sum(map(number, glob.glob(COUNTERS.format("dimm-*", "corrected_errors"))))

    def placed(self) -> int:
        """Of them, those of which it is known where they were."""
        return self.stored() - number(COUNTERS.format("memory-0", "errors_dropped"))

    def is_idle(self) -> bool:
        """As far as can be told; frames may still be on their way."""
        return True

    def disk_bytes(self) -> int:
        return 0

    def describe(self) -> str:
        names = ("errors_dropped", "pages_offlined", "pages_offline_failed",
                 "page_counts_evicted")
        told = [f"{name} {number(COUNTERS.format('memory-0', name))}" for name in names]
        for name in ("errors_6h", "errors_forgotten", "history_bytes"):
            told.append(f"{name} {sum(map(number, glob.glob(COUNTERS.format('dimm-*', name))))}")
        judged = sum(read(path) != "healthy\n" for path in glob.glob(f"{DIMMS}/health"))
        return f"{', '.join(told)}, modules not healthy {judged}"


class Rasdaemon:
    """The daemon as its service starts it, with its database in memory."""

    name = "rasdaemon"
    has_clock = False

    def __init__(self) -> None:
        self.process: Optional[subprocess.Popen] = None
        self.directory = ""

    def start(self) -> None:
        """Wakes up for each error. By default the kernel wakes those who poll a trace
        when it is half full, which this version does not know."""
        os.mkdir(TRACES)
        write(f"{TRACES}/buffer_percent", 0)
        self.start_untouched()

    def start_untouched(self) -> None:
        os.makedirs(RASDAEMON_DIR, exist_ok=True)
        self.directory = mount("tmpfs", "none")
        run("mount", "--bind", self.directory, RASDAEMON_DIR)
        settings = dict(line.split("=", 1)
                        for line in shlex.split(read(RASDAEMON_DEFAULTS), comments=True))
        self.process = subprocess.Popen([RASDAEMON, "-f", "-r"], env={**os.environ, **settings},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("rasdaemon", lambda: os.path.exists(DATABASE) and self.is_idle())
        time.sleep(START_S)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        os.rmdir(TRACES)
        umount(RASDAEMON_DIR)
        umount(self.directory)

    def stored(self) -> int:
        return sum(count for _, count in self.frames())

    placed = stored

    def frames(self) -> list[tuple[int, int]]:
        """Frames in the table, with their numbers of errors. Only for when it is idle:
        who reads the database may have an error lost."""
        # Late, so that the library is not in memory before the daemon is measured.
        sqlite3 = importlib.import_module("sqlite3")
        with contextlib.closing(sqlite3.connect(DATABASE)) as database:
            return database.execute("SELECT address >> 12, sum(err_count) FROM mc_event"
                                    " GROUP BY 1").fetchall()

    def is_idle(self) -> bool:
        """It waits, and there is nothing to be read."""
        if "poll" not in read(f"/proc/{self.process.pid}/stack"):
            return False
        return all("\nentries: 0\n" in "\n" + read(path)
                   for path in glob.glob(f"{TRACES}/per_cpu/cpu*/stats"))

    def disk_bytes(self) -> int:
        return os.stat(DATABASE).st_blocks * 512

    def describe(self) -> str:
        pss = [line for line in read(f"/proc/{self.process.pid}/smaps_rollup").splitlines()
               if line.startswith("Pss:")]
        stats = read(f"{TRACES}/per_cpu/cpu0/stats").split("\n")
        return (f"{pss[0]}, traces {number(f'{TRACES}/buffer_total_size_kb')} KiB,"
                f" {stats[1]}, database {self.disk_bytes()}")
