"""Make templates of a few lines, to be broken by the tests of the checks."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from local_extensions.manifest import Owner
from tests.variants.questions import CLOSED
from tests.variants.template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The answers that the small templates ask for, whatever the real one has.
ANSWERS = {
    "cors": (True, False),
    "throttling": (True, False),
    "api_docs": ("swagger", "redoc", "none"),
}


def make_template(
    sources: Mapping[str, str],
    owned: Mapping[str, Sequence[str]] | None = None,
    closed: Mapping[str, Sequence[object]] = ANSWERS,
    **context: object,
) -> Template:
    """Return a template of *sources*; *owned* are the paths that a yes or "swagger" keeps."""
    owners = [
        Owner(answer, (closed[answer][0],), tuple(paths)) for answer, paths in (owned or {}).items()
    ]
    texts = {path: dedent(text) for path, text in sources.items()}
    template = Template(texts, owners, closed, {"_copy_without_render": (), **context})
    template.free |= {name: values[0] for name, values in CLOSED.items() if name not in closed}
    return template


def with_answers(count: int) -> dict[str, tuple[bool, bool]]:
    """Return so many answers of yes and no."""
    return {f"feature_{chr(97 + number)}": (True, False) for number in range(count)}
