"""What every provider has: a registration of this API there, and two steps of a log-in.

Only the authorization code flow (RFC 6749 section 4.1), with PKCE (RFC 7636): whoever intercepts or
injects a code cannot use it.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from authlib.common.errors import AuthlibBaseError
from requests import RequestException

from app.identities.errors import LoginRefusedError, ProviderUnavailableError
from app.identities.providers.http_session import ProviderSession

if TYPE_CHECKING:
    from collections.abc import Mapping

_ERROR_CODE: Final = re.compile(r"[a-z_]{1,50}")


@dataclass(frozen=True, slots=True)
class Registration:
    """This API as a provider knows it; nothing of it ever comes from a request."""

    name: str
    client_id: str
    client_secret: str
    redirect_uri: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Secrets:
    """The random values of one log-in, each of 256 bits.

    The browser keeps the verifier (RFC 7636 section 4.1) and brings the state back (RFC 6749
    section 10.12); the nonce comes back in the ID token (OpenID Connect Core 1.0 section 3.1.2.1).
    """

    state: str
    verifier: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider sends a browser back with: a code, and who it is (RFC 9207)."""

    code: str
    issuer: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """Whom a provider vouches for; an e-mail only where it says that it was verified."""

    issuer: str
    subject: str
    email: str | None
    name: str | None

    @property
    def identity(self) -> str:
        """Issuer and subject, separated by a space, which no issuer contains."""
        return f"{self.issuer} {self.subject}"


class Provider(ABC):
    """Sends browsers to a provider, and asks it who came back."""

    scope: ClassVar[str]
    # The scopes that a log-in needs; people may grant less on the provider's page.
    needed_scopes: ClassVar[frozenset[str]]

    def __init__(self, registration: Registration) -> None:
        self.registration = registration

    @property
    def name(self) -> str:
        """What the provider is called in paths and settings."""
        return self.registration.name

    @abstractmethod
    def begin(self, secrets: Secrets) -> str:
        """Return the address to send the browser to; raises ProviderUnavailableError."""

    @abstractmethod
    def prove(self, answer: Answer, secrets: Secrets) -> Proof:
        """Exchange the code of *answer* for what the provider says of who logged in.

        Raises LoginRefusedError, and ProviderUnavailableError where it does not answer.
        """

    def open_session(self, auth_method: str = "client_secret_basic") -> ProviderSession:
        """Return a session for one request of ours, with all the time that request has."""
        registration = self.registration
        return ProviderSession(
            registration.timeout,
            client_id=registration.client_id,
            client_secret=registration.client_secret,
            redirect_uri=registration.redirect_uri,
            scope=self.scope,
            token_endpoint_auth_method=auth_method,
            code_challenge_method="S256",
        )

    def exchange(
        self, session: ProviderSession, endpoint: str, code: str, secrets: Secrets
    ) -> dict[str, Any]:
        """Return the answer of the token endpoint (RFC 6749 section 5.1)."""
        try:
            token = session.fetch_token(
                endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=secrets.verifier,
            )
        except AuthlibBaseError as error:
            # An expired code, a wrong verifier or a changed secret. A text that is no error code of
            # RFC 6749 section 5.2 stays out of the log.
            is_code = isinstance(error.error, str) and _ERROR_CODE.fullmatch(error.error)
            message = f"{self.name} exchanged no code: {error.error if is_code else 'an error'}"
            raise LoginRefusedError(message) from error
        except (ValueError, RequestException) as error:
            message = f"{self.name} answered an exchange with no token"
            raise ProviderUnavailableError(message) from error
        self._check_token(token)
        return dict(token)

    def _check_token(self, token: Mapping[str, Any]) -> None:
        """Refuse what is no bearer token of the scope that was asked for."""
        if not token.get("access_token") or str(token.get("token_type")).lower() != "bearer":
            message = f"{self.name} issued no bearer token"
            raise LoginRefusedError(message)
        # RFC 6749 section 5.1: left out where it is what was asked for. GitHub uses commas.
        granted = str(token.get("scope") or self.scope).replace(",", " ").split()
        if not self.needed_scopes <= set(granted):
            message = f"{self.name} granted less than a log-in needs"
            raise LoginRefusedError(message)
