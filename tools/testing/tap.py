# SPDX-License-Identifier: GPL-2.0
"""Reads TAP, prints results and counts them; for run-selftests and run-kunit."""

import re
from dataclasses import dataclass
from typing import Optional

_RESULT = re.compile(r"(?P<bad>not )?ok\b *(?P<number>\d+)?(?: -)? *(?P<name>[^#]*?) *"
                     r"(?:# *(?P<directive>SKIP)\b *(?P<reason>.*))?$", re.IGNORECASE)
_PLAN = re.compile(r"1\.\.(?P<count>\d+)\b(?: *# SKIP *(?P<reason>.*))?", re.IGNORECASE)


@dataclass
class Totals:
    """The count that ends a run."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def record_pass(self, name: str) -> None:
        self.passed += 1
        print(f"ok    {name}", flush=True)

    def record_failure(self, name: str) -> None:
        self.failed += 1
        print(f"FAIL  {name}", flush=True)

    def record_skip(self, name: str, reason: str) -> None:
        self.skipped += 1
        print(f"skip  {name}: {reason or 'no reason given'}", flush=True)

    def print_and_judge(self) -> int:
        """Print the last line; the exit status it deserves.  Nothing run is no success."""
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        return 1 if self.failed or not self.passed + self.skipped else 0


class TapReader:
    """Follows one TAP stream, line by line, without its nested ones."""

    def __init__(self, origin: str, totals: Totals) -> None:
        self._origin = origin
        self._totals = totals
        self._planned: Optional[int] = None
        self._seen = 0
        self.failures = 0
        self.skip_reason = ""

    def feed(self, line: str) -> bool:
        """Take a line; say whether it was a plan or a result."""
        plan = _PLAN.match(line)
        if plan:
            self._planned = int(plan["count"])
            self.skip_reason = plan["reason"] or ""
            return True
        result = _RESULT.match(line)
        if not result:
            return False
        self._seen += 1
        self._record(result)
        return True

    def finish(self) -> None:
        """The stream has ended; what it promised must have come."""
        if self._planned is None:
            self.fail("ended without a plan")
        elif self._planned != self._seen:
            self.fail(f"planned {self._planned}, ran {self._seen}")

    def fail(self, why: str) -> None:
        self.failures += 1
        self._totals.record_failure(f"{self._origin}: {why}")

    @property
    def empty(self) -> bool:
        return not self._seen

    def _record(self, result: "re.Match[str]") -> None:
        name = f"{self._origin}: {result['name'] or result['number'] or 'unnamed'}"
        directive = (result["directive"] or "").upper()
        if directive == "SKIP" and not result["bad"]:
            self._totals.record_skip(name, result["reason"])
        elif result["bad"]:
            self.fail(result["name"] or f"test {self._seen}")
        else:
            self._totals.record_pass(name)
