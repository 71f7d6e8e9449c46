"""How bodies are read and answers are written, by media type; the first is the default.

A reader returns plain values, as from JSON, for the operation's schema to validate; a writer takes
what a schema has serialised. A new media type is a line in each table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from app.errors import MalformedRequestError
from app.http import (
    JSON_MEDIA_TYPE,
    #: if cookiecutter.xml
    XML_MEDIA_TYPE,
    #: endif
)
#: if cookiecutter.xml
from app.xml import read_xml, write_xml
#: endif

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    Reader = Callable[[bytes, type[BaseModel]], Any]
    Writer = Callable[[BaseModel], bytes]


def read_json(body: bytes, schema: type[BaseModel]) -> Any:
    """Return a JSON document (RFC 8259): NaN, lone surrogates and deep nesting are malformed."""
    del schema
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedRequestError from error


def write_json(represented: BaseModel) -> bytes:
    """Return the members of an answer as JSON."""
    return represented.__pydantic_serializer__.to_json(represented, by_alias=True)


READERS: Final[dict[str, Reader]] = {
    JSON_MEDIA_TYPE: read_json,
    #: if cookiecutter.xml
    XML_MEDIA_TYPE: read_xml,
    #: endif
}
WRITERS: Final[dict[str, Writer]] = {
    JSON_MEDIA_TYPE: write_json,
    #: if cookiecutter.xml
    XML_MEDIA_TYPE: write_xml,
    #: endif
}

# What an operation with schemas speaks, unless its decorators say otherwise.
MEDIA_TYPES: Final = (*WRITERS,)
