# SPDX-License-Identifier: GPL-2.0
"""What the measurements share: programs, mounts and the line that they print."""

import json
import os
import re
import shutil
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
# In memory, because the guest's root is a network filesystem.
PROGRAMS = "/run/bench"
CLIENT = f"{PROGRAMS}/client"
SCRUB = f"{PROGRAMS}/scrub"
FIRE = f"{PROGRAMS}/fire"
GENL = f"{PROGRAMS}/genl"
READER = f"{TOP}/build/selftests/weightfs-client"
VIGILCTL = f"{TOP}/build/tools/vigilctl"
POOL = "/sys/class/vigil/hugepool-0"
MODULES = ("core/vigil", "hugepool/vigil_hugepool", "weightfs/weightfs")
DISKS = {"ext4": "/dev/vda", "xfs": "/dev/vdb"}
MODEL = "model"
GIB = 1 << 30
HUGE_BYTES = 2 << 20
DEADLINE_S = 300
SETTLE_ROUNDS = 20
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def record(name: str, unit: str, subject: str, values: list, variant: str = "") -> None:
    """Print what one subject gave."""
    print(json.dumps({"name": name, "unit": unit, "subject": subject, "variant": variant,
                      "values": values}), flush=True)


def say(text: str) -> None:
    print(f"[{time.monotonic():6.1f} s] {text}", file=sys.stderr, flush=True)


def run(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def client(*arguments: str) -> dict:
    return json.loads(run(CLIENT, *arguments))


def read(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read()


def number(path: str) -> int:
    return int(read(path))


def write(path: str, text: object) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(str(text))


def wait_for(what: str, condition, limit_s: float = DEADLINE_S) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"bench: waited {limit_s} s in vain: {what}")
        time.sleep(0.05)


def free_bytes() -> int:
    """With what lies on the lists of the CPUs, which MemFree does not count."""
    pages = re.findall(r"^ *(?:pages free|count:) +(\d+)", read("/proc/zoneinfo"), re.M)
    return sum(map(int, pages)) * PAGE_BYTES


def settled_free_bytes() -> int:
    """When nothing is left that the kernel would give back."""
    before = 0
    for _ in range(SETTLE_ROUNDS):
        write("/proc/sys/vm/drop_caches", 3)
        time.sleep(1)
        now = free_bytes()
        if now == before:
            break
        before = now
    return now


def mount(fstype: str, source: str, options: str = "") -> str:
    """Mount below /run and return the directory."""
    directory = f"/run/{fstype}"
    os.makedirs(directory, exist_ok=True)
    command = ["mount", "-t", fstype, *(["-o", options] if options else []), source, directory]
    run(*command)
    return directory


def mount_disk(fstype: str) -> str:
    return mount(fstype, DISKS[fstype], "ro")


def umount(directory: str) -> None:
    run("umount", directory)


def modprobe(*names: str) -> None:
    for name in names:
        subprocess.run(["modprobe", "-q", name], check=False)


def install_programs() -> None:
    os.makedirs(PROGRAMS)
    for path in (CLIENT, SCRUB, FIRE, GENL):
        shutil.copy(f"{TOP}/build/bench/{os.path.basename(path)}", path)


def load_modules() -> None:
    # What udev does on a host: the crc32c of this processor before the generic one.
    modprobe("crc32c-intel", "libcrc32c")
    for module in MODULES:
        run("insmod", f"{TOP}/build/{os.uname().release}/drivers/{module}.ko")


def fill_pool(pages: int) -> None:
    write(f"{POOL}/policy/target_pages", pages)
    wait_for("huge pages in the pool", lambda: number(f"{POOL}/counters/free_pages") >= pages)


def huge_pages_of(path: str) -> int:
    return -(-os.path.getsize(path) // HUGE_BYTES)


def reserve_hugetlb(pages: int) -> None:
    path = "/proc/sys/vm/nr_hugepages"
    write(path, pages)
    if number(path) != pages:
        sys.exit(f"bench: hugetlb has {number(path)} of {pages} pages")


class Weights:
    """A weightfs over the disk with ext4, with room for the model in the pool."""

    SPARE_PAGES = 16

    def __init__(self):
        load_modules()
        self.source = mount_disk("ext4")
        self.pages = huge_pages_of(f"{self.source}/{MODEL}") + self.SPARE_PAGES
        fill_pool(self.pages)
        # What scrubbing costs is measured by itself.
        self.directory = mount("weightfs", "none", f"source={self.source},scrub=0")
        self.path = f"{self.directory}/{MODEL}"
        device = os.stat(self.directory).st_dev
        self.component = f"/sys/class/vigil/weights-{os.major(device)}:{os.minor(device)}"

    def counter(self, name: str) -> int:
        return number(f"{self.component}/counters/{name}")

    def preload(self) -> None:
        run(VIGILCTL, "weights", "preload", self.path)

    def evict(self) -> None:
        run(VIGILCTL, "weights", "evict", self.path)
        wait_for("the pool to be full again",
                 lambda: number(f"{POOL}/counters/free_pages") >= self.pages)

    def close(self) -> None:
        umount(self.directory)
        umount(self.source)
        for module in reversed(MODULES):
            run("rmmod", os.path.basename(module))
