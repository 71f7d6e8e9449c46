"""Let every source be valid before it is rendered, and nothing but the template's texts be Jinja.

A line `#: if cookiecutter.cors` is the block tag `if cookiecutter.cors`, and vanishes with its
line break.
"""

from __future__ import annotations

import re

from jinja2.ext import Extension

LINE_TAG = re.compile(r"^[ \t]*#: (.+)$", re.MULTILINE)
# Cookiecutter renders more than files: defaults, and the paths that it writes to, in both of which
# answers stand. Of these texts only the template's own are Jinja, and the folder of a project is
# where all answers are known and nothing is written yet, a replay's included.
OWN_TEXTS = {
    "{{cookiecutter.project_slug}}": "{{ cookiecutter | checked_folder }}",
    "{{ cookiecutter.project_name | project_slug }}": None,
    "{{ cookiecutter | checked }}": None,
}
OF_A_HOOK = "{{ cookiecutter | folder | jsonify }}"


class LineTags(Extension):
    """Read every line `#: tag` as a block tag, and an answer as the text that it is."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return *source* with its line tags turned into block tags."""
        if name is None and OF_A_HOOK not in source and ("{" in source or "#: " in source):
            # Braces in an answer are for the rules to refuse, and those in a path are its owner's.
            return OWN_TEXTS.get(source, f"{{{{ {source!a} }}}}") or source
        return LINE_TAG.sub(r"{% \1 %}", source)
