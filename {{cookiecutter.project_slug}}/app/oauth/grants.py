"""What RFC 9700 demands beyond what Authlib's grants do by themselves.

Authlib checks redirect URIs, clients and verifiers. Added here: a required state, S256 only,
codes that work once, refresh tokens that rotate, and errors that repeat no input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge

from app import tokens
from app.accounts import sessions
from app.accounts.callers import Proven
from app.errors import UnauthorizedError
from app.oauth import codes
from app.security_events import Event
from app.tokens import TokenType

if TYPE_CHECKING:
    from uuid import UUID

    from app.accounts.callers import Grant
    from app.oauth.authlib_requests import Client
    from app.oauth.models import AuthorizationCode
    from app.tokens import Claims, TokenPair

# RFC 6749 appendix A.5: other characters could not be given back unchanged.
STATE: Final = re.compile(r"[\x20-\x7e]+")
LONGEST_STATE: Final = 1000
METHODS: Final = ["client_secret_basic", "client_secret_post", "none"]


class ProofKey(CodeChallenge):
    """PKCE (RFC 7636) that every client has to use, with S256."""

    SUPPORTED_CODE_CHALLENGE_METHOD: Final = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse a request without a challenge; one without a method means plain."""
        data = grant.request.payload.data
        if "code_challenge" not in data or "code_challenge_method" not in data:
            raise InvalidRequestError("code_challenge with code_challenge_method=S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(AuthorizationCodeGrant):
    """Issues codes for what was granted, and tokens for codes."""

    TOKEN_ENDPOINT_AUTH_METHODS: Final = METHODS

    @staticmethod
    def validate_authorization_redirect_uri(request: Any, client: Client) -> str:
        """Return where the answer goes; Authlib's own error repeats what was sent."""
        asked = request.payload.redirect_uri or client.get_default_redirect_uri()
        if not asked or not client.check_redirect_uri(asked):
            raise InvalidRequestError("The redirect_uri is not one of the client's.")
        uri: str = asked
        return uri

    def validate_authorization_request(self) -> str:
        """Check the request, its state included."""
        redirect_uri: str = super().validate_authorization_request()
        state = self.request.payload.state or ""
        if not STATE.fullmatch(state) or len(state) > LONGEST_STATE:
            message = "A state of printable ASCII is required."
            raise InvalidRequestError(message, redirect_uri=redirect_uri)
        return redirect_uri

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Do nothing: the code comes from where it was saved."""

    def generate_authorization_code(self) -> str:
        """Return a new code, and keep what it is good for."""
        request = self.request
        client = request.client.stored
        return codes.issue(client.id, request.user, request.scope, request.payload.data)

    def query_authorization_code(self, code: str, client: Client) -> AuthorizationCode | None:
        """Return the client's code."""
        return codes.find(code, client.stored.id)

    def authenticate_user(self, authorization_code: AuthorizationCode) -> UUID | None:
        """Return whose grant it is, once: the code is used now."""
        if not codes.consume(authorization_code):
            return None
        account_id: UUID = authorization_code.account.pk
        return account_id

    def generate_token(self, user: UUID, scope: str, **_: Any) -> dict[str, Any]:
        """Return the tokens of a new session, which belongs to the client."""
        code = self.request.authorization_code
        pair = tokens.issue_pair(user, code.session_id, is_fresh=False, scope=scope)
        granter = Proven(user, code.credential_version)
        client_id = self.request.client.stored.id
        more = {"client_id": client_id, "scope": scope}
        if not sessions.add(granter.still, pair, Event.GRANT_GIVEN, **more):
            raise InvalidGrantError("The account has ended this since.")
        return describe_tokens(pair, scope)

    def save_token(self, token: dict[str, Any]) -> None:
        """Do nothing: the session is stored."""

    def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
        """Keep the used code, so that a second use is noticed."""
        codes.end_if_reused(authorization_code)


@dataclass(frozen=True)
class Granted:
    """A token of a grant, as Authlib asks about it (its TokenMixin)."""

    claims: Claims
    grant: Grant

    def check_client(self, client: Client) -> bool:
        """Tell whether the token was issued to this client."""
        return bool(client.stored.id == self.grant.client_id)

    def get_scope(self) -> str:
        """Return what was granted."""
        return " ".join(sorted(self.claims.scopes or ()))


def find_granted(token: str, token_type: TokenType) -> Granted | None:
    """Return the grant of a valid token; tokens of a log-in belong to no client."""
    try:
        claims = tokens.read(token, token_type)
    except UnauthorizedError:
        return None
    grant = sessions.find_grant(claims.account_id, claims.session_id)
    if claims.scopes is None or grant is None:
        return None
    return Granted(claims, grant)


class RefreshGrant(RefreshTokenGrant):
    """A new pair for a refresh token, once; a second use ends the grant."""

    TOKEN_ENDPOINT_AUTH_METHODS: Final = METHODS

    def authenticate_refresh_token(self, refresh_token: str) -> Granted | None:
        """Return the grant to continue."""
        return find_granted(refresh_token, TokenType.REFRESH)

    def authenticate_user(self, refresh_token: Granted) -> UUID:
        """Return whose grant it is."""
        return refresh_token.claims.account_id

    def issue_token(self, user: UUID, refresh_token: Granted) -> dict[str, Any]:
        """Rotate; a narrower scope is the access token's alone (RFC 6749 section 6)."""
        granted = refresh_token.get_scope()
        scope = " ".join(dict.fromkeys((self.request.payload.scope or granted).split()))
        claims = refresh_token.claims
        pair = tokens.issue_pair(
            user,
            claims.session_id,
            is_fresh=False,
            began_at=refresh_token.grant.began_at,
            scope=scope,
            refresh_scope=granted,
        )
        try:
            sessions.rotate(user, claims.token_id, pair)
        except UnauthorizedError as error:
            raise InvalidGrantError("The refresh token was used before.") from error
        return describe_tokens(pair, scope)

    def save_token(self, token: dict[str, Any]) -> None:
        """Do nothing: the session is stored."""

    def revoke_old_credential(self, refresh_token: Granted) -> None:
        """Do nothing: it was exchanged in the one update that decided."""


class Revocation(RevocationEndpoint):
    """RFC 7009: a grant ends as a whole, whichever of its tokens is named."""

    CLIENT_AUTH_METHODS: Final = METHODS

    def check_params(self, request: Any, client: Client) -> None:
        """Ask for a token; a hint that says nothing to us is passed over (section 2.1)."""
        del client
        if "token" not in request.form:
            raise InvalidRequestError("A token is required.")

    def query_token(self, token_string: str, token_type_hint: str | None) -> Granted | None:
        """Return the grant, whatever the hint says."""
        del token_type_hint
        found = (find_granted(token_string, token_type) for token_type in TokenType)
        return next(filter(None, found), None)

    def revoke_token(self, token: Granted, request: Any) -> None:
        """End the grant."""
        del request
        sessions.log_out(token.claims.account_id, token.claims.session_id)


def describe_tokens(pair: TokenPair, scope: str) -> dict[str, Any]:
    """Return the members of RFC 6749 section 5.1."""
    return {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
        "refresh_token": pair.refresh_token,
        "scope": scope,
    }
