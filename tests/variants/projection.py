"""Find every text that a file can have, at a cost that its own answers decide.

A text depends on the answers its source mentions and on nothing else. Where those are few, each of
their combinations is rendered. Where they are many, pieces of the source are what is independent:
a text of them goes wrong inside a piece, where two pieces come to touch, where a word stands in one
piece and in no other, or by sheer number. So the renderings are chosen such that each piece is
there, that any two that can touch do, with all between them gone, that each piece with a word
stands without the others that have it, that all such are gone, and that any two values of answers
meet.
"""

from __future__ import annotations

import random
import re
from itertools import combinations, groupby
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from local_extensions.answers import default_slug
from tests.variants.conditions import ALWAYS, When

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.variants.conditions import Answers
    from tests.variants.template import Template

# What is rendered of one file without choosing.
FEW = 600
WORD = re.compile(r"[A-Za-z_]\w{2,}")
Demand = tuple[list[When], list[When]]

# What people may type, at the ends of what the rules allow; each is written wherever it may stand.
HOSTILE: tuple[dict[str, str], ...] = (
    {"project_name": "가" * 60, "project_slug": "a" * 50},
    {"project_name": "🚀🔥 <API> & #1 100%", "project_slug": "zz"},
    {"project_name": "# - 1. [x](y) | *a* _b_ <!-- c -->", "description": "| # * [a](b) <!-- %s"},
    {"description": "Notes: \"quoted\" \\ back\\slash 'single' #hash `tick` $HOME %s 한국어 🚀"},
    {"description": "\\" * 200, "author_name": '"' * 200},
    {"description": "- " + "가" * 198, "author_name": "김" * 200},
    {"author_name": 'O\'Neil "Neo" \\ Müller & 김 <a@b.example>'},
    {"mongo_host": "[2001:db8::1]:27018,[::1],db-2.example.com:27017,10.0.0.3"},
    {"mongo_host": ",".join(f"db-{number}.example.com:27017" for number in range(50))},
    # One of them ends just at the right margin, wherever it stands.
    *({"mongo_host": "h" * length} for length in range(1, 64)),
    *({"project_slug": "s" * length} for length in range(3, 50)),
)


class Text(NamedTuple):
    """A text of a file, and the answers that give it."""

    path: str
    text: str
    answers: Answers


def is_large(template: Template, path: str) -> bool:
    """Tell whether the file at *path* has too many texts to render all of them."""
    choices = template.choices.values
    return prod(len(choices[name]) for name in template.decided_by(path)) > FEW


def renderings(template: Template, path: str) -> Iterator[Answers]:
    """Yield the closed answers under which *path* is to be rendered."""
    names = template.decided_by(path)
    kept = template.kept(path)
    if is_large(template, path):
        yield from cover(template, path)
        return
    for answers in template.choices.combine(names):
        row = When(tuple(answers), frozenset([tuple(answers.values())]))
        if (found := template.choices.find([row, kept])) is not None:
            yield found


def texts_of(template: Template, path: str) -> tuple[list[Text], int]:
    """Return each distinct text of *path*, and how often it was rendered to find them."""
    found: dict[str, Text] = {}
    count = 0
    for answers in renderings(template, path):
        count += 1
        text = template.render(path, answers)
        found.setdefault(text, Text(path, text, answers))
    return list(found.values()), count


def pieces_of(template: Template, path: str) -> list[tuple[When, str]]:
    """Return the parts of a source that are there or not as a whole, in order."""
    groups = groupby(template.lines(path), key=lambda line: line.when)
    return [(when, "\n".join(line.text for line in lines)) for when, lines in groups]


def demands(template: Template, path: str) -> Iterator[Demand]:
    """Yield what must hold in some rendering: the wanted pieces, and those that must be gone."""
    # The start and the end of the file are pieces that all others may touch.
    pieces = [(ALWAYS, ""), *pieces_of(template, path), (ALWAYS, "")]
    for first, (when, _) in enumerate(pieces):
        yield [when], []
        between: list[When] = []
        for other, _ in pieces[first + 1 :]:
            yield [when, other], list(between)
            between.append(other)
            if template.choices.find([when], between) is None:
                break
    conditional = [(when, set(WORD.findall(text))) for when, text in pieces if when.names]
    for word in sorted(set().union(*(words for _, words in conditional))):
        holders = list(dict.fromkeys(when for when, words in conditional if word in words))
        yield [], holders
        yield from (([when], [other for other in holders if other != when]) for when in holders)
    for pair in combinations(template.decided_by(path), 2):
        for answers in template.choices.combine(pair):
            yield [When(pair, frozenset([tuple(answers.values())]))], []


def cover(template: Template, path: str) -> list[Answers]:
    """Return few answers that together fulfil every demand that can be fulfilled."""
    chance = random.Random(path)
    names = template.decided_by(path)
    kept = template.kept(path)
    chosen: list[Answers] = []
    seen: set[tuple[frozenset[When], frozenset[When]]] = set()
    for wanted, unwanted in demands(template, path):
        key = frozenset(wanted), frozenset(unwanted)
        if key in seen or any(fulfils(answers, wanted, unwanted) for answers in chosen):
            continue
        seen.add(key)
        if (found := template.choices.find([kept, *wanted], unwanted)) is not None:
            rest = {name: chance.choice(template.choices.values[name]) for name in names}
            chosen.append(rest | found)
    return chosen


def fulfils(answers: Answers, wanted: list[When], unwanted: list[When]) -> bool:
    """Tell whether *answers* bring all that is wanted and nothing that is not."""
    return all(when.holds(answers) for when in wanted) and not any(
        when.holds(answers) for when in unwanted
    )


def hostile_texts_of(template: Template, path: str) -> Iterator[Text]:
    """Yield the texts at *path* with what people may type, wherever it may stand."""
    free = template.mentioned(path) & set(template.free)
    rows = [number for number, row in enumerate(template.sources[path].split("\n")) if "{{" in row]
    places = {template.tags(path)[number] for number in rows} - {None}
    seen: set[str] = set()
    for given in HOSTILE if free and not template.is_copied(path) else ():
        if free.isdisjoint(given):
            continue
        for when in places:
            answers: dict[str, Any] = (template.choices.find([when]) or {}) | given
            if "project_slug" not in given and "project_name" in given:
                answers["project_slug"] = default_slug(given["project_name"])
            text = template.render(path, answers)
            if text not in seen:
                seen.add(text)
                yield Text(path, text, answers)
