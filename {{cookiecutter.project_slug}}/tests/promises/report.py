"""Print the checklist's table and write it to CHECKLIST.md, from the last run of the suite.

Exits with 1 when an item that is enforced lacks a passing test, or has a failing one. One that this
machine cannot try is neither passed nor failed: the table says so.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

from tests.project import EXEMPTIONS
from tests.promises.items import NOT_TRIED, PROJECT, RESULTS, Item, read_items

STATES = {"enforced": "enforced", "off": "off by answer", "yours": "yours to do"}
HEADER = ("Item", "State", "Tests", "Result")


@dataclass(frozen=True, slots=True)
class Row:
    """An item with its results in the suite."""

    item: Item
    passed: int
    failed: int
    untried: int

    @property
    def is_untried(self) -> bool:
        """Whether nothing but tests that this machine cannot run say that the item is enforced."""
        is_silent = self.passed == self.failed == 0
        return self.item.state == "enforced" and is_silent and self.untried > 0

    @property
    def is_kept(self) -> bool:
        """Whether no test of the promise failed and, if it is enforced, at least one passed."""
        is_proven = self.passed > 0 or self.is_untried
        return self.failed == 0 and (is_proven or self.item.state != "enforced")

    @property
    def result(self) -> str:
        """The result in words."""
        if not self.is_kept:
            return "failed" if self.failed else "no test"
        told = self.item.note or "-"
        if self.item.state == "enforced":
            untried = f"{self.untried} {NOT_TRIED}" if self.untried else ""
            told = ", ".join(filter(None, ("passed" if self.passed else "", untried)))
            told = "; ".join(filter(None, (told, self.item.note)))
        exempt = [
            f"but for {operation}: {reason}"
            for (item, operation), reason in EXEMPTIONS.items()
            if item == self.item.id
        ]
        return "; ".join([told, *exempt])

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """The row as text."""
        state = NOT_TRIED if self.is_untried else STATES[self.item.state]
        return self.item.id, state, str(self.passed + self.failed), self.result


def make_rows(outcomes: dict[str, dict[str, str]]) -> list[Row]:
    """Return a row for each item, from outcomes by item and test."""
    rows = []
    for item in read_items():
        seen = [*outcomes.get(item.id, {}).values()]
        rows.append(Row(item, *map(seen.count, ("passed", "failed", NOT_TRIED))))
    return rows


def format_table(rows: list[Row]) -> str:
    """Return the rows as aligned text for a terminal."""
    lines = [HEADER, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    return "\n".join(
        "  ".join(
            [*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[3]]
        )
        for line in lines
    )


def format_markdown(rows: list[Row]) -> str:
    """Return the rows as a Markdown document, a table per group."""
    lines = ["# Checklist", "", "Written by `make checklist` from a run of the tests."]
    group = ""
    for row in rows:
        if row.item.group != group:
            group = row.item.group
            lines += ["", f"## {group}", "", "| Item | Promise | State | Tests | Result |"]
            lines += ["| --- | --- | --- | --- | --- |"]
        name, *others = row.cells
        lines.append(f"| {' | '.join([f'`{name}`', row.item.rule, *others])} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Report on the last run; return the exit code."""
    if not RESULTS.exists():
        print("No results: run the suite first (make checklist does).", file=sys.stderr)
        return 1
    rows = make_rows(json.loads(RESULTS.read_text(encoding="utf-8")))
    (PROJECT / "CHECKLIST.md").write_text(format_markdown(rows), encoding="utf-8")
    print(format_table(rows))
    broken = [row.item.id for row in rows if not row.is_kept]
    if broken:
        print(f"\nNot kept: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
