"""Swagger UI in a real browser: it shows the document, sends requests, and breaks no policy."""

from __future__ import annotations

import pytest
#: if cookiecutter.mail

from tests.fixtures.sign_ups import confirm_stored
#: endif

# A browser takes its time to start on a busy machine.
pytestmark = pytest.mark.timeout(180)

OPERATION = "document.querySelector('#operations-{tag}-{id}')"
STATUS = OPERATION + ".querySelector('.live-responses-table .response .response-col_status')"


def _send(tab, tag, operation_id, *, has_body=False):
    """Send the request of an operation's example; return the status that the page shows."""
    operation = OPERATION.format(tag=tag, id=operation_id)
    tab.run(f"{operation}.querySelector('.opblock-summary-control').click()")
    tab.wait_for(f"{operation}.querySelector('.execute')")
    if has_body:
        # The example comes a moment after the button, and without it nothing is sent.
        tab.wait_for(f"{operation}.querySelector('textarea')?.value")
    tab.run(f"{operation}.querySelector('.execute').click()")
    return tab.wait_for(STATUS.format(tag=tag, id=operation_id) + "?.innerText").split()[0]


def _authorize(tab, token):
    tab.run("document.querySelector('.btn.authorize').click()")
    tab.wait_for("document.querySelector('.auth-container input')")
    tab.run("document.querySelector('.auth-container input').focus()")
    tab.send("Input.insertText", text=token)
    tab.run("document.querySelector('.auth-container .btn.authorize').click()")
    tab.wait_for("document.querySelector('.auth-container .btn-done')")
    tab.run("document.querySelector('.auth-container .btn-done').click()")


@pytest.mark.checklist("spec.docs")
def test_the_page_shows_every_operation_and_breaks_no_policy(origin, open_page, api):
    tab = open_page(f"{origin}/docs/?url=https://example.com/another.json")
    tab.wait_for("document.querySelectorAll('.opblock').length")
    shown = tab.run("[...document.querySelectorAll('.opblock')].map(block => block.id)")
    documented = [
        f"operations-{operation['tags'][0].replace(' ', '_')}-{operation['operationId']}"
        for item in api.get("/openapi.json").json["paths"].values()
        for operation in item.values()
    ]
    assert sorted(shown) == sorted(documented)
    tab.stays_with(origin)


@pytest.mark.checklist("spec.docs")
def test_requests_are_sent_from_the_page(
    origin,
    open_page,
    api,
    #: if cookiecutter.mail
    database,
    #: endif
):
    tab = open_page(f"{origin}/docs/")
    tab.wait_for("document.querySelectorAll('.opblock').length")
    #: if cookiecutter.mail
    assert _send(tab, "Sessions", "signUp", has_body=True) == "202"
    confirm_stored(database)
    #: else
    assert _send(tab, "Sessions", "signUp", has_body=True) == "201"
    #: endif
    credentials = {"email": "minji@example.com", "password": "correct horse battery staple"}
    tokens = api.post("/api/v1/auth/login", json=credentials, status=200).json
    _authorize(tab, tokens["accessToken"])
    assert _send(tab, "Account", "readAccount") == "200"
    answer = "document.querySelector('#operations-Account-readAccount .live-responses-table')"
    assert "김민지" in tab.run(f"{answer}.innerText")
    tab.stays_with(origin)
