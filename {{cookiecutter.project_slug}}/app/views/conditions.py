"""Conditional requests (RFC 9110 section 13) on resources that have an ETag."""

from __future__ import annotations

from flask import request
from werkzeug.http import unquote_etag

#: if cookiecutter.xml
from app.context import context
#: endif
from app.errors import NotModified, PreconditionFailedError
#: if cookiecutter.xml
from app.media_types import MEDIA_TYPES
#: endif


def etag_of(revision: int) -> str:
    """Return the ETag of a resource in its *revision* (RFC 9110 section 8.8.3)."""
    #: if cookiecutter.xml
    return f'"{revision}{_mark(context.answer_type)}"'
    #: else
    return f'"{revision}"'
    #: endif


def check(etag: str) -> None:
    """Hold If-Match and If-None-Match against the resource's current *etag*.

    Raises PreconditionFailedError, or NotModified for a GET whose caller has this very
    representation.
    """
    opaque, _ = unquote_etag(etag)
    #: if cookiecutter.xml
    names = _names_of_state(opaque)
    #: else
    names = [opaque]
    #: endif
    if "If-Match" in request.headers and not any(map(request.if_match.contains, names)):
        raise PreconditionFailedError
    if "If-None-Match" not in request.headers:
        return
    if request.method in {"GET", "HEAD"}:
        if request.if_none_match.contains_weak(opaque):
            raise NotModified(etag)
    elif any(map(request.if_none_match.contains_weak, names)):
        raise PreconditionFailedError
#: if cookiecutter.xml


def _mark(media_type: str) -> str:
    """Return what tells the ETags of two representations of one state apart.

    RFC 9110 section 8.8.3.3 wants them to differ; that of the first media type is plain.
    """
    return "" if media_type == MEDIA_TYPES[0] else f"-{media_type.rpartition('/')[2]}"


def _names_of_state(opaque: str) -> list[str]:
    """Return the ETags of the same state in all representations: a writer may have read any."""
    marks = [_mark(media_type) for media_type in MEDIA_TYPES]
    state = opaque.removesuffix(_mark(context.answer_type))
    return [state + mark for mark in marks]
#: endif
