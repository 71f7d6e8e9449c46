"""The shop's own tests run in a project."""

from __future__ import annotations

collect_ignore = ["shop"]
