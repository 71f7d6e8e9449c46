"""A page of another origin receives the return from a provider and passes it on to the API."""

from __future__ import annotations

import json

import pytest

from tests.fixtures.provider_logins import BEGIN, CALLBACK_PATH, settings_for

# A browser takes its time to start on a busy machine.
pytestmark = pytest.mark.timeout(180)

TITLE = "A page elsewhere"
HAND_ON = """
fetch(%s + location.search, {credentials: %s}).then(
  async answer => ({status: answer.status, ...await answer.json()}),
  error => ({status: error.name}),
)
"""


def show_page(environ, start_response):
    """Answer every path with the same page."""
    del environ
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [f"<!doctype html><title>{TITLE}</title>".encode()]


def test_a_page_can_finish_a_log_in_only_with_the_cookie(serve, make_app, open_page, issuer, api):
    page = serve(show_page)
    redirect_uri = page + "/login/{provider}"
    known = {**settings_for(issuer), "OAUTH_REDIRECT_URI": redirect_uri}
    origin = serve(make_app(CORS_ORIGINS=(page,), **known))
    issuer.redirect_uris = {redirect_uri.format(provider="oidc")}
    tab = open_page(origin + BEGIN.format(provider="oidc"))
    tab.wait_for("document.title === 'Issuer'")
    tab.run("document.querySelector('button').click()")
    tab.wait_for(f"document.title === {json.dumps(TITLE)}")
    callback = json.dumps(origin + CALLBACK_PATH.format(provider="oidc"))

    without = tab.run(HAND_ON % (callback, '"omit"'))
    handed_on = tab.run(HAND_ON % (callback, '"include"'))
    again = tab.run(HAND_ON % (callback, '"include"'))

    assert (without["status"], handed_on["status"], again["status"]) == (400, 200, 400)
    headers = {"Authorization": f"Bearer {handed_on['accessToken']}"}
    assert api.get("/api/v1/me", headers=headers).json["displayName"] == "김민지"
