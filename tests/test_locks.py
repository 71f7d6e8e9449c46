"""What a new project installs is pinned: all of it, by hash, in the versions tested here."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires, version
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement

from tests.combinations.rows import name_of, read
from tests.locks import LOCKS
from tests.rendering import SOURCES, complete, render_source
from tests.variants.dependencies import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PIN = re.compile(
    r"^(\S+==[^\s;]+(?: ; [^\\\n]+)?) \\\n(?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+"
)


def pins_of(lock: str) -> dict[str, str]:
    """Return the versions that a lock pins on this machine; no line may be anything else."""
    found = {}
    while lock:
        pin = PIN.match(lock)
        assert pin, lock[:200]
        requirement = Requirement(pin[1])
        if requirement.marker is None or requirement.marker.evaluate():
            found[requirement.name] = str(requirement.specifier).removeprefix("==")
        lock = lock[pin.end() :]
    return found


def wanted_by(texts: Iterable[str]) -> dict[str, list[Requirement]]:
    """Return, by distribution, all that is wanted of it on this machine."""
    found: dict[str, list[Requirement]] = {}
    seen: set[str] = set()
    waiting = list(texts)
    while waiting:
        if (text := waiting.pop()) in seen:
            continue
        seen.add(text)
        wish = Requirement(text)
        if wish.marker is None or wish.marker.evaluate():
            found.setdefault(canonical(wish.name), []).append(wish)
            waiting += further(wish)
    return found


def further(wish: Requirement) -> Iterator[str]:
    """Yield what a distribution wants in its turn, with those of its extras that are asked for."""
    for text in requires(wish.name) or ():
        each = Requirement(text)
        environments = [{"extra": extra} for extra in ("", *wish.extras)]
        if each.marker is None or any(map(each.marker.evaluate, environments)):
            each.marker = None
            yield str(each)


def group(groups: dict[str, list[Any]], name: str) -> Iterator[str]:
    """Yield the entries of a dependency group, and of those that it includes."""
    for entry in groups[name]:
        yield from [entry] if isinstance(entry, str) else group(groups, entry["include-group"])


@pytest.mark.parametrize("row", read(2), ids=name_of)
def test_a_project_pins_what_it_wants_and_no_more(row):
    answers = complete(row)
    project, *locks = (render_source(name, answers) for name in ("pyproject.toml", *LOCKS))
    declared = tomllib.loads(project)
    wishes = (declared["project"]["dependencies"], group(declared["dependency-groups"], "dev"))

    for lock, texts in zip(locks, wishes, strict=True):
        pins, wanted = pins_of(lock), wanted_by(texts)
        assert pins.keys() == wanted.keys()
        for name, pinned in pins.items():
            assert pinned == version(name), "make lock"
            assert all(each.specifier.contains(pinned, prereleases=True) for each in wanted[name])


def test_what_serves_and_what_develops_have_one_version_of_everything():
    served, developed = (
        pins_of(re.sub(r"(?m)^#: .*\n", "", (SOURCES / lock).read_text("utf-8"))) for lock in LOCKS
    )

    assert {name: served.get(name, pinned) for name, pinned in developed.items()} == developed
