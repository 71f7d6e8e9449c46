"""Hold everything the template knows beside its sources, in one place.

`answers` says what each answer may be, `manifest` which files and secrets an answer owns, `tags`
how a source is rendered. Cookiecutter, the hooks and the tests all read them here. The whole
package is imported in every run, so it stays small and imports lazily.

`cruft update` generates a project twice in one process and one clone, with the commit it was made
from and then with the new one, while Python keeps what it has imported. So whoever asks for an
extension gets that of the files as they are now.
"""

from __future__ import annotations

import os
import sys

from local_extensions.filters import Answers as AnswersNow
from local_extensions.tags import LineTags as LineTagsNow

EXTENSIONS = {"Answers": AnswersNow, "LineTags": LineTagsNow}


def times_of_change() -> dict[str, int]:
    """Return when the questions and each module of this package were written; none where gone."""
    folder = os.path.dirname(__file__)
    try:
        names = [name for name in os.listdir(folder) if name.endswith(".py")]
        paths = [os.path.join(folder, name) for name in ("../cookiecutter.json", *names)]
        return {path: os.stat(path).st_mtime_ns for path in paths}
    except FileNotFoundError:
        return {}


IMPORTED = times_of_change()


def forget() -> None:
    """Have Python read this package anew, and nothing compiled, which is dated by seconds only."""
    import contextlib
    import importlib.util

    for path in times_of_change():
        with contextlib.suppress(OSError):
            os.unlink(importlib.util.cache_from_source(path))
    importlib.invalidate_caches()
    for name in [name for name in sys.modules if name.partition(".")[0] == __name__]:
        del sys.modules[name]


def __getattr__(name: str) -> object:
    """Return the extension *name*, which Jinja looks for once for each environment."""
    if not name.startswith("_"):
        if sys.modules[__name__].__dict__ is globals() and times_of_change() != IMPORTED:
            forget()
            __import__(__name__)
        if (package := sys.modules[__name__]).__dict__ is not globals():
            return getattr(package, name)
        if name in EXTENSIONS:
            return EXTENSIONS[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
