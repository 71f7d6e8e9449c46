"""References from one part of the document to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel

SCHEMA_TEMPLATE = "#/components/schemas/{model}"


def refer_to(kind: str, name: str) -> dict[str, str]:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def schema_of(model: type[BaseModel]) -> dict[str, str]:
    """Return a reference to the schema of *model*."""
    return refer_to("schemas", model.__name__)
