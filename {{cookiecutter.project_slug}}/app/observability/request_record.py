"""One log line for each request, written by the server once the answer is sent.

The server knows what was sent, and sees requests that never reach the app. What only the app knows
(id, account and route) it leaves in the WSGI environment. Instead of the path, which may hold a
token, the line has the route's rule. Nothing else that a client can choose freely is logged.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import request

from app.context import context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask, Response

# Logged instead of a path without a route, and of a method that HTTP does not know.
UNMATCHED: Final = "unmatched"
OTHER: Final = "OTHER"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_SEEN: Final = "observability.seen"
_ERROR: Final = 500


class Seen(NamedTuple):
    """What the app found out about a request."""

    request_id: str | None = None
    account_id: str | None = None
    method: str = OTHER
    route: str = UNMATCHED
    status: int = _ERROR


NOTHING: Final = Seen()

# Called for requests that the server refuses before the app: with method, route and status.
unread_listeners: Final[list[Callable[[str, str, int], None]]] = []


def init_app(app: Flask) -> None:
    """Let *app* leave what it knows of each request, whatever the answer is."""
    app.after_request(leave)


def leave(response: Response) -> Response:
    """Leave what is known of the request where the server finds it.

    An unknown method is replaced: it is the client's own text.
    """
    rule = request.url_rule
    request.environ[_SEEN] = Seen(
        context.request_id,
        str(context.account_id) if context.is_authenticated else None,
        request.method if request.method in METHODS else OTHER,
        rule.rule if rule is not None else UNMATCHED,
        response.status_code,
    )
    return response


def seen_in(environ: Mapping[str, Any]) -> Seen:
    """Return what the app left in a WSGI environment; NOTHING if the request did not reach it."""
    seen: Seen = environ.get(_SEEN, NOTHING)
    return seen


def describe(
    environ: Mapping[str, Any], status: int, size: int | None, seconds: float
) -> dict[str, Any]:
    """Return the line of a request that was answered with *status* and *size* bytes."""
    seen = seen_in(environ)
    return {
        "timestamp": datetime.now(UTC),
        "level": "info" if status < _ERROR else "error",
        "logger": __name__,
        "event": f"{seen.method} {seen.route} {status}",
        "requestId": seen.request_id,
        "accountId": seen.account_id,
        "method": seen.method,
        "route": seen.route,
        "status": status,
        "durationMs": round(seconds * 1000, 3),
        "bytes": size,
        "address": address_of(environ.get("REMOTE_ADDR")),
    }


def describe_unread(
    status: int, reason: str, request_id: str, address: str | None
) -> dict[str, Any]:
    """Return the line of a request that the server could not read; *reason* is its own word."""
    for listener in unread_listeners:
        listener(OTHER, UNMATCHED, status)
    environ = {"REMOTE_ADDR": address, _SEEN: Seen(request_id)}
    return {**describe(environ, status, None, 0), "reason": reason}


@lru_cache(maxsize=4096)
def address_of(text: str | None) -> str | None:
    """Return an IP address, and None for other text, which a client may have sent via a proxy."""
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    # What a socket for both families says of an IPv4 client (RFC 4291 section 2.5.5.2).
    return str(getattr(address, "ipv4_mapped", None) or address)
