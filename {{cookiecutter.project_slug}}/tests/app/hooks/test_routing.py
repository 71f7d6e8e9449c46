"""Which view answers, and what is said where none does."""

from __future__ import annotations

import pytest

from app.hooks import routing

UNKNOWN = ["/api/", "/api/v1", "/api/v1/", "/api/v1/users", "/api/v1/me/x", "/api/v2/me", "/api"]


@pytest.mark.parametrize("path", UNKNOWN)
def test_a_stranger_cannot_tell_which_paths_of_the_api_exist(api, path):
    api.get(path, status=401)


@pytest.mark.parametrize("path", UNKNOWN)
def test_a_caller_is_told_that_nothing_is_there(api, account, path):
    api.get(path, account, status=404)


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/health", "/health/", "/apiary", "/favicon.ico"]
)
def test_nothing_is_anywhere_else(api, path):
    assert api.get(path, status=404).json["type"] == "/problems/not-found"


@pytest.mark.parametrize(
    "path", ["//api/v1/me", "/api//v1/me", "/api/v1//me", "/api/v1/me/", "/api/v1/me//", "///api/x"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH", "DELETE"])
def test_slashes_are_no_way_around_the_token(api, path, method):
    # Past the client, which would read the first name of such a path as a host.
    api.call(method, "/", environ_overrides={"PATH_INFO": path}, status=401)


@pytest.mark.parametrize("path", ["/api//v1/me", "/api/v1//me", "/api/v1/me/"])
def test_one_resource_has_one_path(api, account, path):
    api.get("/", account, environ_overrides={"PATH_INFO": path}, status=404)


@pytest.mark.parametrize("path", ["/api%2Fv1/me", "/%61pi/v1/me", "/api/v1/%6de", "/api/v1/me%2f"])
def test_encoded_paths_are_no_way_around_the_token(api, path):
    api.get(path, status=401)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/me", "DELETE, GET, PATCH"),
        ("POST", "/api/v1/me", "DELETE, GET, PATCH"),
        ("GET", "/api/v1/me/password", "PUT"),
        ("GET", "/api/v1/auth/logout", "POST"),
        ("TRACE", "/api/v1/me", "DELETE, GET, PATCH"),
        ("PROPFIND", "/api/v1/me", "DELETE, GET, PATCH"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(api, account, method, path, allowed):
    answer = api.call(method, path, account, status=405)
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/auth/signup"])
def test_a_wrong_method_on_a_public_path_needs_no_token(api, path):
    assert api.get(path, status=405).headers["Allow"] == "POST"


def test_a_wrong_method_on_a_protected_path_needs_a_token(api):
    api.put("/api/v1/me", status=401)


def test_options_lists_the_methods_to_who_may_call_them(api, account):
    answer = api.call("OPTIONS", "/api/v1/me", account, status=204)
    assert answer.headers["Allow"] == "DELETE, GET, PATCH"
    assert "Content-Type" not in answer.headers


def test_options_of_a_protected_path_needs_a_token(api):
    api.call("OPTIONS", "/api/v1/me", status=401)


def test_options_of_a_public_path_needs_none(api):
    assert api.call("OPTIONS", "/health/live", status=204).headers["Allow"] == "GET"


def test_head_answers_as_get_without_a_body(api, account):
    got = api.get("/api/v1/me", account)
    head = api.call("HEAD", "/api/v1/me", account, status=200)
    assert head.data == b""
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


def test_the_method_of_a_request_cannot_be_overridden(api, account):
    headers = {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE"}
    api.get("/api/v1/me", account, headers=headers)
    api.get("/api/v1/me", account)


#: if cookiecutter.api_docs != "none"
def test_a_page_without_its_slash_is_redirected_to_a_path_and_to_no_host(api):
    answer = api.get("/docs", status=308)
    assert answer.headers["Location"] == "/docs/"
    assert answer.data == b""


#: endif
def test_a_request_that_no_map_is_for_has_no_methods(app, monkeypatch):
    monkeypatch.setattr(app, "create_url_adapter", lambda _request: None)
    with app.test_request_context("/nothing"):
        assert routing.allowed_methods() == ()
        assert routing._operations_of_path() == []
