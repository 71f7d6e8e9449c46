"""Write what README.md, README.ko.md and .env.example say of the settings: `make docs`.

config/ declares each setting once. Its entry stays where it stands in a document, and a new one
follows that of the setting declared before it. The meanings in README.ko.md are translations and
stay; that of a new setting waits there for one. Whoever needs no Korean deletes that file.
"""

from __future__ import annotations

import re
import textwrap
from itertools import pairwise
from typing import Any, Final

from pydantic_core import PydanticUndefined

from config import Base, Development, Production
from config.environment import PROJECT
#: if cookiecutter.uploads
from dev.object_store import SETTINGS as STORE
#: endif

# What `make run` brings along where it is unset.
EMBEDDED: Final = {
    "MONGODB_URI",
    #: if cookiecutter.uploads
    *STORE,
    #: endif
    #: if cookiecutter.task_queue
    "BROKER_URI",
    #: endif
    #: if cookiecutter.mail
    "MAIL_URI",
    #: endif
}
EXAMPLE: Final = ".env.example"
# The words of a table for what must be set, what is unset, and what is embedded.
TABLES: Final = {
    "README.md": ("required", "unset", "embedded"),
    "README.ko.md": ("필수", "없음", "내장"),
}
ROW: Final = re.compile(r"(?m)^\| `(?P<name>[A-Z][A-Z0-9_]*)` \|.*\|.*\| (?P<meaning>.*) \|\n")
LINES: Final = re.compile(r"(?m)(?:^# (?![A-Z0-9_]+=).*\n)*^(?:# )?(?P<name>[A-Z][A-Z0-9_]*)=.*\n")


def write(document: str, text: str) -> str:
    """Return *text* with an entry for each setting, and for nothing else."""
    pattern = LINES if document == EXAMPLE else ROW
    told = {entry["name"]: entry for entry in pattern.finditer(text)}
    entries = {name: _make_entry(document, name, told.get(name)) for name in Base.model_fields}
    for before, name in reversed([*pairwise(entries)]):
        if name not in told:
            entries[before] += entries.pop(name)
    text = pattern.sub(lambda entry: entries.pop(entry["name"], ""), text)
    if entries:
        raise ValueError(f"{document} must have an entry of {next(iter(entries))} to go on from")
    return text


def _make_entry(document: str, name: str, told: re.Match[str] | None) -> str:
    field = Base.model_fields[name]
    meaning = field.description or ""
    defaults = [_show(each.model_fields[name].default) for each in (Production, Development)]
    if document in TABLES:
        required, unset, embedded = TABLES[document]
        cells = [required if text is None else f"`{text}`" if text else unset for text in defaults]
        if name in EMBEDDED:
            cells[1] = embedded
        if told and document != "README.md":
            meaning = told["meaning"]
        return f"| `{name}` | {' | '.join(cells)} | {meaning} |\n"
    # What has neither a default nor an example is a secret, which has to be made.
    is_secret = defaults[0] is None and not field.examples
    if defaults[0] is None and not is_secret:
        meaning += " Required in production."
    if name in EMBEDDED:
        meaning += " `make run` brings its own."
    comment = "\n# ".join(textwrap.wrap(meaning, 98, break_on_hyphens=False))
    value = defaults[0] or (field.examples or ["change-me"])[0]
    return f"# {comment}\n{'' if is_secret else '# '}{name}={value}\n"


def _show(default: Any) -> str | None:
    """Return a default as a variable has it: "" where it is unset, None where there is none."""
    if default is PydanticUndefined:
        return None
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ",".join(default)
    return "" if default is None else str(default)


if __name__ == "__main__":
    for document in (*TABLES, EXAMPLE):
        if (path := PROJECT / document).exists():
            path.write_text(write(document, path.read_text(encoding="utf-8")), encoding="utf-8")
