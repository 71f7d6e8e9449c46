"""What create_app() sets up, and what it does not touch."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from flask import request
from pymongo import _csot

from app import create_app, routes, with_deadline
from config.environment import PROJECT
from config.testing import Testing
#: if not cookiecutter.mail
from tests.fixtures.accounts import PASSWORD
#: endif
from tests.fixtures.api import Api


def test_create_app_opens_no_socket(monkeypatch):
    def refuse(*_args):
        pytest.fail("create_app() opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    create_app(Testing())


def test_app_starts_without_what_only_its_document_needs():
    command = """if True:
        import sys
        from app import create_app
        from config.testing import Testing
        create_app(Testing())
        print(sys.modules.keys() & {"flasgger", "jsonschema", "mistune"})
    """
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_two_apps_of_one_process_keep_their_settings_apart(make_app):
    one, other = make_app(RELEASE="one"), make_app(RELEASE="other")
    assert Api(one).get("/health/live").json["release"] == "one"
    assert Api(other).get("/health/live").json["release"] == "other"


def test_two_apps_of_one_process_share_their_accounts(make_app, make_account):
    one, other = make_app(), make_app()
    account = make_account(app=one)
    assert Api(other).get("/api/v1/me", account).json["id"] == str(account.id)


def test_every_route_and_method_has_its_operation(app):
    routed = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"OPTIONS"}
    }
    assert set(app.extensions["operations"]) == routed


def test_every_parameter_of_a_path_is_a_uuid(app):
    for rule in app.url_map.iter_rules():
        kinds = {type(converter).__name__ for converter in rule._converters.values()}
        #: if cookiecutter.oauth == "client"
        if rule.arguments == {"provider"}:
            continue
        #: endif
        assert kinds <= {"UUIDConverter"}, rule


def test_settings_configure_flask_itself(make_app):
    assert make_app(MAX_BODY_BYTES=100).config["MAX_CONTENT_LENGTH"] == 100


def test_forwarded_headers_of_strangers_are_ignored(make_app):
    assert _seen_address(make_app()) == "127.0.0.1"


def test_forwarded_headers_of_a_trusted_proxy_count(make_app):
    assert _seen_address(make_app(TRUSTED_PROXIES=1)) == "203.0.113.9"


def test_only_as_many_forwarded_headers_count_as_there_are_proxies(make_app):
    assert _seen_address(make_app(TRUSTED_PROXIES=1), "198.51.100.7, 203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize(
    ("settings", "path", "told", "location"),
    [
        ({}, "", None, "/api/v1/me"),
        ({"SCRIPT_NAME": "/shop/eu"}, "/shop/eu", None, "/shop/eu/api/v1/me"),
        ({"SCRIPT_NAME": "/shop"}, "", None, "/shop/api/v1/me"),
        ({"TRUSTED_PROXIES": 1}, "", "/shop/", "/shop/api/v1/me"),
        ({"TRUSTED_PROXIES": 1}, "", "/stranger, /shop", "/shop/api/v1/me"),
        ({"TRUSTED_PROXIES": 1, "SCRIPT_NAME": "/shop"}, "", "/bar", "/bar/api/v1/me"),
        # A proxy that does not set the header passes on a stranger's value.
        ({"TRUSTED_PROXIES": 1}, "", "//evil.example", "/api/v1/me"),
        ({"TRUSTED_PROXIES": 1}, "", "https://evil.example", "/api/v1/me"),
        ({"TRUSTED_PROXIES": 1}, "", "/shop/../evil", "/api/v1/me"),
        ({"TRUSTED_PROXIES": 1}, "", '/shop"}', "/api/v1/me"),
        ({}, "", "/shop", "/api/v1/me"),
    ],
)
def test_links_begin_with_the_public_path(make_app, settings, path, told, location):
    api = Api(make_app(**settings))
    headers = {"X-Forwarded-Prefix": told} if told else {}
    #: if not cookiecutter.mail
    person = {"email": "a@example.com", "password": PASSWORD, "displayName": "A"}
    answer = api.post(f"{path}/api/v1/auth/signup", json=person, headers=headers)
    assert answer.headers["Location"] == location
    #: endif
    document = api.get(f"{path}/openapi.json", headers=headers).json
    assert document["servers"] == [{"url": location.removesuffix("/api/v1/me") or "/"}]


def test_every_link_of_the_api_is_built_from_its_routes():
    made_by_hand = {
        path.name
        for path in Path(routes.__file__).parent.rglob("*.py")
        if "API_PREFIX" in path.read_text(encoding="utf-8")
    }
    assert made_by_hand == {"routes.py"}


def test_the_database_calls_of_a_request_have_one_deadline():
    seen = []

    def view(_environ, _start_response):
        seen.append(_csot.remaining())
        return []

    assert list(with_deadline(view, 1.5)({}, lambda *_: None)) == []
    assert 1 < seen[0] <= 1.5
    assert _csot.get_timeout() is None


def _seen_address(app, forwarded="203.0.113.9") -> str:
    seen = []
    app.before_request_funcs[None].insert(0, lambda: seen.append(request.remote_addr))
    Api(app).get("/health/live", headers={"X-Forwarded-For": forwarded})
    return seen[0]
