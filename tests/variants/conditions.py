"""Conditions over the closed answers, and one solver for every question about them.

A condition is the set of answers under which something is there. Only the answers that decide it
are in it, so that no question ever costs the product of all answers.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Answers = dict[str, Any]


class When(NamedTuple):
    """The answers that decide, and each combination of their values that says yes."""

    names: tuple[str, ...]
    rows: frozenset[tuple[Any, ...]]

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """Tell whether *answers* say yes."""
        return tuple(answers[name] for name in self.names) in self.rows


ALWAYS = When((), frozenset({()}))


class Choices:
    """The closed answers with their values."""

    def __init__(self, values: Mapping[str, Sequence[Any]]) -> None:
        self.values = {name: tuple(choices) for name, choices in values.items()}
        self.met: dict[frozenset[When], When] = {}

    @property
    def variants(self) -> int:
        """The number of all combinations."""
        return prod(len(choices) for choices in self.values.values())

    def combine(self, names: Iterable[str]) -> Iterator[Answers]:
        """Yield each combination of the values of *names*."""
        names = tuple(names)
        for row in product(*(self.values[name] for name in names)):
            yield dict(zip(names, row, strict=True))

    def where(self, names: Iterable[str], says_yes: Callable[[Answers], Any]) -> When:
        """Return the condition that *says_yes* draws up from the answers *names*."""
        names = tuple(sorted(set(names)))
        rows = (tuple(each.values()) for each in self.combine(names) if says_yes(each))
        return When(names, frozenset(rows))

    def meet(self, *conditions: When) -> When:
        """Return the condition under which all *conditions* hold."""
        key = frozenset(conditions) - {ALWAYS}
        if len(key) < 2:
            return next(iter(key), ALWAYS)
        if key not in self.met:
            names = {name for each in key for name in each.names}
            self.met[key] = self.where(names, lambda row: all(each.holds(row) for each in key))
        return self.met[key]

    def find(self, wanted: Iterable[When], unwanted: Iterable[When] = ()) -> Answers | None:
        """Return answers with which all *wanted* hold and no *unwanted* one, or None."""
        rules = dict.fromkeys((each, True) for each in wanted)
        rules |= dict.fromkeys((each, False) for each in unwanted)
        names = list(dict.fromkeys(name for each, _ in rules for name in each.names))
        # Each rule is looked at as soon as the last of its answers is chosen.
        due: list[list[tuple[When, bool]]] = [[] for _ in range(len(names) + 1)]
        for each, is_wanted in rules:
            due[max((names.index(name) + 1 for name in each.names), default=0)].append(
                (each, is_wanted)
            )
        return self._extend({}, names, due)

    def _extend(
        self, chosen: Answers, names: list[str], due: list[list[tuple[When, bool]]]
    ) -> Answers | None:
        depth = len(chosen)
        if any(each.holds(chosen) != is_wanted for each, is_wanted in due[depth]):
            return None
        if depth == len(names):
            return chosen
        for value in self.values[names[depth]]:
            if (found := self._extend({**chosen, names[depth]: value}, names, due)) is not None:
                return found
        return None

    def lack(self, when: When, options: Iterable[When]) -> Answers | None:
        """Return answers with which *when* holds and none of *options*, or None."""
        distinct = set(options)
        if when in distinct or ALWAYS in distinct:
            return None
        return self.find([when], distinct)


def show(answers: Mapping[str, Any]) -> str:
    """Return *answers* as they are given on a command line; long ones in part."""
    words = {True: "yes", False: "no"}
    texts = ((name, str(words.get(value, value))) for name, value in sorted(answers.items()))
    given = (f"{name}={text if len(text) < 70 else text[:66] + ' ...'}" for name, text in texts)
    return " ".join(given) or "any answers"
