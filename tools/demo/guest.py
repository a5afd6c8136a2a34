#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The demo, guest side: the main job of Vigil on a kernel with real machine checks.

usage: guest.py DIRECTORY        (in the virtual machine that ./run starts)

Weights are mapped by programs that know nothing of Vigil. Memory under them
reports corrected errors and then loses data; they must not notice. What happened
is told step by step, then in a table, then in DIRECTORY/demo.json.
"""

import ctypes
import hashlib
import importlib.util
import json
import mmap
import os
import random
import signal
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tools/testing/selftests"))
import pagemap  # noqa: E402  (lives with the selftests)

MODULES = ("core/vigil", "predict/vigil_predict", "memory/vigil_memory",
           "hugepool/vigil_hugepool", "weightfs/weightfs")
CLIENT = os.path.join(TOP, "tools/demo/client.py")
VIGILCTL = os.path.join(TOP, "build/tools/vigilctl")
DISK, SOURCE, WEIGHTS = "/dev/vda", "/run/models", "/run/weights"
MODEL = "model.safetensors"
NODE = "/sys/class/vigil/memory-0"
POOL_PAGES = 160
UES = 8
DEADLINE_S = 300
# What vigilctl monitor says by itself.
NOT_EVENTS = ("snapshot", "snapshot-end", "lost")


def say(text: str) -> None:
    print(f"[{time.monotonic() - START:5.1f} s] {text}", flush=True)


START = time.monotonic()


def run(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def read(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read().strip()


def number(path: str) -> int:
    return int(read(path))


def wait_until(condition, limit_s: float) -> bool:
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def wait_for(what: str, condition) -> None:
    if not wait_until(condition, DEADLINE_S):
        sys.exit(f"demo: waited {DEADLINE_S} s in vain: {what}")


def sha256(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Monitor:
    """vigilctl monitor, from before the first event."""

    def __init__(self, path: str):
        self.path = path
        with open(path, "wb") as out:
            self.process = subprocess.Popen([VIGILCTL, "monitor"], stdout=out)
        wait_for("vigilctl monitor", lambda: os.path.getsize(path) > 0)

    def records(self) -> list[dict]:
        with open(self.path, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def events(self) -> int:
        return sum(record["type"] not in NOT_EVENTS for record in self.records())

    def lost(self) -> int:
        return sum(record.get("last", 1) - record.get("first", 1) + 1
                   for record in self.records() if record["type"] == "lost")


class Client:
    """An unmodified program that computes with the weights."""

    def __init__(self, framework: str):
        self.framework = framework
        self.status_path = f"/run/{framework}.status"
        self.process = subprocess.Popen(
            ["nice", "/usr/bin/python3", "-B", CLIENT, framework, f"{WEIGHTS}/{MODEL}",
             self.status_path])

    def started(self) -> bool:
        if self.process.poll() is not None:
            sys.exit(f"demo: client {self.framework} ended: {self.process.returncode}")
        return os.path.exists(self.status_path)

    def status(self) -> dict:
        with open(self.status_path, encoding="ascii") as file:
            return json.load(file)

    def next_round(self) -> None:
        seen = self.status()["rounds"]
        wait_for("another round over the weights",
                 lambda: self.process.poll() is not None or self.status()["rounds"] > seen + 1)

    def mapping(self) -> int:
        """Address of the map of the file."""
        for line in read(f"/proc/{self.process.pid}/maps").splitlines():
            words = line.split()
            if words[-1] == f"{WEIGHTS}/{MODEL}" and int(words[2], 16) == 0:
                return int(words[0].split("-")[0], 16)
        sys.exit("demo: the client has not mapped the weights")

    def huge_share(self) -> float:
        inside, huge, size = False, 0, 0
        for line in read(f"/proc/{self.process.pid}/smaps").splitlines():
            words = line.split()
            if not words[0].endswith(":"):
                inside = words[-1] == f"{WEIGHTS}/{MODEL}"
            elif inside and words[0] == "FilePmdMapped:":
                huge += int(words[1])
            elif inside and words[0] == "Size:":
                size += int(words[1])
        return round(huge / size, 4)

    def stop(self) -> int:
        """Number of the signal that ended it, 0 for none."""
        self.process.send_signal(signal.SIGTERM)
        return max(-self.process.wait(), 0)


class Demo:
    def __init__(self):
        self.result = {"kernel": os.uname().release}

    def weights(self, name: str) -> int:
        return number(f"{self.component}/counters/{name}")

    def load_modules(self) -> None:
        build = os.path.join(TOP, "build", os.uname().release, "drivers")
        subprocess.run(["modprobe", "-q", "libcrc32c"], check=False)
        for module in MODULES:
            run("insmod", os.path.join(build, module + ".ko"))
        say("modules are loaded: " + ", ".join(os.path.basename(name) for name in MODULES))

    def fill_pool(self) -> None:
        run(VIGILCTL, "pool", "set", "--node", "0", "--pages", str(POOL_PAGES))
        pool = "/sys/class/vigil/hugepool-0/counters"
        wait_for("huge pages", lambda: number(f"{pool}/free_pages") >= POOL_PAGES)
        say(f"the pool has {number(pool + '/free_pages')} huge pages of "
            f"{number(pool + '/page_size_bytes') >> 20} MiB")

    def mount(self) -> None:
        os.makedirs(SOURCE)
        os.makedirs(WEIGHTS)
        run("mount", "-o", "ro", DISK, SOURCE)
        run("mount", "-t", "weightfs", "-o", f"source={SOURCE}", "none", WEIGHTS)
        device = os.stat(WEIGHTS).st_dev
        self.component = f"/sys/class/vigil/weights-{os.major(device)}:{os.minor(device)}"
        run(VIGILCTL, "weights", "preload", f"{WEIGHTS}/{MODEL}")
        say(f"{WEIGHTS}/{MODEL}: {self.weights('huge_bytes') >> 20} MiB loaded into huge pages")

    def start_clients(self) -> None:
        frameworks = ["numpy"]
        if os.environ.get("VIGIL_DEMO_TORCH") == "1" or importlib.util.find_spec("torch"):
            frameworks.append("torch")
        self.clients = [Client(framework) for framework in frameworks]
        for client in self.clients:
            wait_for(f"the first round of {client.framework}", client.started)
        client = self.clients[0]
        status = client.status()
        self.result["faults_per_gib"] = round(status["faults"] * (1 << 30) / status["bytes"])
        self.result["huge_share_before"] = client.huge_share()
        say(f"{' and '.join(frameworks)} compute over the weights: {status['faults']} page faults "
            f"for {status['bytes'] >> 20} MiB, {client.huge_share():.1%} mapped by huge pages")

    def frames(self, count: int) -> list[tuple[int, int]]:
        """Addresses in the client and in memory of pages in different huge pages."""
        client = self.clients[0]
        start = client.mapping()
        pages = random.Random(1).sample(range(client.status()["bytes"] // (2 << 20)), count)
        virtual = [start + (page * 512 + 123) * pagemap.PAGE_SIZE for page in pages]
        return [(address, pagemap.paddr_of(client.process.pid, address)) for address in virtual]

    def corrected_errors(self, paddr: int) -> None:
        run("vm-hw", "mce-ce", hex(paddr), "--count", "4")
        wait_for("the frame to be taken out", lambda: "hwpoison" in pagemap.flags_of(paddr))
        wait_for("its record", lambda: number(f"{NODE}/counters/pages_offlined") > 0)
        say(f"4 corrected errors at {paddr:#x}: the weights moved to another huge page, the frame "
            "is offline")

    def uncorrected_errors(self, frames: list[tuple[int, int]]) -> None:
        client = self.clients[0]
        during = 1.0
        for _, paddr in frames:
            run("vm-hw", "mce-ue", hex(paddr))
            during = min(during, client.huge_share())
        wait_for("healing", lambda: self.weights("heals") >= len(frames))
        for client in self.clients:
            client.next_round()
        self.result |= {"ue_injected": len(frames), "ue_healed": self.weights("heals"),
                        "huge_share_during": during}
        say(f"{len(frames)} uncorrected errors under running programs: {self.weights('heals')} "
            f"pages read again and verified; huge pages fell to {during:.1%}, are "
            f"{self.clients[0].huge_share():.1%}")

    def command(self) -> None:
        """Isolate and release a frame: by sysfs, then by vigilctl."""
        frames = own_frames()

        def by_sysfs(verb: str, paddr: int) -> None:
            with open(f"{NODE}/{verb}", "w", encoding="ascii") as file:
                file.write(f"{paddr:#x} shown in the demo")

        def by_vigilctl(verb: str, paddr: int) -> None:
            run(VIGILCTL, "component", verb, "memory-0", "--address", hex(paddr),
                "--reason", "shown in the demo")

        for name, do in (("sysfs", by_sysfs), ("vigilctl", by_vigilctl)):
            paddr = self.isolate_and_release(do, frames)
            say(f"{name}: frame {paddr:#x} was isolated and released")

    @staticmethod
    def isolate_and_release(do, frames) -> int:
        """A frame near a bad one is soft-offlined, which can't be undone: try another."""
        for paddr in frames:
            do("isolate", paddr)
            if not wait_until(lambda: "hwpoison" in pagemap.flags_of(paddr), 0.5):
                do("release", paddr)
                return paddr
            say(f"frame {paddr:#x} was isolated for good: its neighbours can't be moved")
        sys.exit("demo: no frame could be isolated so that it can be released")

    def judge(self) -> None:
        client = self.clients[0]
        client.next_round()
        self.result["huge_share_after"] = client.huge_share()
        different = sum(each.status()["different"] for each in self.clients)
        self.result["client_signals"] = sum(each.stop() != 0 for each in self.clients)
        self.result["sha256_match"] = not different and \
            sha256(f"{SOURCE}/{MODEL}") == sha256(f"{WEIGHTS}/{MODEL}")
        self.result["pages_offlined"] = number(f"{NODE}/counters/pages_offlined")

    def run(self) -> None:
        self.load_modules()
        monitor = Monitor("/run/events.jsonl")
        self.fill_pool()
        self.mount()
        self.start_clients()
        first, *others = self.frames(UES + 1)
        self.corrected_errors(first[1])
        self.uncorrected_errors(others)
        self.command()
        self.judge()
        wait_for("the last event", lambda: monitor.events() > 0)
        monitor.stop()
        self.result |= {"events_received": monitor.events(), "events_lost": monitor.lost()}
        run("umount", WEIGHTS)


def own_frames():
    """Frames of this program's own memory, far from each other."""
    memory = mmap.mmap(-1, 64 << 20)
    memory.madvise(mmap.MADV_NOHUGEPAGE)
    for offset in range(0, len(memory), pagemap.PAGE_SIZE):
        memory[offset] = 1
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    for offset in range(4 << 20, len(memory), 8 << 20):
        yield pagemap.paddr_of(os.getpid(), start + offset)


ROWS = (
    ("kernel", "kernel", "{}"),
    ("bytes identical to the source (sha256)", "sha256_match", "{}"),
    ("signals received by the programs", "client_signals", "{}"),
    ("page faults per GiB", "faults_per_gib", "{}"),
    ("mapped by huge pages, before", "huge_share_before", "{:.1%}"),
    ("                       during", "huge_share_during", "{:.1%}"),
    ("                       after", "huge_share_after", "{:.1%}"),
    ("page frames taken offline", "pages_offlined", "{}"),
    ("uncorrected errors injected", "ue_injected", "{}"),
    ("                   healed", "ue_healed", "{}"),
    ("events received", "events_received", "{}"),
    ("       lost", "events_lost", "{}"),
)


def good(result: dict) -> bool:
    return (result["sha256_match"] and not result["client_signals"] and not result["events_lost"] and
            result["ue_healed"] == result["ue_injected"] and result["pages_offlined"] >= 1 and
            result["huge_share_after"] >= 0.99 and result["events_received"] > 0)


def main(directory: str) -> None:
    demo = Demo()
    demo.run()
    print()
    for title, key, form in ROWS:
        print(f"  {title:<42}{form.format(demo.result[key]):>24}")
    print(flush=True)
    with open(os.path.join(directory, "demo.json"), "w", encoding="ascii") as file:
        json.dump(demo.result, file, indent=2)
        file.write("\n")
    if not good(demo.result):
        sys.exit("demo: not what it should be, see the table")


if __name__ == "__main__":
    main(sys.argv[1])
