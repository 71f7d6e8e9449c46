"""Bodies and answers as the document describes them: one schema in each media type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
#: if cookiecutter.xml

from app.constants import XML_MEDIA_TYPE
from app.docs.xml import write_example
#: endif

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel


SCHEMA_TEMPLATE = "#/components/schemas/{model}"


def refer_to(kind: str, name: str) -> dict[str, str]:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def schema_of(model: type[BaseModel]) -> dict[str, str]:
    """Return a reference to the schema of *model*."""
    return refer_to("schemas", model.__name__)


def describe_content(
    media_types: Iterable[str], schema: type[BaseModel], example: dict[str, Any] | None
) -> dict[str, Any]:
    """Return the media type objects of what *schema* describes, each with the example."""
    content: dict[str, Any] = {type_: {"schema": schema_of(schema)} for type_ in media_types}
    if example is None:
        # The suite names an operation without one.
        return content
    for media in content.values():
        media["example"] = example
    #: if cookiecutter.xml
    if XML_MEDIA_TYPE in content:
        content[XML_MEDIA_TYPE]["example"] = write_example(schema, example)
    #: endif
    return content
