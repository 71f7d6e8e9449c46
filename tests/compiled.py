"""Keep what Jinja makes of the template's sources: a run makes some hundred projects of them.

To compile them is half of what a project takes. What is kept goes by a source's name and its text:
another version of the template has its own. Programs that are run by this one remember, too:

    python tests/compiled.py cruft update --skip-apply-ask
"""

from __future__ import annotations

import os
import runpy
import sys
import tempfile
from functools import partialmethod
from pathlib import Path

from cookiecutter.environment import StrictEnvironment
from jinja2 import FileSystemBytecodeCache

# Names the folder to all processes of a run, and to the programs that they start.
FOLDER = "COMPILED_TEMPLATE"
# Before the name of a program's module.
REMEMBERING = (sys.executable, str(Path(__file__).resolve()))


def keep_compiled() -> None:
    """Have every environment that Cookiecutter makes in this process look there first."""
    folder = os.environ.get(FOLDER) or tempfile.mkdtemp(prefix="compiled-")
    os.environ[FOLDER] = folder
    kept = FileSystemBytecodeCache(folder)
    StrictEnvironment.__init__ = partialmethod(StrictEnvironment.__init__, bytecode_cache=kept)


if __name__ == "__main__":
    keep_compiled()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
