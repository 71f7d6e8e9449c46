"""What happens around every request, in the order of this list.

The order is part of the HTTP contract: each step may answer with a problem, and
nothing after that runs. The view comes after the last one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.hooks import (
    authentication,
    #: if cookiecutter.cors
    cors,
    #: endif
    errors,
    headers,
    negotiation,
    routing,
    transport,
    validation,
)
#: if cookiecutter.throttling
from app.throttle import hooks as throttle
#: endif

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

BEFORE_REQUEST = (
    headers.assign_request_id,
    routing.find_operation,
    transport.refuse_unknown_host,
    #: if cookiecutter.security_headers
    transport.refuse_plain_http,
    #: endif
    routing.refuse_until_prepared,
    authentication.read_token,
    #: if cookiecutter.throttling
    throttle.throttle_by_address,
    #: endif
    #: if cookiecutter.cors
    cors.answer_preflight,
    #: endif
    authentication.authenticate,
    routing.refuse_unroutable,
    negotiation.check_accept,
    negotiation.check_content_type,
    validation.read_query,
    validation.read_body,
    authentication.look_again,
    #: if cookiecutter.throttling
    throttle.throttle_by_account,
    #: endif
)


def walk() -> ResponseReturnValue | None:
    """Take the steps in their order; a step that answers ends the walk.

    Flask gets one function only, since it looks up each registered one anew on every request.
    """
    #: if cookiecutter.throttling
    try:
        return _take_steps()
    finally:
        # Signed-in callers are counted whichever step ends the walk.
        throttle.throttle_by_account()


def _take_steps() -> ResponseReturnValue | None:
    #: endif
    for step in BEFORE_REQUEST:
        answer = step()
        if answer is not None:
            return answer
    return None


def register(app: Flask) -> None:
    """Register every hook on the application."""
    app.before_request(walk)
    # Flask runs these in reverse order: headers.finish comes last.
    app.after_request(headers.finish)
    #: if cookiecutter.throttling
    app.after_request(throttle.tell)
    #: endif
    #: if cookiecutter.cors
    app.after_request(cors.share)
    #: endif
    #: if cookiecutter.xml
    app.after_request(negotiation.tell_variance)
    #: endif
    errors.register(app)
