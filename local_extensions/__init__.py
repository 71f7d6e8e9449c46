"""Hold everything the template knows beside its sources, in one place.

`answers` says what each answer may be, `manifest` which files and secrets an answer owns, `tags`
how a source is rendered. Cookiecutter, the hooks and the tests all read them here. The whole
package is imported in every run, so it stays small and imports lazily.
"""

from __future__ import annotations

import gc

from local_extensions.filters import Answers
from local_extensions.tags import LineTags

# Cookiecutter and what it imports stay to the end: looking through them for garbage over and over
# while files are rendered takes an eighth of a run.
gc.freeze()

__all__ = ["Answers", "LineTags"]
