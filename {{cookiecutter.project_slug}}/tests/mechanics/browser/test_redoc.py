"""Redoc in a real browser: it shows the document, reports to nobody, and breaks no policy."""

from __future__ import annotations

from time import sleep

import pytest

# A browser takes its time to start on a busy machine.
pytestmark = pytest.mark.timeout(180)

SHOWN = "(document.getElementById('viewer')?.innerText ?? '')"
# What is far below is drawn when somebody comes near it.
SCROLL = "document.querySelectorAll('*').forEach(each => each.scrollTop += 200)"
READ = f"({SCROLL}, {SHOWN}.includes('/api/v1/auth/signup'))"
# It collects reports for a while before it sends them.
REPORTING_SECONDS = 6


@pytest.mark.checklist("spec.docs")
def test_the_page_shows_every_tag_and_path_and_breaks_no_policy(origin, open_page, api):
    tab = open_page(f"{origin}/docs/")
    document = api.get("/openapi.json").json
    tab.wait_for(READ)
    shown = tab.run(SHOWN)
    assert all(tag["name"] in shown for tag in document["tags"])
    assert document["info"]["title"] in shown
    tab.stays_with(origin)


@pytest.mark.checklist("spec.docs")
def test_searching_and_reading_send_nothing_elsewhere(origin, open_page):
    tab = open_page(f"{origin}/docs/")
    tab.wait_for(READ)
    tab.press("k", control=True)
    tab.wait_for("document.querySelector('[role=dialog] input, input[type=search], input')")
    tab.send("Input.insertText", text="display name")
    tab.wait_for("document.body.innerText.includes('Change the display name')")
    tab.run("location.hash = '#/account'")
    sleep(REPORTING_SECONDS)
    tab.stays_with(origin)
