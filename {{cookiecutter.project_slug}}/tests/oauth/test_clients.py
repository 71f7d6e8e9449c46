"""Clients: which can be registered, and how secrets are checked."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app.accounts import passwords
from app.oauth import clients

if TYPE_CHECKING:
    from flask import Flask
    from pymongo.database import Database

CALLBACK = "https://app.example.com/callback"

RIGHT = [
    CALLBACK,
    "https://app.example.com:8443/a/b?c=d&e=f",
    "https://app.example.com",
    "http://localhost/callback",
    "http://localhost:5173/callback",
    "http://127.0.0.1:1/",
]
WRONG = [
    "",
    "app.example.com",
    "/callback",
    "//app.example.com/callback",
    "http://app.example.com/callback",
    "http://localhost.example.com/",
    "http://127.0.0.2/",
    "http://[::1]/",
    "https://*.example.com/callback",
    "https://app.example.com/*",
    "https://app.example.com/callback#a",
    "https://app.example.com/callback#",
    "https://user@app.example.com/",
    "https://user:pass@app.example.com/",
    "https://App.example.com/",
    "https://app.example.com/a b",
    "https://app.example.com/\n",
    'https://app.example.com/"',
    "https://app.example.com;script-src/",
    "https://app.example.com,evil.example/",
    "https://app.example.com\\@evil.example/",
    "https://앱.example/",
    "https:///callback",
    "https:callback",
    "javascript:alert(1)",
    "data:text/html,a",
    "com.example.app:/callback",
    "https://app.example.com/" + "a" * 1000,
]


@pytest.fixture(autouse=True)
def _context(app: Flask):
    with app.app_context():
        yield


def register(**changes: Any) -> Any:
    asked = {
        "name": "An app",
        "redirect_uris": [CALLBACK],
        "scopes": ["profile:read"],
        "is_public": False,
        **changes,
    }
    return clients.register(**asked)


@pytest.mark.parametrize("uri", RIGHT)
def test_a_redirect_uri_is_https_or_of_this_machine(uri):
    clients.check_redirect_uri(uri)


@pytest.mark.parametrize("uri", WRONG)
def test_another_redirect_uri_is_refused(uri):
    with pytest.raises(clients.ClientError, match="a redirect URI must"):
        clients.check_redirect_uri(uri)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "the name must"),
        ({"name": "a" * 101}, "the name must"),
        ({"name": "a\nb"}, "the name must"),
        ({"name": " a"}, "the name must"),
        ({"redirect_uris": []}, "needs a redirect URI"),
        ({"redirect_uris": [CALLBACK, "http://a.example"]}, "a redirect URI must"),
        ({"scopes": []}, "needs a scope"),
        ({"scopes": ["unknown"]}, "no operation asks for the scope unknown; known are"),
        ({"default_scopes": ["profile:write"]}, "must be one of the client's scopes"),
        ({"default_scopes": ["unknown"]}, "no operation asks for the scope unknown"),
    ],
)
def test_a_client_with_mistakes_is_not_registered(changes, words):
    with pytest.raises(clients.ClientError, match=words):
        register(**changes)
    assert clients.list_all() == []


@pytest.mark.checklist("auth.standards")
def test_only_the_digest_of_a_secret_is_stored(database: Database[dict[str, Any]]) -> None:
    client, secret = register()
    (stored,) = database["oauth_clients"].find()
    assert secret not in str(stored)
    # No slow hash, which strangers could make us compute: the secret has 256 bits.
    assert stored["secretHash"] == f"$sha256${sha256(secret.encode()).hexdigest()}"
    assert len(secret) >= 43
    assert clients.is_secret_of(client, secret)
    assert not clients.is_secret_of(client, secret[:-1])
    assert not clients.is_secret_of(client, stored["secretHash"])


def test_an_older_hash_is_renewed_at_the_first_right_secret(
    database: Database[dict[str, Any]],
) -> None:
    client, secret = register()
    digest = client.secret_hash
    client.secret_hash = slow = passwords.hash_password(secret)
    client.save()
    assert not clients.is_secret_of(client, "wrong")
    assert database["oauth_clients"].find_one()["secretHash"] == slow
    assert clients.is_secret_of(client, secret)
    assert database["oauth_clients"].find_one()["secretHash"] == digest


def test_a_renewal_does_not_undo_a_rotation() -> None:
    client, secret = register()
    client.secret_hash = passwords.hash_password(secret)
    client.save()
    new = clients.rotate_secret(str(client.id))
    assert clients.is_secret_of(client, secret)
    (stored,) = clients.list_all()
    assert clients.is_secret_of(stored, new)
    assert not clients.is_secret_of(stored, secret)


def test_a_public_client_has_no_secret(database: Database[dict[str, Any]]) -> None:
    client, secret = register(is_public=True)
    assert secret is None
    (stored,) = database["oauth_clients"].find()
    assert "secretHash" not in stored
    assert not clients.is_secret_of(client, "")
    with pytest.raises(clients.ClientError, match="no secret"):
        clients.rotate_secret(str(client.id))


def test_without_a_default_all_scopes_are_the_default():
    client, _ = register(scopes=["profile:read", "profile:write", "profile:read"], is_public=True)
    assert client.scopes == client.default_scopes == ["profile:read", "profile:write"]


def test_a_client_is_found_by_its_id_in_one_spelling():
    client, _ = register(is_public=True)
    found = clients.find(str(client.id))
    assert found is not None
    assert found.name == "An app"
    told = str(client.id)
    for other in ("", "x", str(uuid4()), told.upper(), f"urn:uuid:{told}", client.id.hex):
        assert clients.find(other) is None
    with pytest.raises(clients.ClientError, match="no such client"):
        clients.remove("x")
