"""What tests/project.py says of an example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fixtures.accounts import Person

# It gets a World of tests/fixtures/examples.py.
Need = Callable[[Any], "Given"]


@dataclass(frozen=True, slots=True)
class Given:
    """What takes the place of an example's own values; a name in the path is in *path*."""

    body: Mapping[str, Any] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    caller: Person | None = None
