"""The breakages, as the TOML files beside this one list them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent


class UnfitError(AssertionError):
    """Raised when a breakage does not fit the project any more: its text is not there once."""


@dataclass(frozen=True)
class Edit:
    """One text of a project, and what is put in its place."""

    file: str
    old: str
    new: str

    def apply(self, files: Mapping[str, str]) -> str:
        """Return the broken text of the file; raise UnfitError where it cannot be broken."""
        if self.file not in files:
            raise UnfitError(f"{self.file} is not there: mend the mutation")
        count = files[self.file].count(self.old)
        if count != 1 or self.old == self.new:
            raise UnfitError(f"{self.file} has this {count} times, mend the mutation:\n{self.old}")
        return files[self.file].replace(self.old, self.new)


@dataclass(frozen=True)
class Mutation:
    """A breakage of one item of the checklist.

    *tests* are paths or node ids, or beginnings of such, among which the item's tests are looked
    for, and *fails* is how they fail. *also* are other items that are rightly broken with it,
    *answers* those of the project that it breaks, *more* further edits of it.
    """

    item: str
    breaks: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    also: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    fails: str = "AssertionError"
    more: tuple[dict[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What the mutation is called in a run."""
        return f"{self.item}: {self.breaks}"

    def apply(self, files: Mapping[str, str]) -> dict[str, str]:
        """Return the texts of the files that it breaks."""
        broken: dict[str, str] = {}
        edits = [Edit(self.file, self.old, self.new), *(Edit(**edit) for edit in self.more)]
        for edit in edits:
            broken[edit.file] = edit.apply({**files, **broken})
        return broken


def read_mutations() -> list[Mutation]:
    """Return all mutations, in the order of the checklist's groups."""
    found: list[dict[str, Any]] = []
    for path in sorted(FOLDER.glob("*.toml")):
        read = tomllib.loads(path.read_text("utf-8"))
        assert [*read] == ["mutation"], f"{path.name} has tables of other names: {', '.join(read)}"
        found += read["mutation"]
    return [Mutation(**each) for each in found]


MUTATIONS = read_mutations()
