"""Teach Jinja the line tags of this template."""

from __future__ import annotations

import re

from jinja2 import Environment
from jinja2.ext import Extension

LINE_TAG = re.compile(r"^[ \t]*#: (.+)$", re.MULTILINE)


class LineTags(Extension):
    """Read every line ``#: tag`` as the block tag ``{% tag %}``."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters["project_slug"] = lambda name: re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return *source* with its line tags turned into block tags."""
        return LINE_TAG.sub(r"{% \1 %}", source)
