"""Tell all mistakes in answers at once, where Cookiecutter would stop at the first of a choice.

`make new ANSWERS='cors=maybe license=GPL'` asks here before it asks Cookiecutter.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cookiecutter.prompt import YesNoPrompt
from rich.prompt import InvalidResponse

from local_extensions.answers import QUESTIONS, YES_NO, mistakes_in

if TYPE_CHECKING:
    from collections.abc import Iterator


def typed(name: str, text: str) -> str | bool:
    """Return the answer that Cookiecutter makes of *text*."""
    try:
        return YesNoPrompt().process_response(text) if name in YES_NO else text
    except InvalidResponse:
        return text


def mistakes_of(arguments: list[str]) -> Iterator[str]:
    """Yield one line for each mistake in what *arguments* of Cookiecutter's answer."""
    pairs = [each.split("=", 1) for each in arguments if "=" in each and each[0] != "-"]
    answers = {name: typed(name, text) for name, text in pairs}
    yield from (f"{name}: is not asked" for name in answers if name not in QUESTIONS)
    yield from mistakes_in(answers)


if __name__ == "__main__":
    sys.exit("\n".join(mistakes_of(sys.argv[1:])) or 0)
