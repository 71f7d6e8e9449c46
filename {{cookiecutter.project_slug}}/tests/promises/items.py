"""The items of the checklist, as tests/promises/items.toml lists them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
RESULTS = PROJECT / ".checklist.json"
# The outcome of a test whose program this machine lacks.
NOT_TRIED = "not tried here"


@dataclass(frozen=True, slots=True)
class Item:
    """A promise, and who has to keep it."""

    id: str
    group: str
    rule: str
    state: str
    note: str


def read_items() -> list[Item]:
    """Return the items in their order."""
    text = Path(__file__).with_name("items.toml").read_text(encoding="utf-8")
    return [Item(**item) for item in tomllib.loads(text)["item"]]
