"""Change settings in a .env file and nothing else in it.

The new file replaces the old one atomically: a reader sees all of the change or none of it, and
a crash loses neither file.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv.parser import parse_stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dotenv.parser import Binding


def update_env_file(path: Path, values: Mapping[str, str | None]) -> None:
    """Write *values* into the file at *path*, readable by its owner alone (mode 0600).

    None removes a setting. Comments, order and every other setting stay as they are; new
    settings go to the end.
    """
    # A symbolic link stays: the file it points to is changed.
    path = path.resolve()
    bindings = []
    if path.exists():
        with path.open(encoding="utf-8-sig", newline="") as stream:
            bindings = list(parse_stream(stream))
    text = "".join(_replace_settings(bindings, values))
    if text and not text.endswith("\n"):
        text += "\n"
    present = {binding.key for binding in bindings}
    added = [format_line(name, value) for name, value in values.items() if name not in present]
    _replace_file(path, text + "".join(added))


def format_line(name: str, value: str | None) -> str:
    r"""Return one line from which *value* can be read back: a line end is written as ``\n``.

    The line of a value that is None is empty.
    """
    if value is None:
        return ""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{name}="{escaped}"\n'


def _replace_settings(bindings: list[Binding], values: Mapping[str, str | None]) -> Iterator[str]:
    pending = dict(values)
    for binding in bindings:
        text = binding.original.string
        if binding.key is None or binding.key not in values:
            yield text
            continue
        # The parser treats blank lines as part of the setting that follows.
        yield text[: len(text) - len(text.lstrip())]
        # If a setting is there twice, the second must not win with its old value.
        yield format_line(binding.key, pending.pop(binding.key, None))


def _replace_file(path: Path, text: str) -> None:
    # mkstemp() makes the file with mode 0600 before a secret is in it.
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
