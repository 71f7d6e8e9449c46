"""The authorization server: Authlib's, with our grants and our clients, bound to no framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidClientError,
    InvalidRequestError,
    UnsupportedResponseTypeError,
)
from authlib.oauth2.rfc9207 import IssuerParameter

from app.oauth import clients, name_issuer
from app.oauth.authlib_requests import Answer, Client, ProtocolRequest
from app.oauth.grants import CodeGrant, ProofKey, RefreshGrant, Revocation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.accounts.callers import Proven
    from app.oauth.models import OAuthClient

AUTHORIZE: Final = "/oauth/authorize"
TOKEN: Final = "/oauth/token"  # noqa: S105 - a path.
REVOKE: Final = "/oauth/revoke"

# RFC 6749 section 5.2: tells a client that failed to authenticate how to do it.
CHALLENGE: Final = 'Basic realm="oauth"'


class Issuer(IssuerParameter):
    """RFC 9207: each answer through the browser names the issuer."""

    def get_issuer(self) -> str:
        """Return the issuer."""
        return name_issuer()


class Server(AuthorizationServer):
    """Holds no state: what belongs to an app is looked up there."""

    def __init__(self) -> None:
        super().__init__()
        self.register_grant(CodeGrant, [ProofKey()])
        self.register_grant(RefreshGrant)
        self.register_endpoint(Revocation)
        self.register_extension(Issuer())

    def query_client(self, client_id: str) -> Client | None:
        """Return the registered client."""
        stored = clients.find(client_id)
        return Client(stored) if stored else None

    def create_oauth2_request(self, request: ProtocolRequest) -> ProtocolRequest:
        """Return the request, which is one of ours already."""
        return request

    def handle_response(self, status: int, body: Any, headers: Iterable[tuple[str, str]]) -> Answer:
        """Return the answer for a view to send."""
        return Answer(status, body or {}, dict(headers))

    def handle_error_response(self, request: ProtocolRequest, error: OAuth2Error) -> Answer:
        """Return an error response; an unknown client always gets the one for unknown clients."""
        if isinstance(error, InvalidClientError):
            body = {"error": error.error, "error_description": "The client is not known so."}
            return Answer(401, body, {"WWW-Authenticate": CHALLENGE})
        answer: Answer = super().handle_error_response(request, error)
        return answer

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Tell nobody."""

    def validate_requested_scope(self, scope: str | None) -> None:
        """Check nothing here: the client's own scopes decide, and all of those are known."""

    def get_authorization_grant(self, request: ProtocolRequest) -> CodeGrant:
        """Return the one grant there is; others are refused without repeating their text."""
        grant = CodeGrant(request, self)
        ProofKey()(grant)
        if request.payload.response_type not in CodeGrant.RESPONSE_TYPES:
            client = self.query_client(request.payload.client_id or "")
            if client is not None:
                uri = grant.validate_authorization_redirect_uri(request, client)
                if not request.payload.response_type:
                    raise InvalidRequestError("A response_type is required.", redirect_uri=uri)
                raise UnsupportedResponseTypeError("", redirect_uri=uri)
        return grant


SERVER: Final = Server()


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request that may be shown to an account."""

    parameters: dict[str, str]
    client: OAuthClient
    redirect_uri: str
    scopes: tuple[str, ...]


def examine(pairs: Sequence[tuple[str, str]]) -> Asked | Answer:
    """Return what a client asks for, or the error: one without a location is for a page."""
    request = ProtocolRequest("GET", AUTHORIZE, pairs)
    try:
        grant = SERVER.get_consent_grant(request)
    except OAuth2Error as error:
        return _refuse(request, error)
    return Asked(
        parameters=request.payload.data,
        client=grant.client.stored,
        redirect_uri=grant.redirect_uri,
        scopes=tuple(request.scope.split()),
    )


def decide(parameters: dict[str, str], granter: Proven | None) -> Answer:
    """Check a request again and answer it with a code from *granter*, or with a denial."""
    request = ProtocolRequest("GET", AUTHORIZE, [*parameters.items()])
    try:
        grant = SERVER.get_consent_grant(request)
    except OAuth2Error as error:
        return _refuse(request, error)
    answer: Answer = SERVER.create_authorization_response(request, granter, grant)
    return answer


def exchange(pairs: Sequence[tuple[str, str]], authorization: str) -> Answer:
    """Answer the token endpoint."""
    request = ProtocolRequest("POST", TOKEN, pairs, authorization)
    error = _refuse_ambiguity(request)
    if error is None and not request.payload.grant_type:
        error = InvalidRequestError("A grant_type is required.")
    if error is not None:
        return SERVER.handle_error_response(request, error)
    answer: Answer = SERVER.create_token_response(request)
    return answer


def revoke(pairs: Sequence[tuple[str, str]], authorization: str) -> Answer:
    """Answer the revocation endpoint."""
    request = ProtocolRequest("POST", REVOKE, pairs, authorization)
    if error := _refuse_ambiguity(request):
        return SERVER.handle_error_response(request, error)
    answer: Answer = SERVER.create_endpoint_response(Revocation.ENDPOINT_NAME, request)
    return answer


def _refuse(request: ProtocolRequest, error: OAuth2Error) -> Answer:
    """Return an error through the browser; Authlib adds the issuer to answers of its own alone."""
    answer = SERVER.handle_error_response(request, error)
    SERVER.execute_hook("after_create_authorization_response", answer)
    return answer


def _refuse_ambiguity(request: ProtocolRequest) -> InvalidRequestError | None:
    """Return the error for what could be read in two ways (RFC 6749 sections 2.3 and 3.2)."""
    if request.payload.repeated:
        return InvalidRequestError("Each parameter may be given once.")
    if request.headers and "client_secret" in request.form:
        return InvalidRequestError("A client authenticates in one way.")
    return None
