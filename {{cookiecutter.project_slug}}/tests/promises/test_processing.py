"""Processing: without a token only public routes are reached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote
from uuid import uuid4

import pytest

from app import routes
from app.openapi.parameters import path_of
from tests.fixtures.api import Api
from tests.fixtures.operations import find_routes
from tests.project import PUBLIC as OWN_PUBLIC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fixtures.operations import Route

    Spell = Callable[[str], str]
    Extend = Callable[[Callable[[Flask], None]], None]

# What is public in a new project; an owner's stands in tests/project.py, where a reviewer sees it.
PUBLIC: Final = {
    ("POST", "/api/v1/auth/signup"),
    ("POST", "/api/v1/auth/login"),
    #: if cookiecutter.mail
    ("POST", "/api/v1/auth/confirm"),
    ("POST", "/api/v1/auth/password-reset"),
    ("POST", "/api/v1/auth/password-reset/confirm"),
    #: endif
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/openapi.json"),
    #: if cookiecutter.oauth == "client"
    ("GET", "/api/v1/auth/oauth/<provider>"),
    ("GET", "/api/v1/auth/oauth/<provider>/callback"),
    #: endif
    #: if cookiecutter.api_docs != "none"
    ("GET", "/docs/*"),
    #: endif
    #: if cookiecutter.jwt_algorithm != "HS256"
    ("GET", "/.well-known/jwks.json"),
    #: endif
    #: if cookiecutter.oauth == "server"
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/oauth/authorize"),
    ("POST", "/oauth/login"),
    ("POST", "/oauth/consent"),
    ("POST", "/oauth/token"),
    ("POST", "/oauth/revoke"),
    #: endif
}

SPELLINGS: Final[dict[str, Spell]] = {
    "a slash behind": lambda path: path + "/",
    "two slashes behind": lambda path: path + "//",
    "two slashes before": lambda path: "/" + path,
    "two slashes within": lambda path: re.sub(r"(/v\d+/)", r"/\1", path),
    "two slashes further on": lambda path: re.sub(r"(/v\d+/)", r"\1/", path),
    "an encoded letter": lambda path: "/%61" + path[2:],
    "an encoded last letter": lambda path: path[:-1] + f"%{ord(path[-1]):02x}",
    "an encoded slash behind": lambda path: path + "%2f",
    "encoded slashes": lambda path: re.sub(r"/(v\d+)/", r"%2f\1%2F", path),
    "an encoded last slash": lambda path: "%2F".join(path.rsplit("/", 1)),
    "a NUL behind": lambda path: path + "%00",
    "a parameter": lambda path: path + ";a=b",
    "a query": lambda path: path + "?a=b",
}


@pytest.fixture
def extend(monkeypatch: pytest.MonkeyPatch) -> Extend:
    """Return a function that adds views to the apps that are made after it."""
    route = routes.route

    def extend(add: Callable[[Flask], None]) -> None:
        def route_more(app: Flask) -> None:
            route(app)
            add(app)

        monkeypatch.setattr(routes, "route", route_more)

    return extend


def _places(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield each method and route, and a path that leads there."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            yield method, rule.rule, re.sub(r"<[^>]*>", str(uuid4()), rule.rule)


def _protected_paths() -> set[str]:
    """Return a path to everything of which nothing is public."""
    public = {path_of(route.rule) for route in find_routes() if _is_public(route)}
    return {route.path for route in find_routes() if path_of(route.rule) not in public}


def _is_public(route: Route) -> bool:
    return (route.method, _group(route.rule)) in PUBLIC or str(route) in OWN_PUBLIC


def _group(rule: str) -> str:
    """Return the route as PUBLIC lists it."""
    #: if cookiecutter.api_docs != "none"
    if rule.startswith("/docs/"):
        return "/docs/*"
    #: endif
    return rule


PROTECTED: Final = [route for route in find_routes() if not _is_public(route)]


def _open(
    api: Api, method: str, target: str, headers: dict[str, str] | None = None
) -> TestResponse:
    """Request a target as a server passes it on; a client would change its slashes."""
    path, _, query = target.partition("?")
    asked = {"PATH_INFO": unquote(path, "latin-1"), "RAW_URI": target, "QUERY_STRING": query}
    return api.client.open("/", method=method, environ_overrides=asked, headers=headers)


@pytest.mark.checklist("proc.auth-all")
def test_strangers_reach_only_the_public_routes_listed_here(app, api):
    reached = set()
    for method, rule, path in _places(app):
        answer = api.client.open(path, method=method)
        if answer.status_code != 401:
            # HEAD and OPTIONS reveal no more than the methods they belong to.
            shown = "GET" if method == "HEAD" else method
            reached.add((shown, _group(rule)))
        else:
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), (method, rule)
    public = PUBLIC | {(one.method, one.rule) for one in find_routes() if str(one) in OWN_PUBLIC}
    told = {(method, rule) for method, rule in reached if method != "OPTIONS"}
    assert told == public, "is it meant to be public? then PUBLIC of tests/project.py says so"
    assert {rule for method, rule in reached if method == "OPTIONS"} == {rule for _, rule in public}


@pytest.mark.checklist("proc.auth-all")
@pytest.mark.parametrize("operation", PROTECTED, ids=str)
def test_another_spelling_does_not_avoid_the_token(api: Api, operation: Route) -> None:
    methods = {operation.method, *(["HEAD"] if operation.method == "GET" else [])}
    if not any(_is_public(one) for one in find_routes() if one.rule == operation.rule):
        methods |= {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
    for what, spell in SPELLINGS.items():
        for method in sorted(methods):
            target = spell(operation.path)
            assert _open(api, method, target).status_code == 401, (what, method, target)


@pytest.mark.checklist("input.validate")
@pytest.mark.parametrize("name", [name for name in SPELLINGS if "slash" in name])
def test_slashes_make_no_second_path_to_anything(api, account, name):
    for path in _protected_paths():
        for method in ("GET", "HEAD", "OPTIONS", "PUT"):
            target = SPELLINGS[name](path)
            if target == path:
                continue
            answer = _open(api, method, target, account.headers)
            assert answer.status_code == 404, (method, target)


@pytest.mark.checklist("proc.auth-all")
@pytest.mark.parametrize(
    "target", ["//api/v1/me", "/%61pi/v1/me", "/health/..//api/v1/me", "/x/../api/v1/me"]
)
def test_encoded_paths_do_not_avoid_the_token_on_the_server(two_servers, target):
    request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    answer = two_servers[0].exchange(request.encode() + b"X-Forwarded-Proto: https\r\n\r\n")
    assert answer.split(b" ", 2)[1] in {b"401", b"404"}, answer


@pytest.mark.checklist("proc.auth-all")
@pytest.mark.parametrize("path", ["/api/v1/new", "/new", "/health/new"])
def test_a_new_view_without_marks_is_protected(extend, make_app, account, path):
    def say_nothing() -> dict[str, str]:
        return {}

    extend(lambda app: app.add_url_rule(path, "new", say_nothing, methods=["GET", "POST"]))
    api = Api(make_app())
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        api.call(method, path, status=401)
    api.get(path, account)
