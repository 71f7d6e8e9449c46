"""Read settings from the process environment and .env.

Nothing else in the project reads the environment, so that one rule holds for all settings: NAME is
the value, NAME_FILE names a file with the value, and the environment wins over .env. Mistakes are
collected, so that a start reports all of them at once.
"""

from __future__ import annotations

import difflib
import io
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dotenv import dotenv_values

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PROJECT: Final = Path(__file__).resolve().parent.parent

# As Flask reads FLASK_DEBUG: every other value switches debugging on.
OFF: Final = frozenset({"", "0", "false", "no"})

# What .env and the file of a single setting must be.
READABLE: Final = "a readable file of UTF-8 text"

# How similar to a setting a name in .env must be to count as misspelt.
LIKENESS: Final = 0.85


class ConfigurationError(Exception):
    """Raised when settings are missing or wrong: one line each, with the name, never the value."""

    def __init__(self, lines: Collection[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = tuple(lines)


@dataclass
class Reading:
    """What was read: texts by setting, the variable of each, and the mistakes."""

    values: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Environment:
    """The two places that settings come from."""

    process: Mapping[str, str]
    dotenv: Mapping[str, str]
    # The .env file, if others than its owner may read or write it.
    exposed: Path | None = None

    @classmethod
    def load(cls) -> Environment:
        """Read os.environ and .env; the variable DOTENV names another file than .env.

        Raises ConfigurationError if a file exists, or is named, and cannot be read.
        """
        path = Path(os.environ.get("DOTENV", PROJECT / ".env"))
        is_named = "DOTENV" in os.environ
        dotenv: dict[str, str] = {}
        exposed = None
        if is_named or os.path.lexists(path):
            dotenv = read_env_file(path, "DOTENV must name" if is_named else ".env must be")
            mode = path.stat().st_mode
            exposed = path if stat.S_ISREG(mode) and mode & 0o077 else None
        # The flask command copies .env into the environment. Copied variables still belong to .env:
        # otherwise a NAME of .env would contradict a NAME_FILE of the environment.
        process = {name: text for name, text in os.environ.items() if dotenv.get(name) != text}
        return cls(process, dotenv, exposed)

    def holds(self, name: str) -> bool:
        """Tell whether a setting is given in any way, right or wrong."""
        return any({name, f"{name}_FILE"} & place.keys() for place in (self.process, self.dotenv))

    def read(self, names: Collection[str], switched_off: Collection[str] = ()) -> Reading:
        """Read the settings *names*; the variables *switched_off* must not be switched on."""
        reading = Reading()
        for name in names:
            place = next((p for p in (self.process, self.dotenv) if _names(name, p)), None)
            if place is not None:
                _read_setting(name, place, reading)
        for name in switched_off:
            if any(place.get(name, "").lower() not in OFF for place in (self.process, self.dotenv)):
                reading.mistakes[name] = f"{name} must not be switched on here"
        self._find_misspelt(names, reading)
        return reading

    def _find_misspelt(self, names: Collection[str], reading: Reading) -> None:
        known = [*names, *(f"{name}_FILE" for name in names)]
        for name in self.dotenv.keys() - set(known):
            if likely := difflib.get_close_matches(name, known, n=1, cutoff=LIKENESS):
                line = f"{name} in .env must be a setting: {likely[0]} is the nearest"
                reading.mistakes[name] = line


def read_env_file(path: Path, claim: str = ".env must be") -> dict[str, str]:
    """Return the settings in the file *path*; an error begins with *claim*."""
    try:
        # Some editors begin a file with a mark of its encoding.
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        text = "\0"
    # UTF-16 without a mark is full of these.
    if "\0" in text:
        raise ConfigurationError([f"{claim} {READABLE}"])
    # A "$" in a password is a "$": nothing is interpolated.
    values = dotenv_values(stream=io.StringIO(text), interpolate=False)
    return {key: value or "" for key, value in values.items()}


def _names(name: str, place: Mapping[str, str]) -> list[str]:
    return [variable for variable in (name, f"{name}_FILE") if variable in place]


def _read_setting(name: str, place: Mapping[str, str], reading: Reading) -> None:
    variables = _names(name, place)
    variable = reading.sources[name] = variables[0]
    text = place[variable]
    if len(variables) > 1:
        reading.mistakes[name] = f"{name} and {name}_FILE must not both be set"
    elif not text.strip():
        reading.mistakes[name] = f"{variable} must not be empty"
    elif variable == name:
        reading.values[name] = text
    else:
        _read_file(name, variable, Path(text), reading)


def _read_file(name: str, variable: str, path: Path, reading: Reading) -> None:
    try:
        # Editors and secret stores end a file with a newline that is not part of the value.
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError):
        reading.mistakes[name] = f"{variable} must name {READABLE}"
        return
    if text.strip():
        reading.values[name] = text
    else:
        reading.mistakes[name] = f"{variable} must not name an empty file"
