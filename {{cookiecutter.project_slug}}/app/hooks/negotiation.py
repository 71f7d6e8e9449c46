"""What the client can read and what it sends (RFC 9110 section 12.5.1 and 15.5.16)."""

from __future__ import annotations

from functools import lru_cache
#: if cookiecutter.xml
from typing import TYPE_CHECKING
#: endif

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import parse_accept_header, parse_options_header

from app.context import context
from app.errors import MalformedRequestError, NotAcceptableError, UnsupportedMediaTypeError
from app.http import JSON_MEDIA_TYPE
#: if cookiecutter.xml

if TYPE_CHECKING:
    from flask import Response
#: endif

_UNWANTED = 0.0
_NO_LENGTH = ("", "0")
# Room for `{}` as people and libraries write it.
_LONGEST_EMPTY = 16


def check_accept() -> None:
    """Choose the media type of the answer; refuse with 406 if the client accepts none of them.

    Without an Accept header everything is accepted.
    """
    operation = context.operation
    if operation is None or operation.is_raw:
        return
    header = request.headers.get("Accept", "").strip() or "*/*"
    chosen = _choose(operation.gives, header)
    if chosen is None:
        raise NotAcceptableError
    context.answer_type = chosen


def check_content_type() -> None:
    """Refuse with 415, without reading it, a body of a type that the operation does not take.

    Where no body is wanted, an empty one counts as none.
    """
    operation = context.operation
    if operation is None or operation.is_raw:
        return
    takes_body = operation.body is not None
    #: if cookiecutter.oauth == "server"
    takes_body = takes_body or operation.form is not None
    #: endif
    if not takes_body:
        if _has_body() and not _is_empty_body():
            raise UnsupportedMediaTypeError("")
        return
    media_type = _media_type_of(request.headers.get("Content-Type"))
    is_coded = request.headers.get("Content-Encoding", "identity") != "identity"
    if media_type not in operation.takes or is_coded:
        raise UnsupportedMediaTypeError(", ".join(operation.takes))
    context.body_type = media_type


#: if cookiecutter.xml
def tell_variance(response: Response) -> Response:
    """Tell caches to keep the representations of an operation apart (RFC 9110 section 12.5.5)."""
    operation = context.operation if context.has_operation else None
    if operation is not None and len(operation.gives) > 1:
        response.vary.add("Accept")
    return response


#: endif
@lru_cache(maxsize=256)
def _choose(offered: tuple[str, ...], header: str) -> str | None:
    """Return the type in *offered* that the header prefers, the first of equals; or None."""
    best = max(offered, key=lambda media_type: _quality_of(media_type, header))
    return best if _quality_of(best, header) > _UNWANTED else None


def _quality_of(media_type: str, header: str) -> float:
    """Return the quality that the header's most specific matching range gives *media_type*."""
    best = (-1, _UNWANTED)
    for value, quality in parse_accept_header(header, MIMEAccept):
        accepted, parameters = parse_options_header(value)
        if not _is_utf_8(parameters):
            continue
        best = max(best, (_specificity(accepted.lower(), media_type), quality))
    specificity, quality = best
    return quality if specificity >= 0 else _UNWANTED


def _specificity(accepted: str, media_type: str) -> int:
    ranges = ("*/*", media_type.partition("/")[0] + "/*", media_type)
    return ranges.index(accepted) if accepted in ranges else -1


def _has_body() -> bool:
    environ = request.environ
    has_length = environ.get("CONTENT_LENGTH", "0") not in _NO_LENGTH
    return has_length or "HTTP_TRANSFER_ENCODING" in environ


def _is_empty_body() -> bool:
    """Tell whether the body is empty and chunked (RFC 9112 section 7.1), or `{}` in JSON.

    Gateways send the first with any method, client libraries the second. Longer bodies are not
    read.
    """
    length = request.content_length
    if length is not None and length > _LONGEST_EMPTY:
        return False
    try:
        body = request.stream.read(_LONGEST_EMPTY + 1)
    except (OSError, ClientDisconnected) as error:
        raise MalformedRequestError from error
    is_json = _media_type_of(request.headers.get("Content-Type")) == JSON_MEDIA_TYPE
    return not body or (is_json and body.translate(None, b" \t\r\n") == b"{}")


def _media_type_of(header: str | None) -> str:
    """Return the media type of a body; an empty text if it is not in UTF-8."""
    media_type, parameters = parse_options_header(header)
    return media_type.lower() if _is_utf_8(parameters) else ""


def _is_utf_8(parameters: dict[str, str]) -> bool:
    return parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"}
