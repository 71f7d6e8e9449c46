"""XML beside JSON: the same documents, by the same schemas (XML 1.0, RFC 7303).

Each member is an element, each item of a list is an element, and values that XML cannot express
have an attribute: see notation.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.xml.reading import read_document
from app.xml.shapes import shape_of
from app.xml.writing import write_document

if TYPE_CHECKING:
    from pydantic import BaseModel


def read_xml(body: bytes, schema: type[BaseModel]) -> Any:
    """Return the values of a body as from JSON; raises MalformedRequestError, InvalidInputError."""
    return read_document(body, shape_of(schema, "validation"))


def write_xml(represented: BaseModel) -> bytes:
    """Return the members of an answer as XML."""
    document = represented.__pydantic_serializer__.to_python(
        represented, mode="json", by_alias=True
    )
    return write_document(document, shape_of(type(represented), "serialization"))
