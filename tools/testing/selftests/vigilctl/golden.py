#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, the program is the same for all
"""What vigilctl says in JSON, against golden files that a person has read.

VIGIL_GOLDEN=DIR writes the files there instead. What differs from run to run, times
and process numbers, is made the same first.
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, "../core")]

import corelib  # noqa: E402  pylint: disable=wrong-import-position

CTL = os.environ.get("VIGILCTL") or os.path.join(corelib.TOP,
                                                 "build/tools/vigilctl")
GOLDEN = os.path.join(HERE, "golden")
VOLATILE = {"pid", "time", "age-seconds", "quiet-seconds", "seq"}
# The machine sums up a little later, once or twice, and says so each time.
VOLATILE_COUNTERS = {"messages", "audit_records"}

# Golden file, exit status, command.
COMMANDS = [
    ("summary", 0, ""),
    ("component-show", 0, "component show"),
    ("component-show-one", 0, "cpu show sim1"),
    ("component-show-none", 0, "pci show"),
    ("component-show-unknown", 5, "component show toaster"),
    ("dry-run", 3, "cpu isolate sim0 --dry-run --owner joe --reason ticket"),
    ("isolate", 0, "cpu isolate sim0 --override provider --owner joe --reason ticket"),
    ("guard", 3, "cpu release sim0"),
    ("refused", 2, "cpu recover sim0 --method bus-reset"),
    ("operation-show", 0, "operation show"),
    ("audit-show", 0, "audit show cpu-sim0"),
    ("policy-show", 0, "policy show --class machine"),
    ("policy-set", 0, "policy set cpu-sim1 limit_errors 20"),
    ("policy-refused", 2, "policy set cpu-sim1 limit_errors 2000"),
    ("source-show", 0, "source show"),
    ("model-show", 0, "model show"),
    ("check", 1, "check cpu-sim1"),
    ("usage", 1, "component toaster"),
]


def settle(value):
    """The same document whenever it was made."""
    if isinstance(value, dict):
        if value.get("name") in VOLATILE_COUNTERS:
            value["value"] = 0
        if "step" in value:
            value["id"] = 0
        return {key: 0 if key in VOLATILE else settle(one)
                for key, one in value.items()}
    if isinstance(value, list):
        return [settle(one) for one in value]
    return value


def run(words):
    done = subprocess.run([CTL, "-j", *words.split()], capture_output=True,
                          text=True, check=False)
    assert not done.stderr, done
    return done.returncode, settle(json.loads(done.stdout))


def compare(name, status, words):
    got_status, got = run(words)
    text = json.dumps(got, indent=1) + "\n"
    if os.environ.get("VIGIL_GOLDEN"):
        path = os.path.join(os.environ["VIGIL_GOLDEN"], f"{name}.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    assert got_status == status, (got_status, text)
    with open(os.path.join(GOLDEN, f"{name}.json"), encoding="utf-8") as file:
        wanted = json.load(file)
    if got != wanted:
        for line in text.splitlines():
            print(f"# {line}")
    assert got == wanted


def case(name, status, words):
    def check():
        compare(name, status, words)
    check.__doc__ = f"vigilctl -j {words}".rstrip()
    return check


def prepare():
    if not os.path.exists(CTL):
        corelib.skip_all("no vigilctl")
    if corelib.loaded("vigil"):
        corelib.skip_all("vigil is loaded already")
    corelib.load(components=2, verbs=30)
    corelib.sim_do("0 health 1 works")
    corelib.sim_do("1 health 2 \"quoted\" <b> and more")
    corelib.sim_do("1 advice 1 watch it")
    corelib.sim_do("1 risk 250 600000")
    corelib.sim_do("1 count 0 7")
    corelib.sim_set("tells", 1)
    corelib.sim_set("guard", corelib.V.VIGIL_GUARD_PROVIDER)
    machine = f"{corelib.SYSFS}/machine-0/health"
    assert corelib.wait_for(30, lambda: corelib.read(machine) == "degraded")


if __name__ == "__main__":
    corelib.main([case(*one) for one in COMMANDS], prepare)
