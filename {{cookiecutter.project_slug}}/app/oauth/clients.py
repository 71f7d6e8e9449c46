"""Clients: registered by an operator, found by their id, known by a secret that is not stored.

A secret is 256 random bits that we make, which nobody can guess from a digest however fast it is:
SHA-256 is enough. Only passwords, which people choose, need Argon2id. A slow hash here would only
let strangers cause work.
"""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from uuid import UUID

from app.accounts import passwords
from app.accounts.models import Account
from app.audit import recording
from app.oauth.models import AuthorizationCode, OAuthClient
from app.oauth.scopes import known_scopes
from app.security_events import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SECRET_BYTES: Final = 32
DIGEST_PREFIX: Final = "$sha256$"
LONGEST_NAME: Final = 100
LONGEST_URI: Final = 1000

# Names and IPv4 addresses alone: the host goes into a policy of the page (CSP Level 3
# section 2.3.1), which knows no other.
HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})
# RFC 3986 without what has no place in a redirect URI: fragments, wildcards, quotes.
URI: Final = re.compile(r"[A-Za-z0-9\-._~:/?@!$&'()+,;=%\[\]]+")


class ClientError(Exception):
    """Raised when a client cannot be registered as it was asked for; the message says why."""


def register(
    name: str,
    redirect_uris: Sequence[str],
    scopes: Sequence[str],
    default_scopes: Sequence[str] = (),
    *,
    is_public: bool,
) -> tuple[OAuthClient, str | None]:
    """Store a client; return it with its secret, which nobody sees again.

    Without *default_scopes* an authorization request that names no scope asks for all of
    *scopes*. Raises ClientError.
    """
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name != name.strip():
        message = f"the name must have 1 to {LONGEST_NAME} printable characters"
        raise ClientError(message)
    if not redirect_uris:
        raise ClientError("a client needs a redirect URI")
    for uri in redirect_uris:
        check_redirect_uri(uri)
    _check_scopes(scopes, default_scopes)
    client = OAuthClient(
        name=name,
        redirect_uris=[*dict.fromkeys(redirect_uris)],
        scopes=[*dict.fromkeys(scopes)],
        default_scopes=[*dict.fromkeys(default_scopes or scopes)],
    )
    secret = None if is_public else _give_secret(client)
    recording.record(Event.CLIENT_ADDED, clientId=client.id)
    client.save(force_insert=True)
    return client, secret


def list_all() -> list[OAuthClient]:
    """Return every client, the oldest first."""
    return [*OAuthClient.objects.order_by("id")]


def find(client_id: str) -> OAuthClient | None:
    """Return the client of this id, in its one spelling, or None."""
    try:
        identifier = UUID(client_id)
    except ValueError:
        return None
    if str(identifier) != client_id:
        return None
    client: OAuthClient | None = OAuthClient.objects(id=identifier).first()
    return client


def rotate_secret(client_id: str) -> str:
    """Return a new secret of the client; the old one is invalid from now on."""
    client = _require(client_id)
    if client.secret_hash is None:
        raise ClientError("a public client has no secret")
    secret = _give_secret(client)
    recording.record(Event.CLIENT_ROTATED, clientId=client.id)
    client.save()
    return secret


def remove(client_id: str) -> None:
    """Remove a client and end all that accounts granted to it."""
    client = _require(client_id)
    recording.record(Event.CLIENT_REMOVED, clientId=client.id)
    # The client goes first, so that no new grant can begin while the others are ended.
    client.delete()
    AuthorizationCode.objects(client_id=client.id).delete()
    Account.objects(sessions__client_id=client.id).update(pull__sessions__client_id=client.id)


def check_redirect_uri(uri: str) -> None:
    """Raise ClientError unless *uri* is https, or http to the machine of its user (RFC 8252)."""
    if not URI.fullmatch(uri) or len(uri) > LONGEST_URI:
        raise ClientError("a redirect URI must be plain, without fragment, wildcard or space")
    parts = urlsplit(uri)
    if not HOST.fullmatch(parts.netloc):
        raise ClientError("a redirect URI must name a host in lower case, and no user")
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if parts.scheme != "https" and not is_local:
        raise ClientError("a redirect URI must be https, or http to localhost or 127.0.0.1")


def is_secret_of(client: OAuthClient, secret: str) -> bool:
    """Tell whether *secret* is the client's; a public client has none."""
    stored = client.secret_hash
    if stored is None:
        return False
    if stored.startswith(DIGEST_PREFIX):
        return secrets.compare_digest(_digest(secret), stored)
    # Earlier releases stored Argon2id: it is renewed at the first right secret, unless another
    # secret took its place meanwhile.
    if not passwords.is_correct(secret, stored):
        return False
    same = OAuthClient.objects(id=client.id, secret_hash=stored)
    same.update_one(set__secret_hash=_digest(secret))
    return True


def _check_scopes(scopes: Iterable[str], default_scopes: Iterable[str]) -> None:
    known = known_scopes()
    if not {*scopes}:
        raise ClientError("a client needs a scope")
    if unknown := {*scopes, *default_scopes} - known.keys():
        names = f"{', '.join(sorted(unknown))}; known are {', '.join(known)}"
        raise ClientError(f"no operation asks for the scope {names}")
    if not {*default_scopes} <= {*scopes}:
        raise ClientError("a default scope must be one of the client's scopes")


def _give_secret(client: OAuthClient) -> str:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    client.secret_hash = _digest(secret)
    return secret


def _digest(secret: str) -> str:
    return DIGEST_PREFIX + sha256(secret.encode()).hexdigest()


def _require(client_id: str) -> OAuthClient:
    client = find(client_id)
    if client is None:
        raise ClientError("there is no such client: flask oauth client list shows them")
    return client
