"""XML beside JSON: the same documents, by the same schemas (XML 1.0, RFC 7303).

An element stands for each member, a list has an element for each of its items, and what XML has
no way to say is said by an attribute: see notation.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.xml.reading import read_document
from app.xml.shapes import shape_of
from app.xml.writing import write_document

if TYPE_CHECKING:
    from pydantic import BaseModel


def read_xml(body: bytes, schema: type[BaseModel]) -> Any:
    """Return what the same body is in JSON; MalformedRequestError or InvalidInputError."""
    return read_document(body, shape_of(schema, "validation"))


def write_xml(represented: BaseModel) -> bytes:
    """Return the members of an answer as XML."""
    document = represented.__pydantic_serializer__.to_python(
        represented, mode="json", by_alias=True
    )
    return write_document(document, shape_of(type(represented), "serialization"))
