"""What strangers' tools make of a project's API document: linters, and makers of clients.

A project is a folder; whoever has one asks for its document, and for the faults in it:

    document = write_document(project, folder / "mine.json")
    assert unexplained(find_faults([document], tools)) == []
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.projects import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HERE = Path(__file__).parent
RULES = 'extends: ["spectral:oas", "@stoplight/spectral-owasp-ruleset"]\n'
# Of the OWASP rules those count that are errors; of all others the warnings, too.
ERROR = 0
# How a linter ends, whether or not it found something.
FINDING = (0, 1)
# Nothing here asks whether there is something newer, or tells its maker that it was used.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
OWASP = "owasp:"
PYTHON_CLIENT = Path(sys.prefix, "bin", "openapi-python-client")
# The settings of the suite need no service, and the document none either.
TELL_DOCUMENT = """
import sys
from app import create_app
from app.openapi.views import DocumentView
from config.testing import Testing
with (app := create_app(Testing())).test_request_context("/"):
    sys.stdout.buffer.write(DocumentView().get().data)
"""


class Fault(NamedTuple):
    """What a rule of a tool finds, in which document and where in it."""

    document: str
    rule: str
    place: str
    words: str


def install(folder: Path) -> Path:
    """Install the tools of package.json into *folder*, once for all processes that ask."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "rules.yaml").exists():
            shutil.copy(HERE / "package.json", folder)
            options = ("--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund")
            call("npm", "install", *options, folder=folder)
            (folder / "rules.yaml").write_text(RULES)
    return folder


def write_document(project: Path, target: Path) -> Path:
    """Write the document of *project* to *target*, as the project would serve it."""
    target.write_text(run(project, sys.executable, "-c", TELL_DOCUMENT), "utf-8")
    return target


def find_faults(documents: Sequence[Path], tools: Path) -> list[Fault]:
    """Return what the linters find in *documents*."""
    by_redocly = (fault for document in documents for fault in lint_by_redocly(document, tools))
    return [*by_redocly, *lint_by_spectral(documents, tools)]


def lint_by_redocly(document: Path, tools: Path) -> Iterator[Fault]:
    """Yield what `redocly lint` finds, warnings included."""
    command = (bin_of(tools, "redocly"), "lint", "--format=json", document)
    content = json.loads(document.read_text("utf-8"))
    for problem in json.loads(call(*command, folder=tools, ends=FINDING))["problems"]:
        pointer = problem["location"][0]["pointer"].removeprefix("#/")
        parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")]
        rule = f"redocly:{problem['ruleId']}"
        yield Fault(document.stem, rule, name(parts, content), problem["message"])


def lint_by_spectral(documents: Sequence[Path], tools: Path) -> Iterator[Fault]:
    """Yield what Spectral finds by its OAS rules, and the errors by those of OWASP.

    It is slow to start, and takes all documents at once.
    """
    command = (bin_of(tools, "spectral"), "lint", "--quiet", "--format=json")
    rules = ("--ruleset", tools / "rules.yaml")
    told = call(*command, *rules, *documents, folder=tools, ends=FINDING)
    contents = {str(document): json.loads(document.read_text("utf-8")) for document in documents}
    for found in json.loads(told):
        if found["severity"] == ERROR or not found["code"].startswith(OWASP):
            place = name(map(str, found["path"]), contents[found["source"]])
            yield Fault(Path(found["source"]).stem, found["code"], place, found["message"])


def name(parts: Iterable[str], node: Any) -> str:
    """Return a path into a document with the names of parameters instead of their numbers."""
    named: list[str] = []
    for part in parts:
        if isinstance(node, list):
            is_number = part.isdecimal() and int(part) < len(node)
            node = node[int(part)] if is_number else None
            is_parameter = named[-1:] == ["parameters"] and isinstance(node, dict)
            named.append(node["name"] if is_parameter else part)
        else:
            node = node.get(part) if isinstance(node, dict) else None
            named.append(part)
    return ".".join(named)


def unexplained(faults: Iterable[Fault]) -> list[Fault]:
    """Return the *faults* that no line of the list explains."""
    lines = read_explained()
    return [fault for fault in faults if not any(does_explain(line, fault) for line in lines)]


def read_explained() -> list[dict[str, Any]]:
    """Return the lines of the list: a rule, where it may find something, and the reason."""
    lines: list[dict[str, Any]] = tomllib.loads((HERE / "explained.toml").read_text())["explained"]
    return lines


def does_explain(line: dict[str, Any], fault: Fault) -> bool:
    """Tell whether a line of the list is about *fault*."""
    is_there = any(fnmatchcase(fault.place, place) for place in line["where"])
    return is_there and fault.rule in line["rules"]


def make_python_client(document: Path, package: Path) -> list[Fault]:
    """Make a Python client in the folder *package*; return what its maker could not read."""
    options = ("--path", document, "--output-path", package, "--meta", "none")
    told = call(PYTHON_CLIENT, "generate", *options, folder=document.parent)
    warnings = re.findall(r"^WARNING parsing (.+?) within .+\n\n(.+)", told, re.MULTILINE)
    assert len(warnings) == told.count("WARNING"), told
    return [
        Fault(document.stem, "openapi-python-client", f"{operation}: {words}", "")
        for operation, words in warnings
    ]


def make_typescript_clients(documents: Sequence[Path], tools: Path) -> list[Path]:
    """Return the types of each document; TypeScript takes them at its strictest."""
    made = [document.with_suffix(".ts") for document in documents]
    for document, types in zip(documents, made, strict=True):
        call(bin_of(tools, "openapi-typescript"), document, "--output", types, folder=tools)
    options = ("--noEmit", "--strict", "--skipLibCheck")
    call(bin_of(tools, "tsc"), *options, *made, folder=tools)
    return made


def bin_of(tools: Path, command: str) -> Path:
    """Return where a command of the tools is."""
    return tools / "node_modules" / ".bin" / command


def call(*command: str | Path, folder: Path, ends: tuple[int, ...] = (0,)) -> str:
    """Run *command* in *folder* and return what it says; it must end with one of these codes.

    What a linter says besides what it found goes elsewhere.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if ends == (0,) else subprocess.DEVNULL,
        env={**os.environ, **QUIET},
        text=True,
        check=False,
    )
    assert done.returncode in ends, done.stdout[-4000:]
    return done.stdout
