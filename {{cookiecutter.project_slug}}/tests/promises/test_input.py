"""Input: the method fits the operation, and no secret travels in a URL."""

from __future__ import annotations

import logging
import re
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.accounts import CANARY
from tests.fixtures.operations import each, find_operations, is_protected, is_read
from tests.fixtures.sign_ups import sign_up

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.database_contents import ReadContents
    from tests.fixtures.examples import Example, World
    from tests.fixtures.operations import Operation

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "FOO")
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
SUCCESSES = {
    "GET": {200},
    "POST": {200, 201, 202, 204},
    "PUT": {200, 202, 204},
    "PATCH": {200},
    "DELETE": {204},
}
#: if cookiecutter.oauth == "client"
# This operation sends a browser to a provider.
SUCCESSES["GET"].add(302)
#: endif
# Deletions that take a body, as RFC 9110 section 9.3.5 lets a server say.
TAKING: set[str] = set()
#: if cookiecutter.second_factor
# A password and a code belong neither into an address nor into a header.
TAKING.add("DELETE /api/v1/me/second-factor")
#: endif
SIGN_UP = {
    "email": "somebody@example.com",
    "password": "correct horse battery",
    "displayName": "Somebody",
}
SECRET_NAME = re.compile(
    r"(?i)token|secret|passw|pwd|jwt|bearer|api.?key|auth|credential|session|otp|\bpin\b|signature"
)
# The id of a session names it and opens nothing: a test below tries.
NO_SECRETS = {"sessionId"}
TOKEN_PARAMETERS = ("jwt", "access_token", "accessToken", "token", "authorization", "bearer_token")


def documented_at(path: str) -> list[str]:
    """Return the methods that the document has for a path, in their order."""
    return sorted(one.method for one in find_operations() if one.path == path)


def comes_first(operation: Operation) -> bool:
    """Tell whether the operation is the first of its path: what is of the path is tried once."""
    return operation == next(one for one in find_operations() if one.path == operation.path)


@pytest.mark.checklist("input.methods")
@each(comes_first)
def test_an_undocumented_method_is_refused_with_the_documented_ones(
    world: World, operation: Operation
) -> None:
    documented = documented_at(operation.path)
    for method in (*METHODS, *([] if "GET" in documented else ["HEAD"])):
        if method not in documented:
            answer = world.api.call(method, operation.url, world.caller, status=405)
            assert sorted(answer.headers["Allow"].split(", ")) == documented, method


@pytest.mark.checklist("input.methods")
@each(comes_first)
def test_options_lists_the_documented_methods(world: World, operation: Operation) -> None:
    answer = world.api.call("OPTIONS", operation.url, world.caller, status=204)
    assert sorted(answer.headers["Allow"].split(", ")) == documented_at(operation.path)


@pytest.mark.checklist("input.methods")
@each()
def test_each_method_answers_with_its_usual_status(operation: Operation) -> None:
    assert operation.success in SUCCESSES[operation.method]
    if operation.method in {"GET", "DELETE"} and str(operation) not in TAKING:
        assert not operation.takes
    if operation.method in {"PUT", "PATCH"}:
        assert operation.takes
    success = operation.responses[str(operation.success)]
    # What was accepted without a word cannot be looked at.
    has_location = operation.success == 201 or (operation.success == 202 and "content" in success)
    #: if cookiecutter.oauth == "client"
    has_location = has_location or operation.success == 302
    #: endif
    assert ("Location" in success["headers"]) == has_location


@pytest.mark.checklist("input.methods")
def test_a_resource_is_created_read_changed_and_removed(api: Api) -> None:
    sign_up(api, SIGN_UP)
    place = "/api/v1/me"
    credentials = {name: SIGN_UP[name] for name in ("email", "password")}
    pair = api.post("/api/v1/auth/login", json=credentials, status=200).json
    token = {"Authorization": f"Bearer {pair['accessToken']}"}
    assert api.get(place, headers=token).json["email"] == SIGN_UP["email"]
    changed = api.patch(place, json={"displayName": "Changed"}, headers=token).json
    assert api.get(place, headers=token).json == changed
    assert changed["displayName"] == "Changed"
    api.delete(place, headers=token)
    # When the account is deleted, its token is invalid, too.
    api.get(place, headers=token, status=401)
    api.post("/api/v1/auth/login", json=credentials, status=401)


@pytest.mark.checklist("input.methods")
@each(is_read)
def test_no_header_overrides_the_method(
    world: World, example: Example, read_contents: ReadContents
) -> None:
    before = read_contents()
    for header, method in product(OVERRIDES, ("POST", "PUT", "PATCH", "DELETE")):
        request = example.request(headers={**example.headers, header: method})
        answer = world.api.client.open(**request)
        assert answer.status_code == example.success, (header, method)
    assert read_contents() == before


@pytest.mark.checklist("input.methods")
@each()
def test_no_header_makes_a_method_of_an_unknown_one(
    world: World, operation: Operation, read_contents: ReadContents
) -> None:
    before = read_contents()
    for header in OVERRIDES:
        named = {header: operation.method}
        world.api.call("FOO", operation.url, world.caller, headers=named, status=405)
    assert read_contents() == before


@pytest.mark.checklist("input.no-secret-url")
@each(is_protected)
def test_a_token_counts_only_in_its_header(
    world: World, operation: Operation, example: Example, read_contents: ReadContents
) -> None:
    api, place = world.api, {"method": operation.method, "path": example.path, "status": 401}
    before = read_contents()
    token = operation.headers_of(example.caller)["Authorization"].removeprefix("Bearer ")
    query = dict.fromkeys(TOKEN_PARAMETERS, token)
    api.call(**place, query_string=query)
    api.call(**place, data=query)
    api.call(**place, headers={"X-Access-Token": token})
    for name in ("access_token_cookie", "refresh_token_cookie", *query):
        api.client.set_cookie(name, token)
    api.call(**place)
    assert read_contents() == before


@pytest.mark.checklist("input.no-secret-url")
@each()
def test_no_parameter_of_the_document_is_named_like_a_secret(operation: Operation) -> None:
    named = [
        parameter["name"]
        for parameter in operation.details.get("parameters", ())
        if parameter["in"] in {"path", "query", "cookie"}
    ]
    names = {*named, *operation.parameters} - NO_SECRETS
    assert [name for name in names if SECRET_NAME.search(name)] == []


@pytest.mark.checklist("input.no-secret-url")
def test_the_id_of_a_session_opens_nothing(api: Api, account: Person) -> None:
    (session,) = api.get("/api/v1/me/sessions", account).json["items"]
    for path, method in (("/api/v1/me", "GET"), ("/api/v1/auth/refresh", "POST")):
        headers = {"Authorization": f"Bearer {session['id']}"}
        api.call(method, path, headers=headers, status=401)
        api.call(method, path, query_string={"sessionId": session["id"]}, status=401)


@pytest.mark.checklist("input.no-secret-url")
def test_every_secret_of_the_document_is_in_a_header(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"].values()
    assert {(scheme["type"], scheme.get("in", "header")) for scheme in schemes} == {
        ("http", "header")
    }


@pytest.mark.checklist("input.no-secret-url")
@each()
def test_a_secret_in_a_query_string_is_logged_nowhere(
    world: World, example: Example, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for headers in (example.headers, {}):
            query = {"jwt": CANARY, CANARY: "1"}
            request = example.request(headers=headers, query_string=query)
            answer = world.api.client.open(**request)
            assert CANARY not in answer.text + str(answer.headers)
    assert CANARY not in caplog.text
