#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""An agent in Python, over the netlink spec with the kernel's own ynl library.

An example to start from: it watches what only a vendor's tool or a file knows. That
prints or contains lines of these kinds, in any order, each at most once:

    health=healthy              or degraded, failing, failed, unknown
    advice=none                 or watch, isolate, drain, replace
    risk=120                    per mille, with the model that says so, if any:
    model=vendor-2
    reason=any text
    isolation=none              or isolated, what the tool sees
    count ecc_errors=17         a number that only grows; repeats

The counters are those of the first reading. What is asked for, to isolate the
component for example, is done by the command that --do names: it is called with the
verb, the component and the reason, and succeeds with exit status 0.
"""

import argparse
import os
import select
import subprocess
import sys
import time

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../.."))
FACTS = {"health": "health", "advice": "advice", "isolation": "isolation",
         "reason": "reason", "risk": "risk-permille", "model": "risk-model"}
TEXT_MAX = 127


def one_line(text):
    """The first line, as the kernel takes it: ASCII without controls."""
    first = (text.splitlines() or [""])[0].encode("ascii", "replace").decode()
    return "".join(c if c.isprintable() else " " for c in first)[:TEXT_MAX].strip()


def parse(text):
    """The facts, by their names in the spec, and the counters of a reading."""
    facts, counters = {}, {}
    for line in filter(None, map(str.strip, text.splitlines())):
        key, equals, value = line.partition("=")
        if key.startswith("count ") and equals:
            counters[key.removeprefix("count ").strip()] = int(value)
        elif key in FACTS and equals:
            facts[FACTS[key]] = int(value) if key == "risk" else one_line(value)
        else:
            raise ValueError(f"don't understand: {line}")
    return facts, counters


class Agent:
    """The connection, the component and what it said last."""

    def __init__(self, options, family):
        self.options = options
        self.family = family
        self.component = f"agent-{options.name}"
        self.counted = {}

    def read(self):
        """What the file or the tool says."""
        if self.options.file:
            with open(self.options.file, encoding="utf-8") as file:
                return parse(file.read())
        done = subprocess.run(self.options.tool, shell=True, check=True, text=True,
                              stdout=subprocess.PIPE, timeout=self.options.interval * 2)
        return parse(done.stdout)

    def register(self):
        """Become the agent; what a former one of the name had is ours then."""
        self.family.do("agent-register",
                       {"name": self.options.name,
                        "ttl-ms": int(self.options.interval * 4000)})
        _, self.counted = self.read()
        add = {"component": self.component,
               "counter": [{"name": name} for name in self.counted]}
        if self.options.label:
            add["label"] = self.options.label
        if self.options.do:
            add["verbs"] = sum(1 << self.verb(v) for v in ("isolate", "release",
                                                           "recover", "test"))
        self.family.do("agent-add", add)

    def verb(self, name):
        return self.family.consts["verb"].entries[name].value

    def report(self):
        """Say how it is; that it can't be known is something to say, too."""
        try:
            facts, counters = self.read()
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            facts, counters = {"health": "unknown", "reason": one_line(str(error))}, {}
        grown = []
        for name in self.counted.keys() & counters.keys():
            # One that is smaller began anew, with the driver for example.
            base = self.counted[name] if counters[name] >= self.counted[name] else 0
            if counters[name] > base:
                grown.append({"name": name, "value": counters[name] - base})
            self.counted[name] = counters[name]
        self.family.do("agent-report", {"component": self.component, **facts,
                                        "counter": grown})

    def serve(self, request):
        """Carry out a verb; a tool that hangs is given up in time."""
        answer = {"request": request["request"], "state": "failed"}
        try:
            done = subprocess.run(
                [self.options.do, request["verb"], request["component"],
                 request["reason"]],
                check=False, text=True, stdout=subprocess.PIPE,
                timeout=request["timeout-ms"] / 1000)
            answer["message"] = one_line(done.stdout)
            if done.returncode == 0:
                answer["state"] = "done"
        except (OSError, subprocess.SubprocessError) as error:
            answer["message"] = one_line(str(error))
        self.family.do("agent-answer", answer)

    def requests(self):
        self.family.check_ntf()
        queue = self.family.async_msg_queue
        while queue:
            yield queue.pop(0)["msg"]

    def run(self, gone):
        """Until the kernel does not know us any more."""
        self.register()
        due = time.monotonic()
        while True:
            if time.monotonic() >= due:
                self.report()
                due = time.monotonic() + self.options.interval
            for request in self.requests():
                try:
                    self.serve(request)
                except gone as error:
                    print(f"late: {error}", file=sys.stderr)
            select.select([self.family.sock], [], [], max(0, due - time.monotonic()))


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ynl", required=True, metavar="DIR",
                        help="tools/net/ynl of a kernel's source, 6.12 or later")
    parser.add_argument("--spec", default=f"{TOP}/Documentation/netlink/specs/vigil.yaml")
    parser.add_argument("--name", required=True, help="the component is agent-NAME")
    parser.add_argument("--label", help="what people call it")
    parser.add_argument("--interval", type=float, default=10, help="seconds (default 10)")
    parser.add_argument("--do", metavar="COMMAND", help="carries out verbs")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--file", help="the file to watch")
    source.add_argument("--tool", metavar="COMMAND", help="the tool to run, by the shell")
    return parser.parse_args()


def main():
    options = arguments()
    sys.path.insert(0, options.ynl)
    try:
        # pylint: disable=import-outside-toplevel
        from lib import NlError, YnlFamily
    except ImportError as error:
        sys.exit(f"no ynl in {options.ynl}: {error}")
    try:
        # The schema was checked when the spec was made: '' saves jsonschema.
        family = YnlFamily(options.spec, schema="")
        Agent(options, family).run(NlError)
    except KeyboardInterrupt:
        pass
    except Exception as error:  # ynl has no better one for a family that is absent
        sys.exit(f"example-agent: {error}")


if __name__ == "__main__":
    main()
