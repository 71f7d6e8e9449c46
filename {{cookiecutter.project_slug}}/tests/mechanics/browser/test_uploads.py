"""A script of a page uploads a file directly to the store, in a real browser."""

from __future__ import annotations

import json

import pytest

from tests.fixtures.object_store import ask

# A browser takes its time to start on a busy machine.
pytestmark = [pytest.mark.timeout(180), pytest.mark.checklist("proc.cdn")]

TITLE = "A page with a form"
FILES = "/api/v1/me/files"
CONTENT = "%PDF-1.7 김"
FILE = {
    "fileName": "계약서.pdf",
    "contentType": "application/pdf",
    "size": len(CONTENT.encode()),
}
SEND = """
(async (upload, content) => {
  const form = new FormData();
  for (const { name, value } of upload.fields) form.append(name, value);
  form.append("file", new File([content], "계약서.pdf"));
  const sent = await fetch(upload.url, { method: "POST", body: form });
  return sent.status;
})(%s, %s)
"""


@pytest.fixture
def page(serve, open_page):
    """Return a page of another origin than the store's."""

    def show(environ, start_response):
        del environ
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [f"<!doctype html><title>{TITLE}</title>".encode()]

    tab = open_page(serve(show))
    tab.wait_for(f"document.title === {json.dumps(TITLE)}")
    return tab


def test_a_page_of_another_origin_uploads_what_was_announced(page, api, account, own_store):
    announced = api.post(FILES, account, json=FILE)
    upload = json.dumps(announced.json["upload"])

    assert page.run(SEND % (upload, json.dumps(CONTENT))) == 204

    api.patch(announced.headers["Location"], account, json={"status": "stored"})
    key = announced.json["url"].rpartition("/")[2]
    assert ask("GET", f"{own_store['CDN_BASE_URL']}/{key}").body == CONTENT.encode()
