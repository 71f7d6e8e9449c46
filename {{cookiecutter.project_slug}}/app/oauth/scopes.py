"""What other apps may be allowed to do, collected from the operations that ask for scopes."""

from __future__ import annotations

from dataclasses import dataclass

from app.extensions import app_operations


@dataclass(frozen=True, slots=True)
class Scope:
    """A permission (RFC 6749 section 3.3), and what people are told that it allows."""

    name: str
    en: str
    ko: str


def known_scopes() -> dict[str, Scope]:
    """Return every scope that some operation of the app asks for, by name.

    A scope is declared where it is used: when no operation asks for it any more, it is gone.
    """
    operations = app_operations.current().values()
    return {
        scope.name: scope
        for scope in sorted(
            {scope for operation in operations for scope in operation.scopes},
            key=lambda scope: scope.name,
        )
    }


def split(text: str) -> tuple[str, ...]:
    """Return the names in a space-separated list, each once."""
    return tuple(dict.fromkeys(text.split()))
