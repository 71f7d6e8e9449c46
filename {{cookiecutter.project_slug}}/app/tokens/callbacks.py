"""The callbacks of Flask-JWT-Extended: which key, which claims, which answer.

By itself it answers forged tokens with 422 and its own text. With these callbacks a view under
`@jwt_required()` answers the same problems as the rest of the API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app

from app.accounts import sessions
from app.errors import UnauthorizedError
from app.extensions import (
    #: if cookiecutter.jwt_algorithm != "HS256"
    app_signing_keys,
    #: endif
    #: if cookiecutter.jwt_algorithm == "HS256"
    settings,
    #: endif
)
from app.tokens.claims import Claims, check_names_and_types
from app.tokens.form import check_header

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from flask_jwt_extended import JWTManager


def bind(manager: JWTManager) -> None:
    """Override every callback of *manager* that decides or answers."""
    manager.decode_key_loader(find_verification_key)
    manager.encode_key_loader(find_signing_key)
    #: if cookiecutter.jwt_algorithm != "HS256"
    manager.additional_headers_loader(name_signing_key)
    #: endif
    manager.token_verification_loader(verify_claims)
    manager.token_in_blocklist_loader(is_revoked)
    manager.unauthorized_loader(refuse_without_token)
    manager.invalid_token_loader(refuse_token)
    for loader in (
        manager.expired_token_loader,
        manager.needs_fresh_token_loader,
        manager.revoked_token_loader,
        manager.token_verification_failed_loader,
        manager.user_lookup_error_loader,
    ):
        loader(refuse_claims)


def find_verification_key(header: dict[str, Any], payload: dict[str, Any]) -> object:
    """Return the key that verifies a token of which nothing is proven yet.

    What has not the form that is issued here is not worth verifying: raises UnauthorizedError.
    """
    check_header(header)
    # Here and nowhere else: the library adds claims that are missing before it hands them on.
    check_names_and_types(payload)
    #: if cookiecutter.jwt_algorithm == "HS256"
    return settings.JWT_SECRET_KEY
    #: else
    key = app_signing_keys.current().public_keys.get(header["kid"])
    if key is None:
        raise UnauthorizedError("the token names no key of this app")
    return key
    #: endif


def find_signing_key(_identity: str) -> object:
    """Return the key that signs; never SECRET_KEY, to which the library would fall back."""
    #: if cookiecutter.jwt_algorithm == "HS256"
    return settings.JWT_SECRET_KEY
    #: else
    return app_signing_keys.current().private_key
    #: endif


#: if cookiecutter.jwt_algorithm != "HS256"
def name_signing_key(_identity: str) -> dict[str, str]:
    """Return the header that says which key signs."""
    return {"kid": app_signing_keys.current().kid}


#: endif
def verify_claims(_header: dict[str, Any], payload: dict[str, Any]) -> bool:
    """Accept the claims that read() would accept; raises UnauthorizedError for others."""
    Claims.from_payload(payload)
    return True


def is_revoked(_header: dict[str, Any], payload: dict[str, Any]) -> bool:
    """Look the session up; raises UnauthorizedError when it is over."""
    sessions.find_caller(Claims.from_payload(payload))
    return False


def refuse_without_token(reason: str) -> ResponseReturnValue:
    """Answer a request that brings no token (RFC 6750 section 3.1)."""
    return _answer(UnauthorizedError(reason, is_token_sent=False))


def refuse_token(reason: str) -> ResponseReturnValue:
    """Answer a token that is wrong in itself."""
    return _answer(UnauthorizedError(reason))


def refuse_claims(_header: dict[str, Any], _payload: dict[str, Any]) -> ResponseReturnValue:
    """Answer a genuine token that is not, or no longer, good for this."""
    return _answer(UnauthorizedError("the token does not serve here"))


def _answer(error: UnauthorizedError) -> ResponseReturnValue:
    """Return what the app's own hook makes of *error*.

    The library calls loaders from its error handlers, and what those raise is a 500 to Flask.
    """
    return current_app.handle_user_exception(error)
