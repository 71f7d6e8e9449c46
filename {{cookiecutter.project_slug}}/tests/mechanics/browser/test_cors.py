"""Cross-origin requests of a real browser, from a script of a page at another origin."""

from __future__ import annotations

import json

import pytest

from tests.fixtures.api import Api

# A browser takes its time to start on a busy machine.
pytestmark = pytest.mark.timeout(180)

TITLE = "A page elsewhere"
PATH = "/api/v1/me"
CHANGE = """
fetch(%s, {
  method: "PATCH",
  credentials: "include",
  headers: {"Authorization": %s, "Content-Type": "application/json"},
  body: JSON.stringify({displayName: %s}),
}).then(
  async answer => ({
    status: answer.status,
    name: (await answer.json()).displayName,
    id: answer.headers.get("X-Request-ID"),
  }),
  error => error.name,
)
"""
READ = "fetch(%s).then(answer => answer.status, error => error.name)"


class Elsewhere:
    """A page of one origin, open in a browser, and the API at another, which records each call."""

    def __init__(self, serve, make_app, open_page, list_origins):
        page = serve(self._show)
        self.app = make_app(CORS_ORIGINS=list_origins(page))
        self.calls = []
        self.url = serve(self._answer) + PATH
        self.tab = open_page(page)
        self.tab.wait_for(f"document.title === {json.dumps(TITLE)}")

    def change(self, account, name):
        """Let the page change the display name; return what its script can read."""
        sent = (self.url, account.headers["Authorization"], name)
        return self.tab.run(CHANGE % tuple(map(json.dumps, sent)))

    def read(self):
        """Let the page read; return what its script can read."""
        return self.tab.run(READ % json.dumps(self.url))

    def name_of(self, account):
        """Return the display name that is stored."""
        return Api(self.app).get(PATH, account).json["displayName"]

    def _show(self, environ, start_response):
        del environ
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [f"<!doctype html><title>{TITLE}</title>".encode()]

    def _answer(self, environ, start_response):
        self.calls.append(environ["REQUEST_METHOD"])
        return self.app.wsgi_app(environ, start_response)


def test_a_page_of_a_listed_origin_sends_one_preflight_and_then_calls(
    serve, make_app, open_page, make_account
):
    elsewhere = Elsewhere(serve, make_app, open_page, lambda page: (page,))
    account = make_account(app=elsewhere.app)

    first = elsewhere.change(account, "김민수")
    second = elsewhere.change(account, "이서연")

    assert (first["status"], first["name"]) == (200, "김민수")
    assert (second["status"], second["name"]) == (200, "이서연")
    # Exposed headers are readable, and the browser caches the answer to its preflight.
    assert first["id"]
    assert first["id"] != second["id"]
    assert elsewhere.calls == ["OPTIONS", "PATCH", "PATCH"]
    assert elsewhere.name_of(account) == "이서연"


def test_a_page_of_another_origin_changes_nothing_and_reads_nothing(
    serve, make_app, open_page, make_account
):
    # The same server under another name is another origin.
    elsewhere = Elsewhere(
        serve, make_app, open_page, lambda page: (page.replace("localhost", "127.0.0.1"),)
    )
    account = make_account(app=elsewhere.app)
    name = elsewhere.name_of(account)

    assert elsewhere.change(account, "김민수") == "TypeError"
    assert elsewhere.read() == "TypeError"

    assert elsewhere.calls == ["OPTIONS", "GET"]
    assert elsewhere.name_of(account) == name
