"""Let every source be valid before it is rendered, and nothing but the template's texts be Jinja.

A line `#: if cookiecutter.cors` is the block tag `if cookiecutter.cors`, and vanishes with its
line break.
"""

from __future__ import annotations

import re

from jinja2.ext import Extension

from local_extensions.answers import CONTEXT

LINE_TAG = re.compile(r"^[ \t]*#: (.+)$", re.MULTILINE)
# Cookiecutter renders more than files: defaults, hooks, and the paths that it writes to. Answers
# stand in defaults and in paths, of which only what is the template's own is Jinja.
FOLDER = "{{cookiecutter.project_slug}}"
OF_A_HOOK = "{{ cookiecutter | folder | jsonify }}"
OWN_TEXTS = {text for text in CONTEXT.values() if isinstance(text, str)}


class LineTags(Extension):
    """Read every line `#: tag` as a block tag, and an answer as the text that it is."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return *source* with its line tags turned into block tags; only files have a *name*."""
        if name is None and source == FOLDER:
            # Here all answers are known, a replay's too, and nothing is written yet.
            return "{{ cookiecutter | checked_folder }}"
        if name is None and not (source in OWN_TEXTS or OF_A_HOOK in source):
            # Braces in an answer are for the rules to refuse, and those in a path are its owner's.
            return f"{{{{ {source!a} }}}}" if "{" in source or "#: " in source else source
        return LINE_TAG.sub(r"{% \1 %}", source)
