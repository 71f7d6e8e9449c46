"""Requests and answers in the form that Authlib expects, without Flask's request objects."""

from __future__ import annotations

from base64 import b64decode
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request

from app.oauth import clients, name_issuer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.oauth.models import OAuthClient


@dataclass
class Answer:
    """What Authlib answers: a redirect, or a body that becomes JSON."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str | None:
        """Where the browser is sent; Authlib's extensions read and write it by this name."""
        return self.headers.get("Location")

    @location.setter
    def location(self, uri: str) -> None:
        self.headers["Location"] = uri


class Parameters(OAuth2Payload):
    """The parameters of a request, repeated ones included; empty ones count as left out."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._lists: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            self._lists[name].append(value)

    @property
    def data(self) -> dict[str, str]:
        """The first value of each parameter (RFC 6749 section 3.1: an empty one is none)."""
        return {name: values[0] for name, values in self._lists.items() if values[0]}

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        """All values of each parameter."""
        return self._lists

    @property
    def repeated(self) -> list[str]:
        """The names that stand there more than once."""
        return [name for name, values in self._lists.items() if len(values) > 1]


class ProtocolRequest(OAuth2Request):
    """A request to one of the endpoints.

    Authlib does not judge how it came: the address is always that of OAUTH_ISSUER, and plain HTTP
    is refused earlier, where it is refused at all.
    """

    def __init__(
        self,
        method: str,
        path: str,
        pairs: Sequence[tuple[str, str]],
        authorization: str = "",
    ) -> None:
        headers = {"Authorization": authorization} if is_readable(authorization) else {}
        super().__init__(method, name_issuer() + path, headers=headers)
        self.payload = Parameters(pairs)

    @property
    def form(self) -> dict[str, str]:
        """The parameters of the body."""
        return self.payload.data

    @property
    def args(self) -> dict[str, str]:
        """The parameters of the query."""
        return self.payload.data


class Client:
    """A registered client as Authlib asks about it (its ClientMixin)."""

    def __init__(self, stored: OAuthClient) -> None:
        self.stored = stored
        self.client_id = str(stored.id)

    def get_client_id(self) -> str:
        """Return the client_id."""
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        """Return the one redirect URI; with several a request has to say which."""
        uris: list[str] = self.stored.redirect_uris
        return uris[0] if len(uris) == 1 else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Compare as strings, letter by letter (RFC 9700 section 4.1.3)."""
        return redirect_uri in self.stored.redirect_uris

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scope asked for, or the default; None where the client may not ask so."""
        if not scope:
            return " ".join(self.stored.default_scopes)
        asked = dict.fromkeys(scope.split())
        return " ".join(asked) if {*asked} <= {*self.stored.scopes} else None

    def check_client_secret(self, client_secret: str) -> bool:
        """Tell whether this is the client's secret."""
        return clients.is_secret_of(self.stored, client_secret)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Have a confidential client show its secret, and a public one none."""
        return (method == "none") == (self.stored.secret_hash is None)

    def check_response_type(self, response_type: str) -> bool:
        """Let clients ask for codes."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Let clients exchange codes and refresh tokens."""
        return grant_type in {"authorization_code", "refresh_token"}


def is_readable(authorization: str) -> bool:
    """Tell whether Authlib can read the header: it would fail on bytes that are no text."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        b64decode(credentials, validate=True).decode()
    except ValueError:
        return False
    return True
