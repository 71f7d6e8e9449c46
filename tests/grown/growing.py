"""Lay the shop over a project, and break what it promises."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.mutations.breakages import Edit, Mutation
from tests.projects import SHARED, run

SHOP = Path(__file__).parent / "shop"
WIRING = [
    Edit(**edit) for edit in tomllib.loads(SHOP.with_name("wiring.toml").read_text("utf-8"))["edit"]
]
FILES = sorted(path.relative_to(SHOP).as_posix() for path in SHOP.rglob("*.*") if path.is_file())


@dataclass(frozen=True)
class Fault(Mutation):
    """A breakage of one *operation* of the shop, which turns *red*, one test, red and no other.

    That test and all of the item among *tests* are run, and it has to name the operation.
    """

    operation: str = ""
    red: str = ""


def read_faults() -> list[Fault]:
    """Return the faults, as faults.toml lists them."""
    read = tomllib.loads(SHOP.with_name("faults.toml").read_text("utf-8"))
    return [Fault(**fault) for fault in read["fault"]]


def grow(project: Path) -> Path:
    """Make the shop of a new *project*, as its owner would, and return where it is."""
    for edit in WIRING:
        path = project / edit.file
        path.write_text(edit.apply({edit.file: path.read_text("utf-8")}), "utf-8")
    shutil.copytree(SHOP, project, dirs_exist_ok=True)
    (project / "README.ko.md").unlink()
    run(project, "make", "docs", SHARED)
    return project
