"""How bodies are read and answers are written, by media type; the first is the default.

A reader returns plain values, as from JSON, for the operation's schema to validate; a writer takes
what a schema has serialised. A new media type is a line in each table.
"""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, get_args

import orjson
from flask import request
from werkzeug.formparser import MultiPartParser

from app.errors import MalformedRequestError
from app.http import (
    JSON_MEDIA_TYPE,
    MULTIPART_MEDIA_TYPE,
    #: if cookiecutter.xml
    XML_MEDIA_TYPE,
    #: endif
)
#: if cookiecutter.xml
from app.xml import read_xml, write_xml
#: endif

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


# No file of a body, which is in memory as a whole, needs to be one on a disk.
_FORMS: Final = MultiPartParser(stream_factory=lambda *_, **__: BytesIO())


def read_multipart(body: bytes, schema: type[BaseModel]) -> Any:
    """Return the fields of a form (RFC 7578), those that are a `File` to the schema in base64.

    A field that is there more than once is a list. What a file is called at its sender's is not
    looked at.
    """
    boundary = request.mimetype_params.get("boundary", "").encode()
    files = {each.alias for each in schema.model_fields.values() if _is_file(each.annotation)}
    values: dict[str, list[str]] = {}
    try:
        for name, part in _read_parts(body, boundary):
            value = b64encode(part).decode() if name in files else part.decode()
            values.setdefault(name, []).append(value)
    except ValueError as error:
        raise MalformedRequestError from error
    return {name: sent if len(sent) > 1 else sent[0] for name, sent in values.items()}


def _is_file(annotation: Any) -> bool:
    return annotation is bytes or any(map(_is_file, get_args(annotation)))


def _read_parts(body: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    fields, files = _FORMS.parse(BytesIO(body), boundary, len(body))
    yield from ((name, text.encode()) for name, text in fields.items(multi=True))
    yield from ((name, file.read()) for name, file in files.items(multi=True))


READERS: Final[dict[str, Reader]] = {
    JSON_MEDIA_TYPE: read_json,
    MULTIPART_MEDIA_TYPE: read_multipart,
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
