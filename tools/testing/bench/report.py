# SPDX-License-Identifier: GPL-2.0
"""Puts what was measured side by side and holds it against what is to be reached."""

import operator
import statistics
from dataclasses import dataclass
from typing import Callable, Optional

BEST = "the best other"
# Loads nothing, so it is what a load is compared with, not another way to load.
READ_ONLY = "dd iflag=direct"


@dataclass(frozen=True)
class Reach:
    """What is to be reached: the value itself, or its ratio to that of a peer."""

    name: str
    peer: Optional[str]
    compare: Callable[[float, float], bool]
    limit: float
    text: str

    def met(self, value: float, ratio: Optional[float]) -> bool:
        return self.compare(ratio if self.peer else value, self.limit)


def at_most(name: str, peer: Optional[str], limit: float, text: str) -> Reach:
    return Reach(name, peer, operator.le, limit, text)


def at_least(name: str, peer: Optional[str], limit: float, text: str) -> Reach:
    return Reach(name, peer, operator.ge, limit, text)


@dataclass(frozen=True)
class Bench:
    """Who is measured, and what is to be reached."""

    ours: str
    reaches: tuple[Reach, ...]
    # (name, peer) that have to be there without anything to be reached.
    expected: tuple[tuple[str, str], ...] = ()
    # Flavours are told one by one, and not only the one in which we look worst.
    each_flavour: bool = False


WEIGHTS = Bench("weightfs", (
    at_most("first_touch_faults", None, 512, "<= 512"),
    at_most("first_touch_insns", "hugetlbfs", 1.1, "<= 1.1 x"),
    at_most("first_touch_insns", "ext4 warm", 0.2, "<= 0.2 x"),
    at_most("attach_insns", "hugetlbfs", 1.1, "<= 1.1 x"),
    at_most("cold_load_insns", READ_ONLY, 1.2, "<= 1.2 x"),
    at_most("cold_load_insns", BEST, 0.6, "<= 0.6 x"),
    at_most("restart_insns", BEST, 0.01, "<= 0.01 x"),
    at_least("prealloc_pages", "nr_hugepages", 1.0, ">= 1.0 x"),
    at_least("heal_ok", None, 1000, "1,000"),
    at_most("heal_signals", None, 0, "0"),
    at_most("heal_wrong_pages", None, 0, "0"),
    at_most("scrub_insns_per_byte", "loop over tmpfs", 1.2, "<= 1.2 x"),
    at_most("scrub_insns_per_byte", None, 1, "<= 1"),
    at_most("metadata_bytes_per_gib", None, 1.5 * (1 << 20), "<= 1.5 MiB"),
))

MEMORY_NAMES = ("insns_per_ce", "atomic_insns_per_ce", "bytes_held", "ce_lost",
                "ce_to_first_action", "frames_right", "frames_wrong")
MEMORY = Bench("vigil", (
    at_most("insns_per_ce", "rasdaemon", 0.05, "<= 0.05 x"),
), tuple((name, "rasdaemon") for name in MEMORY_NAMES), each_flavour=True)


PREDICT = Bench("vigil", (
    at_most("row_ns", "libxgboost", 0.05, "<= 0.05 x"),
    at_most("row_ns", None, 1000, "<= 1,000"),
), (("row_insns", "libxgboost"),), each_flavour=True)

CORE_NAMES = ("dump_insns_per_component", "get_insns", "set_insns", "event_insns_per_listener",
              "bytes_per_component", "bytes_with_all_around", "check_ms")
CORE = Bench("vigil", (
    at_most("bytes_per_component", None, 2048, "<= 2,048"),
    at_most("check_ms", None, 100, "<= 100"),
    at_most("events_lost", None, 0, "0"),
), tuple((name, "devlink") for name in CORE_NAMES), each_flavour=True)


@dataclass(frozen=True)
class Comparison:
    """Ours against one peer in one variant, or ours alone; None: it did not happen."""

    value: Optional[float]
    peer_value: Optional[float] = None
    variant: str = ""

    @property
    def ratio(self) -> Optional[float]:
        if self.value is None or not self.peer_value:
            return None
        return self.value / self.peer_value


class Measured:
    """What was measured on one kernel."""

    def __init__(self, kernel: str, bench: Bench):
        self.kernel = kernel
        self.bench = bench
        self.units = {}
        self.rounds = {}  # (name, subject) -> {variant: values}

    def add(self, lines: list[dict]) -> None:
        for line in lines:
            self.units[line["name"]] = line["unit"]
            subject = self.rounds.setdefault((line["name"], line["subject"]), {})
            subject[line["variant"]] = line["values"]

    def value(self, name: str, subject: str, variant: str = "") -> Optional[float]:
        """Return None for what did not happen."""
        values = self.rounds[name, subject][variant]
        return None if None in values else statistics.median(values)

    def peers(self, name: str) -> list[str]:
        return [subject for each, subject in self.rounds
                if each == name and subject != self.bench.ours]

    def best_peer(self, name: str) -> Optional[str]:
        others = [peer for peer in self.peers(name) if peer != READ_ONLY]
        return min(others, key=lambda peer: self.value(name, peer), default=None)

    def comparisons(self, name: str, peer: Optional[str]) -> list[Comparison]:
        """In each variant that was measured for both, or for us if there is no peer."""
        ours = self.rounds.get((name, self.bench.ours), {})
        if peer is None:
            return [Comparison(self.value(name, self.bench.ours, variant), None, variant)
                    for variant in ours]
        theirs = self.rounds.get((name, peer), {})
        return [Comparison(self.value(name, self.bench.ours, variant),
                           self.value(name, peer, variant), variant)
                for variant in ours if variant in theirs]

    def compare(self, name: str, peer: Optional[str]) -> Optional[Comparison]:
        """Return None when one of the two was not measured."""
        found = self.comparisons(name, peer)
        return max(found, key=lambda each: (each.ratio if peer else each.value) or 0,
                   default=None)

    def spread_percent(self, name: str, subject: str, variant: str) -> float:
        middle = self.value(name, subject, variant)
        values = self.rounds[name, subject][variant]
        return round(100 * (max(values) - min(values)) / middle, 2) if middle else 0.0

    def objects(self) -> list[dict]:
        """One for each name and peer, and each flavour if they are told one by one."""
        return [self.describe(name, peer, each) for name in self.units
                for peer in self.peers(name) or [None] for each in self.told(name, peer)]

    def told(self, name: str, peer: Optional[str]) -> list[Comparison]:
        if self.bench.each_flavour:
            return self.comparisons(name, peer)
        worst = self.compare(name, peer)
        return [worst] if worst else []

    def describe(self, name: str, peer: Optional[str], each: Comparison) -> dict:
        told = {"kernel": self.kernel, "name": name, "unit": self.units[name],
                "value": each.value, "peer": peer, "peer_value": each.peer_value,
                "ratio": None if each.ratio is None else round(each.ratio, 4),
                "spread_percent": self.spread_percent(name, self.bench.ours, each.variant)}
        if peer:
            told["peer_spread_percent"] = self.spread_percent(name, peer, each.variant)
        if each.variant:
            told["flavour"] = each.variant
        return told


def number(value: Optional[float]) -> str:
    """With three digits at least."""
    if value is None:
        return "never"
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def print_row(words: tuple) -> None:
    print("  {:<24} {:<26} {:>15} {:>15} {:>9}  {:<11} {}".format(*words).rstrip())


def figures(value: Optional[float], peer: Optional[str], peer_value: Optional[float],
            ratio: Optional[float]) -> tuple[str, str, str]:
    return (number(value), number(peer_value) if peer else "-",
            "-" if ratio is None else f"{ratio:.4f}")


def verdict(reach: Reach, peer: Optional[str], each: Comparison) -> tuple:
    met = reach.met(each.value, each.ratio)
    return (reach.name, peer or "", *figures(each.value, peer, each.peer_value, each.ratio),
            reach.text, "met" if met else "MISSED")


def print_reaches(measured: Measured, complete: bool) -> bool:
    good = True
    for reach in measured.bench.reaches:
        peer = measured.best_peer(reach.name) if reach.peer == BEST else reach.peer
        each = None if reach.peer and not peer else measured.compare(reach.name, peer)
        if each:
            print_row(verdict(reach, peer, each))
        elif complete:
            print_row((reach.name, reach.peer or "", "-", "-", "-", reach.text, "NOT MEASURED"))
            good = False
    return good


def print_missing(measured: Measured) -> bool:
    missing = [(name, peer) for name, peer in measured.bench.expected
               if not measured.comparisons(name, peer)]
    for name, peer in missing:
        print_row((name, peer, "-", "-", "-", "", "NOT MEASURED"))
    return not missing


def print_others(measured: Measured) -> None:
    judged = {(reach.name, reach.peer) for reach in measured.bench.reaches}
    for each in measured.objects():
        if (each["name"], each["peer"]) in judged and not measured.bench.each_flavour:
            continue
        print_row((each["name"], each["peer"] or "",
                   *figures(each["value"], each["peer"], each["peer_value"], each["ratio"]),
                   "", each.get("flavour", "")))


def print_table(measured: Measured, complete: bool) -> bool:
    """Print it; return False when something that has to be there is not."""
    print(f"\nLinux {measured.kernel}")
    print_row(("name", "peer", measured.bench.ours, "peer", "ratio", "reach", ""))
    good = print_reaches(measured, complete)
    print("  each flavour:" if measured.bench.each_flavour else "  without a reach:")
    print_others(measured)
    if complete:
        good &= print_missing(measured)
    spread = max((measured.spread_percent(name, subject, variant)
                  for (name, subject), variants in measured.rounds.items()
                  if "insns" in name for variant in variants), default=0.0)
    print(f"  largest spread of instructions between rounds: {spread:.2f} %\n", flush=True)
    return good
