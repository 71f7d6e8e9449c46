"""Refuse callers that ask too often: signed-in ones by session, all others by address."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from flask import request

from app.addresses import Network, networks_of
from app.context import context
from app.errors import TooManyRequestsError
from app.extensions import settings
from app.throttle import app_throttle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Response

_DEFAULT = "RATELIMIT_DEFAULT"


def throttle_by_address() -> None:
    """Count a request of an unknown caller by its address; raises TooManyRequestsError.

    That is one without a token, or with one that is not genuine. Operations marked with
    @limited_by have a limit of their own, per route, and are refused with
    ServiceUnavailableError while a store of its own is away; all others share
    RATELIMIT_DEFAULT and are let through then. Where MongoDB is the store, it is away for
    the whole app, and each is answered as any request is that MongoDB does not answer.
    """
    if not context.has_claims:
        _count(networks_of(request.remote_addr))


def throttle_by_account() -> None:
    """Count a request with a genuine token once: as the last step, or when a step refused it.

    It is counted by its session, or by app and account if the token is another app's. If the
    session has ended, it is counted by address. Raises TooManyRequestsError.
    """
    if not context.has_claims or context.is_counted:
        return
    if not context.is_authenticated:
        _count(networks_of(request.remote_addr))
        return
    caller = context.caller
    name = f"session:{caller.session_id}"
    #: if cookiecutter.oauth == "server"
    if caller.client_id is not None:
        name = f"client:{caller.client_id}:{caller.account_id}"
    #: endif
    _count([Network(name, 1)])


def tell(response: Response) -> Response:
    """Add headers that tell what is left of the limit (draft-ietf-httpapi-ratelimit-headers-10)."""
    hit = context.hit
    if hit is not None:
        response.headers["RateLimit-Policy"] = f'"{hit.policy}";q={hit.limit};w={hit.seconds}'
        response.headers["RateLimit"] = f'"{hit.policy}";r={hit.remaining};t={ceil(hit.ends_in)}'
    return response


def _count(callers: Iterable[Network]) -> None:
    operation = context.operation
    if operation is not None and not operation.is_throttled:
        return
    setting = _DEFAULT if operation is None else operation.limit_setting
    is_default = setting == _DEFAULT
    policy = setting.removeprefix("RATELIMIT_").lower()
    key = policy if is_default else f"{policy}:{request.endpoint}"
    context.hit = None
    context.hit = hit = app_throttle.current().count(
        policy, getattr(settings, setting), key, callers, is_strict=not is_default
    )
    if hit is not None and hit.is_refused:
        raise TooManyRequestsError(ceil(hit.ends_in))
