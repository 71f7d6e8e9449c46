"""Processing: nobody without a token, nothing of others, no countable id, no XML, no debugger."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from bson.binary import Binary, UuidRepresentation
from bson.codec_options import CodecOptions

from app import create_app, views
from app.decorators.contract import public
from config import Production
from config.environment import PROJECT, Environment
from tests.checklist.resources import create_each, operations_of, read_document, request_of
from tests.fixtures.api import Api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from pymongo.database import Database
    from werkzeug.test import TestResponse

    from tests.checklist.resources import Owned
    from tests.fixtures.accounts import Person
    from tests.fixtures.processes import Server

    Extend = Callable[[Callable[[Flask], None]], None]

# Who adds an operation that anybody may call adds it here, where a reviewer sees it.
PUBLIC: Final = {
    ("POST", "/api/v1/auth/signup"),
    ("POST", "/api/v1/auth/login"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/openapi.json"),
    #: if cookiecutter.api_docs != "none"
    ("GET", "/docs/*"),
    #: endif
    #: if cookiecutter.jwt_algorithm != "HS256"
    ("GET", "/.well-known/jwks.json"),
    #: endif
}

ACCOUNT_WORDS: Final = re.compile(r"(?i)account|user|owner|member|customer|person|profile")
NOT_UUIDS: Final = ("1", "0", "-1", "507f1f77bcf86cd799439011", "garbage", "%00", "null", "me")
XML: Final = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'
DEBUGGER: Final = (
    "/console",
    "/?__debugger__=yes&cmd=resource&f=debugger.js",
    "/?__debugger__=yes&cmd=pinauth&pin=123-456-789&s=x",
    "/?__debugger__=yes&cmd=printpin&s=x",
    "/_debug_toolbar/",
    "/__debugger__",
)


@pytest.fixture
def extend(monkeypatch: pytest.MonkeyPatch) -> Extend:
    """Return what lets a function add views to the apps that are made after it."""
    route = views.route

    def extend(add: Callable[[Flask], None]) -> None:
        def route_more(app: Flask) -> None:
            route(app)
            add(app)

        monkeypatch.setattr(views, "route", route_more)

    return extend


@pytest.fixture
def things(api: Api, account: Person) -> list[Owned]:
    """Return one of each thing that the account can make."""
    made = create_each(api, account)
    if not made:
        pytest.skip("accounts of this API own nothing but themselves")
    return made


def _places(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield each method and route, and a path that leads there."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            yield method, rule.rule, re.sub(r"<[^>]*>", str(uuid4()), rule.rule)


def _protected_paths(app: Flask) -> set[str]:
    public = {rule for _, rule in PUBLIC}
    return {path for _, rule, path in _places(app) if _group(rule) not in public}


def _group(rule: str) -> str:
    """Return the route as PUBLIC lists it."""
    #: if cookiecutter.api_docs != "none"
    if rule.startswith("/docs/"):
        return "/docs/*"
    #: endif
    return rule


def _open(api: Api, method: str, target: str) -> TestResponse:
    """Ask for a target as a server passes it on, whatever a client would make of its slashes."""
    path, _, query = target.partition("?")
    asked = {"PATH_INFO": unquote(path, "latin-1"), "QUERY_STRING": query}
    return api.client.open("/", method=method, environ_overrides=asked)


@pytest.mark.checklist("proc.auth-all")
def test_a_stranger_reaches_what_is_listed_here_and_nothing_else(app, api):
    reached = set()
    for method, rule, path in _places(app):
        answer = api.client.open(path, method=method)
        if answer.status_code != 401:
            # HEAD and OPTIONS tell no more than the methods that they belong to.
            shown = "GET" if method == "HEAD" else method
            reached.add((shown, _group(rule)))
        else:
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), (method, rule)
    told = {(method, rule) for method, rule in reached if method != "OPTIONS"}
    assert told == PUBLIC
    assert {rule for method, rule in reached if method == "OPTIONS"} == {rule for _, rule in PUBLIC}


@pytest.mark.checklist("proc.auth-all")
@pytest.mark.parametrize(
    "spell",
    [
        lambda path: path + "/",
        lambda path: path + "//",
        lambda path: "/" + path,
        lambda path: path.replace("/v1/", "//v1/"),
        lambda path: path.replace("/v1/", "/v1//"),
        lambda path: "/%61" + path[2:],
        lambda path: path[:-1] + f"%{ord(path[-1]):02x}",
        lambda path: path + "%2f",
        lambda path: path.replace("/v1/", "%2fv1%2F"),
        lambda path: path + "%00",
        lambda path: path + ";a=b",
        lambda path: path + "?a=b",
    ],
    ids=[
        "a slash behind",
        "two slashes behind",
        "two slashes before",
        "two slashes within",
        "two slashes further on",
        "an encoded letter",
        "an encoded last letter",
        "an encoded slash behind",
        "encoded slashes",
        "a NUL behind",
        "a parameter",
        "a query",
    ],
)
def test_another_spelling_is_no_way_around_the_token(app, api, spell):
    paths = _protected_paths(app)
    assert "/api/v1/me" in paths
    for path in paths:
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"):
            assert _open(api, method, spell(path)).status_code == 401, (method, spell(path))


@pytest.mark.checklist("proc.auth-all")
@pytest.mark.parametrize(
    "target", ["//api/v1/me", "/%61pi/v1/me", "/health/..//api/v1/me", "/x/../api/v1/me"]
)
def test_the_server_finds_no_way_around_the_token(two_servers, target):
    request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    answer = two_servers[0].exchange(request.encode() + b"X-Forwarded-Proto: https\r\n\r\n")
    assert answer.split(b" ", 2)[1] in {b"401", b"404"}, answer


@pytest.mark.checklist("proc.auth-all")
@pytest.mark.parametrize("path", ["/api/v1/new", "/new", "/health/new"])
def test_a_new_view_that_says_nothing_is_protected(extend, make_app, account, path):
    def say_nothing() -> dict[str, str]:
        return {}

    extend(lambda app: app.add_url_rule(path, "new", say_nothing, methods=["GET", "POST"]))
    api = Api(make_app())
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        api.call(method, path, status=401)
    api.get(path, account)


@pytest.mark.checklist("proc.me")
def test_no_path_names_an_account(api):
    for _, path, _ in operations_of(read_document(api)):
        for parameter in re.findall(r"\{(\w+)\}", path):
            assert not ACCOUNT_WORDS.search(parameter), path
        for segment, following in re.findall(r"/([\w-]+)(?=/\{(\w+)\})", path):
            assert not ACCOUNT_WORDS.search(segment), (path, following)


@pytest.mark.checklist("proc.me")
def test_what_needs_a_token_is_the_callers_own(api):
    for _, path, operation in operations_of(read_document(api)):
        if operation["security"] and not path.startswith("/api/v1/auth/"):
            assert re.match(r"/api/v1/me(/|$)", path), path


@pytest.mark.checklist("proc.me")
def test_me_is_whoever_calls(api, account, stranger):
    shown = [api.get("/api/v1/me", person).json for person in (account, stranger)]
    assert [me["id"] for me in shown] == [str(account.id), str(stranger.id)]
    api.patch("/api/v1/me", account, json={"displayName": "Renamed"})
    assert api.get("/api/v1/me", stranger).json == shown[1]
    api.delete("/api/v1/me", account)
    assert api.get("/api/v1/me", stranger).json == shown[1]


@pytest.mark.checklist("proc.me")
def test_things_of_others_are_not_there(api, account, stranger, things):
    for thing in things:
        for method in thing.operations:
            api.call(method.upper(), thing.place, stranger, status=404, **thing.request(method))
        assert api.get(thing.place, account).json == thing.shown


@pytest.mark.checklist("proc.me")
def test_lists_show_the_callers_own_things_alone(api, account, stranger, things):
    for thing in things:
        assert api.get(thing.collection, stranger).json["items"] == []
        assert api.get(thing.collection, account).json["items"] == [thing.shown]


@pytest.mark.checklist("proc.me")
def test_no_member_of_a_body_chooses_the_owner(api, account, stranger):
    for method, path, operation in operations_of(read_document(api)):
        if operation["security"] and "requestBody" in operation and "{" not in path:
            example = request_of(operation)["json"]
            for name in ("account", "accountId", "userId", "owner", "id"):
                body = {**example, name: str(stranger.id)}
                api.call(method, path, account, json=body, status=422)


@pytest.mark.checklist("proc.uuid")
def test_identifiers_in_answers_are_uuids_of_version_7(api, account):
    body = {**account.credentials, "email": "new@example.com", "displayName": "a"}
    shown = [api.post("/api/v1/auth/signup", json=body).json, api.get("/api/v1/me", account).json]
    shown += [thing.shown for thing in create_each(api, account)]
    for answer in shown:
        assert UUID(answer["id"]).version == 7
        assert answer["id"] == str(UUID(answer["id"]))


@pytest.mark.checklist("proc.uuid")
def test_every_identifier_in_a_path_is_documented_as_a_uuid(api):
    for _, path, operation in operations_of(read_document(api)):
        taken = [each for each in operation.get("parameters", ()) if each["in"] == "path"]
        assert [each["name"] for each in taken] == re.findall(r"\{(\w+)\}", path)
        assert all(each["schema"]["format"] == "uuid" for each in taken), path


@pytest.mark.checklist("proc.uuid")
@pytest.mark.parametrize("identifier", NOT_UUIDS)
def test_what_is_no_uuid_names_nothing(api, account, things, identifier):
    for thing in things:
        for method in thing.operations:
            place = f"{thing.collection}/{identifier}"
            api.call(method.upper(), place, account, status=404, **thing.request(method))


@pytest.mark.checklist("proc.uuid")
def test_stored_identifiers_are_native_uuids(
    api: Api, account: Person, database: Database[dict[str, Any]]
) -> None:
    wrong = {**account.credentials, "password": "not the password"}
    api.post("/api/v1/auth/login", json=wrong, status=401)
    create_each(api, account)
    raw = CodecOptions[dict[str, Any]](uuid_representation=UuidRepresentation.UNSPECIFIED)
    stored = {
        name: [record["_id"] for record in database[name].with_options(raw).find()]
        for name in database.list_collection_names()
    }
    assert stored["accounts"]
    assert stored["login_jails"]
    for name, identifiers in stored.items():
        for identifier in identifiers:
            assert isinstance(identifier, Binary), name
            assert identifier.subtype == 4, name


@pytest.mark.checklist("proc.xxe", "proc.xml-bomb")
@pytest.mark.parametrize("media_type", ["application/xml", "text/xml", "application/atom+xml"])
def test_xml_is_accepted_nowhere(api, account, media_type):
    tried = 0
    for method, path, operation in operations_of(read_document(api)):
        if "requestBody" in operation:
            place = re.sub(r"\{\w+\}", str(uuid4()), path)
            headers = {"Content-Type": media_type}
            answer = api.call(method, place, account, headers=headers, data=XML, status=415)
            assert answer.headers["Accept"] == "application/json"
            tried += 1
    assert tried >= 4


@pytest.mark.checklist("proc.no-debug")
@pytest.mark.parametrize(
    ("command", "given"),
    [
        (("-c", "import wsgi"), {"FLASK_DEBUG": "1"}),
        (("-m", "flask", "--debug", "--app", "wsgi", "prepare"), {}),
    ],
    ids=["a variable", "an option"],
)
def test_production_does_not_start_in_debug_mode(variables, command, given):
    start = _run(*command, variables=variables | given)
    assert start.returncode == 1
    assert start.stdout == "FLASK_DEBUG must not be switched on here\n"


@pytest.mark.checklist("proc.no-debug")
def test_production_does_not_start_in_debug_mode_by_its_file(
    variables: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "env"
    file.write_text("FLASK_DEBUG=true\nTESTING=1\n", encoding="utf-8")
    start = _run("-c", "import wsgi", variables=variables | {"DOTENV": str(file)})
    assert start.returncode == 1
    assert start.stdout.splitlines() == [
        "FLASK_DEBUG must not be switched on here",
        "TESTING must not be switched on here",
    ]


@pytest.mark.checklist("proc.no-debug")
def test_an_exception_in_production_says_nothing(extend, variables, emptied_database):
    del emptied_database

    @public
    def fail() -> None:
        message = f"broken at {__file__}"
        raise RuntimeError(message)

    extend(lambda app: app.add_url_rule("/broken", "broken", fail))
    app = create_app(Production.from_environment(Environment(variables, {})))
    assert (app.debug, app.testing) == (False, False)
    answer = Api(app).get("/broken", base_url="https://localhost", status=500)
    request_id = answer.headers["X-Request-ID"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json == {
        "type": "/problems/unexpected",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something went wrong here. The request id finds it in the log.",
        "instance": f"urn:uuid:{request_id}",
        "requestId": request_id,
        "errors": [],
    }
    for telling in ("Traceback", "RuntimeError", "broken at", __file__, "tests."):
        assert telling not in f"{answer.headers}{answer.text}"


@pytest.mark.checklist("proc.no-debug")
@pytest.mark.parametrize("path", DEBUGGER)
def test_there_is_no_debugger(two_servers: tuple[Server, Server], path: str) -> None:
    answer = two_servers[0].ask("GET", path, X_Forwarded_Proto="https")
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def _run(*command: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=PROJECT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
