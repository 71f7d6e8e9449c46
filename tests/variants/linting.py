"""Let ruff look at every text at once, under the rules of the projects themselves."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.variants.conditions import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.variants.projection import Text

RULES = "pyproject.toml"


def rules_of(texts: Iterable[Text]) -> str:
    """Return what ruff is told in every variant; one set of rules for all is what is wanted."""
    rules = {
        json.dumps(tomllib.loads(text.text).get("tool", {}).get("ruff", {})): text.text
        for text in texts
        if text.path == RULES
    }
    assert len(rules) == 1, "ruff's rules must not depend on answers"
    return next(iter(rules.values()))


def layers(texts: Iterable[Text]) -> Iterator[dict[str, Text]]:
    """Yield projects that hold every text of Python once, each with one text of a file.

    A file stands where it stands in a project, beside the packages it is in: rules go by path.
    """
    waiting: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        if text.path.endswith(".py"):
            waiting[text.path].append(text)
    packages = {path: each[0] for path, each in waiting.items() if path.endswith("__init__.py")}
    for depth in range(max(map(len, waiting.values()), default=0)):
        layer = {path: each[depth] for path, each in waiting.items() if depth < len(each)}
        for path in list(layer):
            for package, text in packages.items():
                if path.startswith(package.removesuffix("__init__.py")):
                    layer.setdefault(package, text)
        yield layer


def lint(texts: list[Text], folder: Path) -> list[str]:
    """Return what ruff finds in *texts*, which are written below *folder*."""
    rules = rules_of(texts)
    written: dict[str, Text] = {}
    for number, layer in enumerate(layers(texts)):
        project = folder / str(number)
        project.mkdir()
        (project / RULES).write_text(rules, "utf-8")
        for path, text in layer.items():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_bytes(text.text.encode())
            written[f"{number}/{path}"] = text
    faults = []
    for place, complaint in (*check(folder), *check_format(folder)):
        text = written[place]
        faults.append(f"{text.path}: ruff says {complaint}, with {show(text.answers)}")
    return sorted(set(faults))


def run(folder: Path, *arguments: str) -> str:
    """Return what ruff prints."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "--no-cache", "--quiet", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


def check(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of each complaint of the linter."""
    for line in run(folder, "check", "--output-format=json-lines").splitlines():
        found = json.loads(line)
        place = found["filename"].removeprefix(f"{folder.resolve()}/")
        yield place, f"{found['code']} {found['message']}, line {found['location']['row']}"


def check_format(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each file that the formatter would change."""
    for line in run(folder, "format", "--diff").splitlines():
        if line.startswith("+++ "):
            yield line.removeprefix("+++ ").split("\t")[0], "that its formatter would change it"
