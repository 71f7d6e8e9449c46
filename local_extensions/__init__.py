"""Hold everything the template knows beside its sources, in one place.

`answers` says what each answer may be, `manifest` which files and secrets an answer owns, `tags`
how a source is rendered. Cookiecutter, the hooks and the tests all read them here. The whole
package is imported in every run, so it stays small and imports lazily.
"""

from __future__ import annotations

from local_extensions.filters import Answers
from local_extensions.tags import LineTags

__all__ = ["Answers", "LineTags"]
