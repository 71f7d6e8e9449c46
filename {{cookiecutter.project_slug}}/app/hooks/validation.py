"""Read what the request carries, once, by the schemas that the operation names."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
#: if cookiecutter.oauth == "server"
from urllib.parse import parse_qsl
#: endif

import orjson
from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import ClientDisconnected

from app.context import context
from app.errors import FieldError, InvalidInputError, MalformedRequestError
from app.http import MOST_ERRORS, MULTIPART_MEDIA_TYPE
from app.media_types import READERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_UNKNOWN = "extra_forbidden"
# The body is valid JSON here, so that the only mistake left is pydantic's limit of 200 levels.
_UNREADABLE = "json_invalid"
_TOO_DEEP = FieldError("", "Nests too deep.")
#: if cookiecutter.oauth == "server"
_MOST_FIELDS = 50
#: endif


def read_query() -> None:
    """Parse the query string; unknown and repeated parameters are refused."""
    operation = context.operation
    if operation is None or operation.has_free_query:
        return
    if operation.query is None:
        if request.query_string:
            raise InvalidInputError(errors=(FieldError("", "No query parameters are taken."),))
        return
    values = request.args.to_dict(flat=False)
    if any(len(repeated) > 1 for repeated in values.values()):
        raise InvalidInputError(errors=(FieldError("", "Each parameter may be given once."),))
    # A query string holds only texts, so numbers are read from them.
    validate = partial(operation.query.model_validate, strict=False)
    context.query = _parse(operation.query, validate, request.args.to_dict())


def read_body() -> None:
    """Parse the body, by its media type and then by the operation's schema."""
    operation = context.operation
    #: if cookiecutter.oauth == "server"
    if operation is not None and operation.form is not None:
        context.form = _read_form()
        return
    #: endif
    if operation is None or operation.body is None:
        return
    try:
        body = request.get_data(cache=False)
    except (OSError, ClientDisconnected) as error:
        raise MalformedRequestError from error
    document = READERS[context.body_type](body, operation.body)
    # Always validated as JSON, which has no type for a moment or a UUID; a form has texts alone.
    is_strict = False if context.body_type == MULTIPART_MEDIA_TYPE else None
    validate = partial(operation.body.model_validate_json, strict=is_strict)
    context.body = _parse(operation.body, validate, _write_json(document))


#: if cookiecutter.oauth == "server"
def _read_form() -> list[tuple[str, str]]:
    """Return the fields of a form in UTF-8, repeated ones included (RFC 6749 appendix B)."""
    try:
        text = request.get_data(cache=False).decode("ascii")
        fields = parse_qsl(
            text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except (ValueError, OSError, ClientDisconnected) as error:
        raise MalformedRequestError from error
    if any("\0" in part for field in fields for part in field):
        raise MalformedRequestError
    return fields


#: endif
def _write_json(document: Any) -> bytes:
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError:
        raise InvalidInputError(errors=(_TOO_DEEP,)) from None


def _parse(
    schema: type[BaseModel], validate: Callable[[Any], BaseModel], document: Any
) -> BaseModel:
    try:
        return validate(document)
    except ValidationError as error:
        # Without the input and links to the library: nothing is echoed.
        mistakes = error.errors(include_url=False, include_input=False, include_context=False)
    raise InvalidInputError(errors=tuple(_describe(schema, m) for m in mistakes[:MOST_ERRORS]))


def _describe(schema: type[BaseModel], mistake: Any) -> FieldError:
    location: Sequence[str | int] = mistake["loc"]
    if mistake["type"] == _UNREADABLE:
        return _TOO_DEEP
    if mistake["type"] == _UNKNOWN:
        # The unknown name is the client's own text; the known names help more.
        names = ", ".join(sorted(member.alias or "" for member in schema.model_fields.values()))
        known = f"; known are: {names}" if len(location) == 1 else ""
        return FieldError(_pointer(location[:-1]), f"Unknown member{known}.")
    return FieldError(_pointer(location), mistake["msg"].removeprefix("Value error, ") + ".")


def _pointer(location: Sequence[str | int]) -> str:
    """Return an RFC 6901 JSON pointer."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in location)
    return "".join(f"/{part}" for part in parts)
