"""Which view answers, and which problem where none does."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from flask import request
from flask.views import MethodView

from app.decorators import public, returns
from app.health import HealthOut
from app.hooks import routing
from tests.fixtures.api import Api

UNKNOWN = ["/api/", "/api/v1", "/api/v1/", "/api/v1/users", "/api/v1/me/x", "/api/v0/me", "/api"]


@pytest.mark.parametrize("path", UNKNOWN)
def test_a_stranger_cannot_tell_which_paths_of_the_api_exist(api, path):
    api.get(path, status=401)


@pytest.mark.parametrize("path", UNKNOWN)
def test_a_caller_gets_404_for_unknown_paths(api, account, path):
    api.get(path, account, status=404)


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/health", "/health/", "/apiary", "/favicon.ico"]
)
def test_unknown_paths_outside_of_the_api_are_404(api, path):
    assert api.get(path, status=404).json["type"] == "/problems/not-found"


@pytest.mark.parametrize(
    "path", ["//api/v1/me", "/api//v1/me", "/api/v1//me", "/api/v1/me/", "/api/v1/me//", "///api/x"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH", "DELETE"])
def test_extra_slashes_do_not_avoid_the_token(api, path, method):
    # Not by the client, which would take the first name of such a path for a host.
    api.call(method, "/", environ_overrides={"PATH_INFO": path}, status=401)


@pytest.mark.parametrize("path", ["/api//v1/me", "/api/v1//me", "/api/v1/me/", "//api/v1/me"])
def test_one_resource_has_one_path(api, account, path):
    api.get("/", account, environ_overrides={"PATH_INFO": path}, status=404)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/me%2Fnotes",
        "/api/v1/me%2fnotes",
        "/api/v1%2Fme",
        "/api%2Fv1%2Fme/notes",
        "/%2Fapi/v1/me/notes",
        "/api/v1/me%5Cnotes",
        "/api/v1/me/notes%00",
        "/api/v1/./me/notes",
        "/api/v1/me/../me/notes",
        "/api/v1/me;a=b/notes",
        "/api/v1/me/notes;a=b",
        "/api/v1/me%252Fnotes",
    ],
)
def test_encoded_slashes_are_no_second_spelling_of_a_path(api, account, path):
    api.get(path, status=401)
    for method in ("GET", "POST", "PUT"):
        api.call(method, path, account, status=404)


def test_an_encoded_slash_does_not_find_a_page_either(api):
    api.get("/health%2Flive", status=404)
    api.get("/openapi.json%2F", status=404)


@pytest.mark.parametrize("rest", [f"{mark}/api/v1/me/probes" for mark in ("#", "#?", "?#")])
def test_query_and_fragment_make_no_second_spelling_of_a_path(make_app, account, rest):
    app = make_app()
    app.add_url_rule("/api/v1/me/probes", "books", lambda: "books")
    api = Api(app)

    def get(path, status):
        target = {"PATH_INFO": "/api/v1/me/probes", "RAW_URI": path + rest}
        api.get("/", account, environ_overrides=target, status=status)

    get("/api/v1/me%2Fprobes", 404)
    get("/api/v1/me/probes", 200)


@pytest.mark.parametrize("path", ["/api/v1/%6de", "/%61pi/v1/me"])
def test_an_encoded_letter_is_the_same_letter(api, account, path):
    api.get(path, account)


def test_a_path_converter_takes_encoded_slashes_as_slashes(make_app, account):
    app = make_app()
    app.add_url_rule("/blobs/<path:key>", "blobs", lambda key: key)
    api = Api(app)
    for path in ("/blobs/a/b%20c", "/blobs/a%2Fb%20c"):
        assert api.get(path, account).text == "a/b c"
        assert api.put(path, account, status=405).headers["Allow"] == "GET"
    # The prefix that a proxy or the server has removed does not count.
    prefixed = {"RAW_URI": "/prefix/blobs/a%2Fb", "PATH_INFO": "/blobs/a/b"}
    assert api.get("/", account, environ_overrides=prefixed).text == "a/b"
    api.get("/blobs%2Fa/b", account, status=404)


@pytest.mark.parametrize("path", ["/api%2Fv1/me", "/%61pi/v1/me", "/api/v1/%6de", "/api/v1/me%2f"])
def test_encoded_paths_do_not_avoid_the_token(api, path):
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
def test_a_wrong_method_gets_the_allowed_ones(api, account, method, path, allowed):
    answer = api.call(method, path, account, status=405)
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/auth/signup"])
def test_a_wrong_method_on_a_public_path_needs_no_token(api, path):
    assert api.get(path, status=405).headers["Allow"] == "POST"


def test_a_wrong_method_on_a_protected_path_needs_a_token(api):
    api.put("/api/v1/me", status=401)


def test_options_lists_the_methods_to_callers_that_may_use_them(api, account):
    answer = api.call("OPTIONS", "/api/v1/me", account, status=204)
    assert answer.headers["Allow"] == "DELETE, GET, PATCH"
    assert "Content-Type" not in answer.headers


def test_options_of_a_protected_path_needs_a_token(api):
    api.call("OPTIONS", "/api/v1/me", status=401)


class Book(MethodView):
    """A book that everybody may read, and some may change."""

    @public
    @returns(HealthOut)
    def get(self, book_id):
        """Read it."""
        return {"status": "open", "release": str(book_id)}

    @returns(None, HTTPStatus.NO_CONTENT)
    def put(self, book_id):
        """Change it."""


@pytest.fixture
def books(make_app) -> Api:
    """Return a client of an app with public books, and a protected desk beside them."""
    app = make_app()
    view = Book.as_view("book")
    app.add_url_rule("/api/v1/probes/<uuid:book_id>", view_func=view)
    app.add_url_rule("/api/v1/shelves/<uuid:book_id>/", "shelf", view)
    app.add_url_rule("/api/v1/probes/mine", "mine", lambda: "mine")
    return Api(app)


BOOK = "/api/v1/probes/0197a1f2-3c4d-7e5f-8a6b-9c0d1e2f3a4b"
GARBAGE = "/api/v1/probes/garbage"


@pytest.mark.checklist("proc.uuid")
def test_a_malformed_identifier_of_something_public_is_not_found(books, account):
    books.get(BOOK)
    books.get(GARBAGE, status=404)
    books.call("HEAD", GARBAGE, status=404)
    books.call("OPTIONS", GARBAGE, status=404)
    books.delete(GARBAGE, status=404)
    # Without a token nobody learns which books can be changed.
    books.put(GARBAGE, status=401)
    books.put(GARBAGE, account, status=404)


@pytest.mark.checklist("input.methods")
def test_methods_of_a_partly_public_path_are_listed(books, account):
    assert books.delete(BOOK, status=405).headers["Allow"] == "GET, PUT"
    assert books.call("OPTIONS", BOOK, status=204).headers["Allow"] == "GET, PUT"
    books.put(BOOK, status=401)
    books.put(BOOK, account, status=204)


@pytest.mark.parametrize("path", ["/api/v1/probes", "/api/v1/probes/", f"{GARBAGE}/x", "/api/v1/x"])
def test_strangers_learn_nothing_else(books, path):
    books.get(path, status=401)


def test_protected_routes_beside_public_ones_stay_protected(books, account):
    books.get("/api/v1/probes/mine", status=401)
    books.get("/api/v1/probes/mine", account)


def test_a_missing_slash_of_something_public_is_followed(books):
    path = BOOK.replace("probes", "shelves")
    assert books.get(path, status=308).headers["Location"] == f"{path}/"


def test_options_of_the_server_as_a_whole_is_answered(api):
    answer = api.call("OPTIONS", "/", environ_overrides={"PATH_INFO": "*"}, status=204)
    assert "Allow" not in answer.headers


def test_this_is_no_proxy(api):
    target = {"PATH_INFO": "443", "RAW_URI": "stranger.example:443"}
    assert api.call("CONNECT", "/", environ_overrides=target, status=405).headers["Allow"] == ""


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
def test_a_request_without_a_url_map_has_no_methods(app, monkeypatch):
    monkeypatch.setattr(app, "create_url_adapter", lambda _request: None)
    with app.test_request_context("/nothing"):
        assert routing.allowed_methods() == ()
        request.environ["RAW_URI"] = "/nothing%2F"
        assert not routing._is_other_spelling()
