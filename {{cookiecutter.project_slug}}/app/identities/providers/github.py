"""GitHub: OAuth 2.0, and an API that says who somebody is.

https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from app.identities.errors import LoginRefusedError
from app.identities.providers.provider import Proof, Provider

if TYPE_CHECKING:
    from app.identities.providers.provider import Answer, Registration, Secrets


class GitHub(Provider):
    """github.com, or a GitHub Enterprise Server."""

    scope: ClassVar[str] = "read:user user:email"
    needed_scopes: ClassVar[frozenset[str]] = frozenset({"user:email"})

    def __init__(self, registration: Registration, url: str, api_url: str) -> None:
        super().__init__(registration)
        self._url = url
        self._api_url = api_url

    def begin(self, secrets: Secrets) -> str:
        """Return the address to send the browser to."""
        with self.open_session() as session:
            endpoint = f"{self._url}/login/oauth/authorize"
            url, _ = session.create_authorization_url(
                endpoint, state=secrets.state, code_verifier=secrets.verifier
            )
        return str(url)

    def prove(self, answer: Answer, secrets: Secrets) -> Proof:
        """Ask the API who logged in: by number, since GitHub's names change hands.

        GitHub names no issuer in its answers. They are told from those of other providers by
        their own redirect URI (RFC 9700 section 4.4.2.2).
        """
        with self.open_session("client_secret_post") as session:
            endpoint = f"{self._url}/login/oauth/access_token"
            access_token = self.exchange(session, endpoint, answer.code, secrets)["access_token"]
            user = session.read_object(f"{self._api_url}/user", access_token)
            emails = session.read(f"{self._api_url}/user/emails", access_token)
        if type(user.get("id")) is not int:
            raise LoginRefusedError("GitHub named nobody")
        name = user.get("name") or user.get("login")
        return Proof(self._url, str(user["id"]), _find_email(emails), name)


def _find_email(emails: Any) -> str | None:
    """Return the address that is both primary and verified."""
    for each in emails if isinstance(emails, list) else ():
        if isinstance(each, dict) and each.get("primary") is True and each.get("verified") is True:
            return str(each.get("email"))
    return None
