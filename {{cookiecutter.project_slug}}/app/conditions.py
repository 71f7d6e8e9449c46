"""Conditional requests (RFC 9110 section 13) on resources that count their revisions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

#: if cookiecutter.xml
from app.context import context
#: endif
from app.errors import NotModified, PreconditionFailedError
#: if cookiecutter.xml
from app.media_types import MEDIA_TYPES
#: endif

if TYPE_CHECKING:
    from collections.abc import Iterable

READING: Final = {"GET", "HEAD"}
_REVISION = "(0|[1-9][0-9]{0,17})"
#: if cookiecutter.xml


def _mark(media_type: str) -> str:
    """Return what tells the ETags of two representations of one revision apart.

    RFC 9110 section 8.8.3.3 wants them to differ; that of the first media type is plain.
    """
    return "" if media_type == MEDIA_TYPES[0] else f"-{media_type.rpartition('/')[2]}"


# Whoever writes may have read any representation.
_MARKS = "|".join(_mark(media_type) for media_type in MEDIA_TYPES)
_OPAQUE = re.compile(f"{_REVISION}(?:{_MARKS})")
#: else
_OPAQUE = re.compile(_REVISION)
#: endif


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revisions of a resource that a request may go on from: all that are ``in`` it."""

    only: frozenset[int] | None = None
    excluded: frozenset[int] = frozenset()

    def __contains__(self, revision: object) -> bool:
        return (self.only is None or revision in self.only) and revision not in self.excluded


def etag_of(revision: int) -> str:
    """Return the ETag of a resource in its *revision* (RFC 9110 section 8.8.3)."""
    #: if cookiecutter.xml
    return f'"{revision}{_mark(context.answer_type)}"'
    #: else
    return f'"{revision}"'
    #: endif


def read_expected() -> Revisions:
    """Return the revisions from which If-Match and If-None-Match let the request go on."""
    only: frozenset[int] | None = None
    if "If-Match" in request.headers and not request.if_match.star_tag:
        only = _revisions(request.if_match.as_set())
    if request.method in READING:
        # What a reader has already is no error: check_read().
        return Revisions(only)
    if request.if_none_match.star_tag:
        return Revisions(frozenset())
    return Revisions(only, _revisions(request.if_none_match.as_set(include_weak=True)))


def check_read(revision: int) -> None:
    """Hold the conditions of a read against the *revision* that it found.

    Raises PreconditionFailedError, or NotModified where the caller has this very representation.
    """
    if revision not in read_expected():
        raise PreconditionFailedError
    etag = etag_of(revision)
    if request.if_none_match.contains_weak(etag.strip('"')):
        raise NotModified(etag)


def _revisions(opaque_tags: Iterable[str | None]) -> frozenset[int]:
    found = (_OPAQUE.fullmatch(tag or "") for tag in opaque_tags)
    return frozenset(int(match[1]) for match in found if match)
