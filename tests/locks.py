"""What new projects start from: every version that this environment has, pinned with hashes.

    make lock    # writes requirements.lock and requirements-dev.lock of the project anew

One resolution with everything on serves all projects: a part of it that is closed under "wants" is
a resolution, too. The lines of a distribution are tagged with the answers of whatever wants it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.rendering import SOURCES
from tests.variants.dependencies import ENTRY, canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LOCKS = ("requirements.lock", "requirements-dev.lock")
# The Makefile takes one from the path, and installs it where there is none.
UV = shutil.which("uv", path=f"{sys.prefix}/bin:{os.environ['PATH']}") or "uv"
COMPILE = (
    *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-header", "--annotation-style", "split"),
)
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+)")
# Answers, of which any one brings a distribution along; an empty one is whatever is answered.
Wishes = frozenset[str]


def wishes_in(text: str) -> dict[str, Wishes]:
    """Return when pyproject.toml names each distribution."""
    found: dict[str, set[str]] = {}
    condition = ""
    for line in text.splitlines():
        if tag := re.match(r"\s*#: (?:if (.+)|endif)$", line):
            condition = tag[1] or ""
        elif entry := ENTRY.match(line):
            found.setdefault(canonical(entry[1]), set()).update(condition.split(" or "))
    return {name: frozenset(conditions) for name, conditions in found.items()}


def split(lock: str) -> dict[str, tuple[list[str], list[str]]]:
    """Return by distribution the lines of its pins, and who wants it."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for line in lock.splitlines():
        if pin := PIN.match(line):
            lines, wanted_by = found.setdefault(pin[1], ([], []))
        if line.lstrip().startswith("#"):
            wanted_by.append(line.lstrip("# ").removeprefix("via").strip())
        else:
            lines.append(line)
    return found


def spread(direct: Mapping[str, Wishes], parents: Mapping[str, Iterable[str]]) -> dict[str, Wishes]:
    """Return when each distribution is wanted, by the project or by what that wants."""
    wanted = {name: direct.get(name, frozenset()) for name in parents}
    while True:
        wider = {
            name: wishes.union(*(wanted.get(parent, frozenset()) for parent in parents[name]))
            for name, wishes in wanted.items()
        }
        if wider == wanted:
            return wanted
        wanted = wider


def tagged(pins: Mapping[str, list[str]], wanted: Mapping[str, Wishes]) -> Iterator[str]:
    """Yield the lines of a lock, those of one condition between one pair of tags."""
    open_tag = ""
    for name, lines in pins.items():
        wishes = wanted[name]
        condition = "" if "" in wishes else " or ".join(sorted(wishes))
        if condition != open_tag:
            yield from (["#: endif"] if open_tag else [])
            yield from ([f"#: if {condition}"] if condition else [])
            open_tag = condition
        yield from lines
    yield from (["#: endif"] if open_tag else [])


def uv(*arguments: str, folder: Path) -> str:
    """Return what uv prints."""
    command = [UV, *arguments]
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> None:
    """Write both locks."""
    source = (SOURCES / "pyproject.toml").read_text("utf-8")
    whole = re.sub(r"\{\{ cookiecutter\.project_slug[^}]*\}\}", "project", source)
    served, developed = source.split("[dependency-groups]")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pyproject.toml").write_text(whole, "utf-8")
        installed = uv("pip", "freeze", "--python", sys.executable, folder=folder)
        (folder / "installed.txt").write_text(installed, "utf-8")
        # What both need is one version: the second finds the first among its limits.
        wishes = (["pyproject.toml"], ["--group", "dev", "-c", LOCKS[0]])
        for lock, entries, wanted in zip(LOCKS, (served, developed), wishes, strict=True):
            uv(*COMPILE, *wanted, "-c", "installed.txt", "-o", lock, folder=folder)
            found = split((folder / lock).read_text("utf-8"))
            parents = {each: wanted_by for each, (_, wanted_by) in found.items()}
            pins = {each: lines for each, (lines, _) in found.items()}
            text = "\n".join(tagged(pins, spread(wishes_in(entries), parents)))
            (SOURCES / lock).write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main()
