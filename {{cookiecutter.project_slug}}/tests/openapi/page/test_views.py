"""The page and its files are served under a policy of their own, or not at all."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus

import pytest

from app.openapi.page.views import VIEWER
from app.openapi.problems import find_problems
from tests.fixtures.api import Api

MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
}


def test_the_page_is_named_after_the_project(api):
    page = api.get("/docs/")
    assert page.content_type == "text/html; charset=utf-8"
    title = re.search("<title>(.*)</title>", page.text)
    assert title
    assert unescape(title[1]) == api.get("/openapi.json").json["info"]["title"]
    assert '<html lang="en">' in page.text


def test_the_page_needs_no_token_and_ignores_a_query(api):
    assert api.get("/docs/?url=https://example.com/other.json").status_code == 200


@pytest.mark.parametrize("unsafe", ["unsafe-inline", "unsafe-eval", "http", "*", "blob:"])
def test_the_policy_of_the_page_allows_nothing_unsafe(api, unsafe):
    assert unsafe not in api.get("/docs/").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "directive",
    ["default-src 'none'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"],
)
def test_the_policy_of_the_page_denies_by_default(api, directive):
    assert directive in api.get("/docs/").headers["Content-Security-Policy"].split("; ")


def test_the_page_brings_its_headers_once_and_is_not_kept(api):
    headers = api.get("/docs/").headers
    assert headers.getlist("X-Frame-Options") == ["DENY"]
    assert headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert len(headers.getlist("Content-Security-Policy")) == 1
    assert headers["Cache-Control"] == "no-store"


def test_the_page_has_no_script_and_no_handler_of_its_own(api):
    page = api.get("/docs/").text
    assert all(re.match(r'<script[^>]* src="', tag) for tag in re.findall("<script[^>]*>", page))
    assert not re.search(r"<script[^>]*>[^<]", page)
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", page)


def test_every_file_of_the_page_is_served(api):
    page = api.get("/docs/").text
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert links
    for link in links:
        assert not re.match(r"\w+:|/", link)
        api.get("/docs/" + link if not link.startswith("../") else "/" + link[3:])


@pytest.mark.parametrize("name", VIEWER.names)
def test_a_file_has_its_type_and_may_be_kept(api, name):
    answer = api.get(f"/docs/{name}")
    assert answer.content_type == MEDIA_TYPES[name.rpartition(".")[2]]
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(answer.data) > 100


@pytest.mark.parametrize("name", VIEWER.names)
def test_a_file_that_is_current_is_not_sent_again(api, name):
    first = api.get(f"/docs/{name}")
    tag = first.headers["ETag"]
    answer = api.get(f"/docs/{name}", headers={"If-None-Match": f'"other", W/{tag}'}, status=304)
    assert answer.data == b""
    assert answer.headers["ETag"] == tag
    assert answer.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("path", ["/docs/", *(f"/docs/{name}" for name in VIEWER.names)])
@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"headers": {"Host": "elsewhere.example"}}, 400),
        ({"headers": {"Accept": "image/png"}}, 406),
        ({"data": "text", "content_type": "text/plain"}, 415),
    ],
    ids=["host", "accept", "body"],
)
def test_page_and_files_are_refused_like_everything_else(api, path, request_, status):
    answer = api.get(path, **request_, status=status)
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        "page.html",
        "VERSION",
        "LICENSE",
        "__init__.py",
        "../page/viewer.py",
        "..%2f..%2fdocument.py",
        "%2e%2e/document.py",
        "init.js/",
        "INIT.JS",
    ],
)
def test_other_files_are_not_served(api, name):
    answer = api.get(f"/docs/{name}", status=404)
    assert answer.content_type == "application/problem+json"


def test_a_missing_slash_is_followed(api):
    assert api.get("/docs", status=308).headers["Location"].endswith("/docs/")


def test_a_page_that_is_switched_off_is_not_found(make_app):
    api = Api(make_app(DOCS_ENABLED=False))
    for path in ("/docs", "/docs/", *(f"/docs/{name}" for name in VIEWER.names)):
        assert api.get(path, status=404).content_type == "application/problem+json"


def test_the_document_is_of_the_api_and_not_of_its_own_page(api):
    assert not [path for path in api.get("/openapi.json").json["paths"] if "docs" in path]


@pytest.mark.parametrize("path", ["/docs/", *(f"/docs/{name}" for name in VIEWER.names)])
def test_page_and_files_need_no_more_than_their_contract_says(make_app, path):
    nowhere = make_app(MONGODB_URI="mongodb://127.0.0.1:1/nothing", MONGODB_TIMEOUT_SECONDS=0.1)
    endpoint, _ = nowhere.url_map.bind("localhost").match(path)
    operation = nowhere.extensions["operations"][endpoint, "GET"]
    status = nowhere.test_client().get(path).status_code
    assert (status == HTTPStatus.SERVICE_UNAVAILABLE) == (503 in find_problems(operation, path))


def test_there_is_no_page_of_a_document_that_is_closed(make_app):
    Api(make_app(OPENAPI_ENABLED=False)).get("/docs/", status=404)
