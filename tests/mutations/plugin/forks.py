"""Run pytest for each request in a fork of this process, which has loaded the libraries.

To load them takes longer than most tests. A request is a line of JSON on standard input: the
folder of a project, where what pytest prints goes, and its arguments. A line says that it ended.
Nothing of a project is ever loaded here: each fork tells which libraries it had, and the next one
finds those here.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PLACES = (sys.prefix, sys.base_prefix)
# pytest rewrites its plugins as it loads them.
PLUGINS = ("xdist", "pytest_timeout", "mutation_witness")


def serve() -> None:
    """Answer requests until there are no more."""
    for line in sys.stdin:
        reader, writer = os.pipe()
        assert threading.active_count() == 1, "a library has started a thread: none may fork"
        gc.freeze()
        if not os.fork():
            os.close(reader)
            _run(writer, **json.loads(line))
        os.close(writer)
        with open(reader, encoding="utf-8") as told:  # noqa: PTH123 - it is a descriptor.
            _load(told.read().split())
        os.wait()
        print("ended", flush=True)  # noqa: T201 - this is the answer.


def _run(writer: int, folder: str, output: str, arguments: Sequence[str]) -> None:
    """Run pytest as `python -m pytest` does, tell which libraries it had, and end."""
    try:
        for number, path in enumerate((os.devnull, output, output)):
            os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), number)
        os.chdir(folder)
        sys.path.insert(0, folder)
        sys.argv = ["pytest", *arguments]
        pytest.main(list(arguments))
        os.write(writer, "\n".join(_libraries()).encode())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _libraries() -> list[str]:
    return [
        name
        for name, module in list(sys.modules.items())
        if (getattr(module, "__file__", None) or "").startswith(PLACES)
        and name.partition(".")[0] not in PLUGINS
    ]


def _load(names: Iterable[str]) -> None:
    for name in names:
        # Some are there under names that cannot be asked for.
        with suppress(ImportError):
            importlib.import_module(name)


if __name__ == "__main__":
    serve()
