"""Refuse who asks too often: by address before anything is done, by account before the view."""

from __future__ import annotations

from flask import current_app, request

from app.context import context
from app.extensions import limiter
from app.services.addresses import networks_of

_DEFAULT = "RATELIMIT_DEFAULT"


def throttle_by_address() -> None:
    """Count the request against its address; raises TooManyRequestsError.

    Operations marked with @limited_by have a limit of their own, per route, and are
    refused with ServiceUnavailableError while a store of its own is away; all others share
    RATELIMIT_DEFAULT and are let through then. Where MongoDB is the store, it is away for
    the whole app, and each is answered as any request is that MongoDB does not answer.
    """
    operation = context.operation
    bucket = networks_of(request.remote_addr)[0].name
    if operation is None or operation.limit_setting == _DEFAULT:
        if operation is None or operation.is_throttled:
            limiter.gate.admit(current_app.config[_DEFAULT], "address", bucket, is_strict=False)
        return
    limits = current_app.config[operation.limit_setting]
    limiter.gate.admit(limits, request.endpoint or "", bucket, is_strict=True)


def throttle_by_account() -> None:
    """Count an authenticated request against its account; raises TooManyRequestsError."""
    if context.is_authenticated:
        limits = current_app.config[_DEFAULT]
        limiter.gate.admit(limits, "account", str(context.account_id), is_strict=False)
    limiter.check_blueprint()
