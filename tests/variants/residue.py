"""Look for words of what is off, and for what of the words is missing where it is on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.variants.conditions import When, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from local_extensions.words import Words
    from tests.variants.template import Line, Template


def wish_of(words: Words) -> When:
    """Return when *words* are to be there."""
    return When((words.answer,), frozenset((value,) for value in words.come_with))


def places_of(template: Template, word: str, spared: Iterable[str]) -> list[tuple[str, When]]:
    """Return where *word* stands, and when: in lines and in the names of files."""
    find = re.compile(word, re.MULTILINE).search
    found = []
    for path in template.sources:
        if path not in spared:
            lines: list[Line] = template.lines(path) if find(template.whole(path)) else []
            found += [(line.place, line.when) for line in lines if find(line.text)]
            if find(path):
                found.append((path, template.kept(path)))
    return found


def find_left_over(template: Template, words: Iterable[Words]) -> Iterator[str]:
    """Yield each place of a word that is there although its answer is another."""
    for each in words:
        for word in each.words:
            for place, when in places_of(template, word, each.spared):
                if (answers := template.choices.lack(when, [wish_of(each)])) is not None:
                    yield f"{place} has {word!r} with {show(answers)}"


def find_missing(template: Template, words: Iterable[Words]) -> Iterator[str]:
    """Yield each word that is missing although its answer is given."""
    for each in words:
        for word in each.words:
            places = [when for _, when in places_of(template, word, each.spared)]
            if (answers := template.choices.lack(wish_of(each), places)) is not None:
                yield f"{word!r} is nowhere with {show(answers)}: spell it right, or drop it"


def find_empty_folders(template: Template) -> Iterator[str]:
    """Yield each folder in which some answers leave nothing but empty files."""
    for folder, paths in template.folders.items():
        full = [template.kept(path) for path in paths if template.sources[path].strip()]
        for path in paths:
            if (answers := template.choices.lack(template.kept(path), full)) is not None:
                yield f"{folder} holds nothing with {show(answers)}: name it in the manifest"
                break


def find_unowned_answers(
    answers: Iterable[str], words: Iterable[Words], wordless: Iterable[str]
) -> Iterator[str]:
    """Yield each answer that neither has words nor says why it has none."""
    words, wordless = list(words), set(wordless)
    for name in answers:
        if name not in wordless and name not in {each.answer for each in words}:
            yield (
                f"{name} has no words: name in WORDS of local_extensions/words.py what must be "
                "gone when it is off, or in WORDLESS why there is nothing"
            )
