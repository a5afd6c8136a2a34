# SPDX-License-Identifier: GPL-2.0
"""Ten thousand components, and as many health reporters of devlink: dumps, single ones,
settings, events to a hundred listeners, memory."""

import json
import os
import re
import subprocess

from guestlib import CLIENT, GENL, TOP, VIGILCTL, read, record, run, say, settled_free_bytes

COUNT = 10_000
ONE_BY_ONE = 1_000
LISTENERS = 100
EVENTS = int(os.environ.get("VIGIL_BENCH_EVENTS", "100000"))
# Where it is only about what each costs, which is always the same.
FEW_EVENTS = EVENTS // 10
BATCH = 50  # of genl.c
ROUNDS = 3
BUILD = f"{TOP}/build/{os.uname().release}"
DEBUGFS = "/sys/kernel/debug"
CLASS_CPU, CLASS_PCI = 3, 4
# Every tenth component is of another class, and every hundredth asks for attention.
CLASSES = ",".join([str(CLASS_CPU)] * 9 + [str(CLASS_PCI)])
UNHEALTHY = range(0, COUNT, 100)
HEALTH_DEGRADED = 2


def insmod(path: str, *parameters: str) -> None:
    run("insmod", f"{BUILD}/{path}.ko", *parameters)


def uapi(name: str) -> str:
    """Number of an attribute of the family vigil."""
    text = read(f"{TOP}/include/uapi/linux/vigil.h")
    body = next(each for each in re.findall(r"enum \{(.*?)\}", text, re.S) if name + "," in each)
    return str([word for word in re.findall(r"\w+", body) if word != "1"].index(name) + 1)


def genl(*arguments: object) -> dict:
    return json.loads(run(GENL, *map(str, arguments)))


def slab_bytes() -> dict[str, int]:
    """What is in use of each cache; those that share one have different names here."""
    lines = map(str.split, read("/proc/slabinfo").splitlines()[2:])
    return {words[0]: int(words[1]) * int(words[3]) for words in lines}


class Subject:
    """One of the two, as the measurements see it."""

    def __init__(self, name: str):
        self.name = name

    def record(self, name: str, unit: str, values: list, variant: str = "") -> None:
        record(name, unit, self.name, values, variant)

    def dump(self, variant: str, expected: int, *arguments: str,
             name: str = "dump_insns_per_component") -> None:
        """Instructions for each object that is shown, with looking at the others."""
        costs = []
        for _ in range(ROUNDS):
            told = genl(self.name, "dump", *arguments)
            shown = told["objects"]
            # The component that sums up the others may be one more.
            if shown not in (expected, expected + 1):
                raise RuntimeError(f"{variant}: {shown} objects, not {expected}")
            costs.append(round(told["insns"] / shown, 1))
        self.record(name, "instructions/object", costs, variant)
        self.record("dump_bytes_per_component", "bytes/object", [round(told["bytes"] / shown)],
                    variant)

    def one_by_one(self, verb: str) -> None:
        costs = [round(genl(self.name, verb, ONE_BY_ONE)["insns"] / ONE_BY_ONE, 1)
                 for _ in range(ROUNDS)]
        self.record(f"{verb}_insns", "instructions", costs)

    def listen(self, variant: str, file: str, text: str, events: int = FEW_EVENTS) -> None:
        told = genl(self.name, "listen", f"{DEBUGFS}/{file}/do", text, events, LISTENERS)
        say(f"{self.name}, {variant}: {told}")
        reading = LISTENERS - 1
        self.record("event_insns_per_listener", "instructions/event/listener",
                    [round(told["insns"] / events / LISTENERS, 1)], variant)
        # What machine-0 says of it all comes on top.
        self.record("events_lost", "events", [max(events * reading - told["heard"],
                                                  told["lost"])], variant)
        # The one that does not read has what fits, and knows that there was more.
        if not told["late_lost"] or told["late"] >= events:
            raise RuntimeError(f"who lags was not told: {told}")

    def memory(self, load) -> None:
        """Of what is loaded: objects have a cache of their own, or are its largest allocation."""
        before, slabs = settled_free_bytes(), slab_bytes()
        load()
        used = before - settled_free_bytes()
        grown = {name: held - slabs.get(name, 0) for name, held in slab_bytes().items()}
        cache = max((name for name in grown if name.startswith(("kmalloc-", "vigil_component"))),
                    key=grown.get)
        say(f"{self.name}: slabs: " + ", ".join(
            f"{name} {each // COUNT}" for name, each in
            sorted(grown.items(), key=lambda item: -item[1]) if each >= COUNT))
        self.record("bytes_per_component", "bytes", [round(grown[cache] / COUNT)])
        self.record("bytes_with_all_around", "bytes", [round(used / COUNT)])

    def check(self, *command: str) -> None:
        """One instruction takes a nanosecond here."""
        # Also reads the program, which is not to be counted.
        told = subprocess.run(command, check=False, stdout=subprocess.PIPE).stdout
        if not told:
            raise RuntimeError(f"{' '.join(command)} says nothing")
        costs = []
        for _ in range(ROUNDS):
            told = subprocess.run([CLIENT, "run", *command], stdout=subprocess.PIPE, text=True,
                                  check=False).stdout
            costs.append(round(json.loads(told)["insns"] / 1e6, 2))
        self.record("check_ms", "ms at 1 instruction/ns", costs, "command")

    def ask(self, *arguments: str) -> None:
        """What a check has to ask the kernel."""
        costs = [round(genl(self.name, *arguments)["insns"] / 1e6, 3) for _ in range(ROUNDS)]
        self.record("check_ms", "ms at 1 instruction/ns", costs, "its question alone")


def vigil() -> None:
    subject = Subject("vigil")
    insmod("drivers/core/vigil")
    subject.memory(lambda: insmod("tools/testing/sim/vigil_sim", f"components={COUNT}",
                                  f"class={CLASSES}"))
    subject.dump("all", COUNT)
    subject.dump("every tenth", COUNT // 10, uapi("VIGIL_A_COMPONENT_CLASS"), str(CLASS_PCI))
    with open(f"{DEBUGFS}/vigil_sim/do", "w", encoding="ascii") as file:
        for index in UNHEALTHY:
            file.write(f"{index} health {HEALTH_DEGRADED} simulated")
            file.flush()
    subject.one_by_one("get")
    subject.one_by_one("set")
    subject.listen("change of health", "vigil_sim", f"1 flaps {BATCH}")
    subject.listen("error", "vigil_sim", f"1 events {BATCH}", EVENTS)
    # Devlink can't be asked that.
    subject.dump("every hundredth", len(UNHEALTHY), uapi("VIGIL_A_COMPONENT_ATTENTION"), "",
                 name="dump_insns_per_unwell")
    subject.ask("get", "1", "machine-0")
    subject.check(VIGILCTL, "check")


def devlink() -> None:
    subject = Subject("devlink")
    subject.memory(lambda: insmod("tools/testing/sim/vigil_sim_devlink"))
    subject.dump("all", COUNT)
    subject.dump("every tenth", COUNT // 10, "1", "platform", "2", "vigil_sim_devlink.9")
    subject.one_by_one("get")
    subject.one_by_one("set")
    subject.listen("change of health", "vigil_sim_devlink", f"states {BATCH}")
    subject.listen("error", "vigil_sim_devlink", f"reports {BATCH}")
    # Which of the reporters is not well devlink tells only by telling all.
    subject.ask("dump")
    subject.check("devlink", "-j", "health", "show")
