"""Conditional requests (RFC 9110 section 13) on resources that have an ETag."""

from __future__ import annotations

from flask import request
from werkzeug.http import unquote_etag

from app.errors import NotModified, PreconditionFailedError


def check(etag: str) -> None:
    """Hold If-Match and If-None-Match against the resource's current *etag*.

    Raises PreconditionFailedError, or NotModified for a GET whose caller has this very
    representation.
    """
    opaque, _ = unquote_etag(etag)
    if "If-Match" in request.headers and not request.if_match.contains(opaque):
        raise PreconditionFailedError
    if "If-None-Match" not in request.headers or not request.if_none_match.contains_weak(opaque):
        return
    if request.method in {"GET", "HEAD"}:
        raise NotModified(etag)
    raise PreconditionFailedError
