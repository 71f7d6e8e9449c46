"""Every operation of an app, ready to be called, for promises about all routes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

if TYPE_CHECKING:
    from flask import Flask

    from app.operations import Operation, Operations


class Route(NamedTuple):
    """An operation, and a path that leads to it."""

    method: str
    path: str
    operation: Operation

    @property
    def is_health(self) -> bool:
        """Whether it is a probe."""
        return self.path.startswith("/health/")


def find_routes(app: Flask) -> list[Route]:
    """Return every operation of *app*; identifiers in paths do not exist."""
    operations: Operations = app.extensions["operations"]
    return [
        Route(
            method,
            re.sub(r"<[^>]*>", str(uuid4()), rule.rule),
            operations[rule.endpoint, method],
        )
        for rule, method in operations.walk()
        if method not in {"HEAD", "OPTIONS"}
    ]


def find_protected(app: Flask) -> list[Route]:
    """Return the operations that ask for a token."""
    return [route for route in find_routes(app) if not route.operation.is_public]
