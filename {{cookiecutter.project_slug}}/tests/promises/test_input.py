"""Input: the method fits the operation, and no secret travels in a URL."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.accounts import CANARY

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.database_contents import ReadContents
    from tests.fixtures.operations import Operation

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "FOO")
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
SUCCESSES = {
    "GET": {200},
    "POST": {200, 201, 202, 204},
    "PUT": {200, 204},
    "PATCH": {200},
    "DELETE": {204},
}
#: if cookiecutter.oauth == "client"
# This operation sends a browser to a provider.
SUCCESSES["GET"].add(302)
#: endif
SIGN_UP = {
    "email": "somebody@example.com",
    "password": "correct horse battery",
    "displayName": "Somebody",
}
SECRET_NAME = re.compile(
    r"(?i)token|secret|passw|pwd|jwt|bearer|api.?key|auth|credential|session|otp|\bpin\b|signature"
)
TOKEN_PARAMETERS = ("jwt", "access_token", "accessToken", "token", "authorization", "bearer_token")


def methods_by_path(operations: list[Operation]) -> dict[str, dict[str, Operation]]:
    """Return the documented operations of each path, by method."""
    found: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        found.setdefault(operation.path, {})[operation.method] = operation
    return found


@pytest.mark.checklist("input.methods")
def test_an_undocumented_method_is_refused_with_the_documented_ones(
    api: Api, operations: list[Operation], caller: Person
) -> None:
    for documented in methods_by_path(operations).values():
        some = next(iter(documented.values()))
        for method in (*METHODS, *([] if "GET" in documented else ["HEAD"])):
            if method in documented:
                continue
            answer = api.call(method, some.url, caller, status=405)
            allowed = answer.headers["Allow"].split(", ")
            assert sorted(allowed) == sorted(documented), (method, some.path)


@pytest.mark.checklist("input.methods")
def test_options_lists_the_documented_methods(
    api: Api, operations: list[Operation], caller: Person
) -> None:
    for documented in methods_by_path(operations).values():
        some = next(iter(documented.values()))
        answer = api.call("OPTIONS", some.url, caller, status=204)
        assert sorted(answer.headers["Allow"].split(", ")) == sorted(documented), some.path


@pytest.mark.checklist("input.methods")
def test_each_method_answers_with_its_usual_status(operations: list[Operation]) -> None:
    for operation in operations:
        assert operation.success in SUCCESSES[operation.method], operation
        if operation.method in {"GET", "DELETE"}:
            assert not operation.takes_body, operation
        if operation.method in {"PUT", "PATCH"}:
            assert operation.takes_body, operation
        success = operation.details["responses"][str(operation.success)]
        #: if cookiecutter.oauth == "client"
        has_location = operation.success in {201, 202, 302}
        #: else
        has_location = operation.success in {201, 202}
        #: endif
        assert ("Location" in success["headers"]) == has_location, operation


@pytest.mark.checklist("input.methods")
def test_a_resource_is_created_read_changed_and_removed(api: Api) -> None:
    created = api.post("/api/v1/auth/signup", json=SIGN_UP)
    place = created.headers["Location"]
    credentials = {name: SIGN_UP[name] for name in ("email", "password")}
    pair = api.post("/api/v1/auth/login", json=credentials, status=200).json
    token = {"Authorization": f"Bearer {pair['accessToken']}"}
    assert api.get(place, headers=token).json == created.json
    changed = api.patch(place, json={"displayName": "Changed"}, headers=token).json
    assert api.get(place, headers=token).json == changed
    assert changed["displayName"] == "Changed"
    api.delete(place, headers=token)
    # When the account is deleted, its token is invalid, too.
    api.get(place, headers=token, status=401)
    api.post("/api/v1/auth/login", json=credentials, status=401)


@pytest.mark.checklist("input.methods")
@pytest.mark.parametrize("header", OVERRIDES)
def test_no_header_overrides_the_method(
    api: Api,
    operations: list[Operation],
    caller: Person,
    read_contents: ReadContents,
    header: str,
) -> None:
    reads = [operation for operation in operations if operation.method == "GET"]
    plain = {read.path: api.client.open(**read.request_of(caller)).status_code for read in reads}
    before = read_contents()
    for read in reads:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            token = read.headers_of(caller)
            api.get(read.url, headers={**token, header: method}, status=plain[read.path])
    for documented in methods_by_path(operations).values():
        for method, operation in documented.items():
            api.call("FOO", operation.url, caller, headers={header: method}, status=405)
    assert read_contents() == before


@pytest.mark.checklist("input.no-secret-url")
def test_a_token_counts_only_in_its_header(
    api: Api, operations: list[Operation], caller: Person, read_contents: ReadContents
) -> None:
    api.get("/api/v1/me", caller)
    before = read_contents()
    protected = [operation for operation in operations if operation.headers_of(caller)]
    assert protected
    for operation in protected:
        token = operation.headers_of(caller)["Authorization"].removeprefix("Bearer ")
        query = dict.fromkeys(TOKEN_PARAMETERS, token)
        api.call(operation.method, operation.url, query_string=query, status=401)
        api.call(operation.method, operation.url, data=query, status=401)
        api.call(operation.method, operation.url, headers={"X-Access-Token": token}, status=401)
        for name in ("access_token_cookie", "refresh_token_cookie", *query):
            api.client.set_cookie(name, token)
        api.call(operation.method, operation.url, status=401)
    assert read_contents() == before


@pytest.mark.checklist("input.no-secret-url")
def test_no_parameter_of_the_document_is_named_like_a_secret(document: dict[str, Any]) -> None:
    named = [
        parameter["name"]
        for item in document["paths"].values()
        for operation in item.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] in {"path", "query", "cookie"}
    ]
    placeholders = [name for path in document["paths"] for name in re.findall(r"\{(\w+)\}", path)]
    assert [name for name in named + placeholders if SECRET_NAME.search(name)] == []
    schemes = document["components"]["securitySchemes"].values()
    assert {(scheme["type"], scheme.get("in", "header")) for scheme in schemes} == {
        ("http", "header")
    }


@pytest.mark.checklist("input.no-secret-url")
def test_a_secret_in_a_query_string_is_logged_nowhere(
    api: Api,
    operations: list[Operation],
    caller: Person,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        for operation in operations:
            for headers in (operation.headers_of(caller), {}):
                request = operation.request_of(caller) | {"headers": headers}
                query = {"jwt": CANARY, CANARY: "1"}
                answer = api.client.open(query_string=query, **request)
                assert CANARY not in answer.text + str(answer.headers), operation
    assert caplog.messages
    assert CANARY not in caplog.text
