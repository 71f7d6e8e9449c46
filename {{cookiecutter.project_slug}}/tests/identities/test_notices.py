"""A log-in at a provider from a new place is told as one with a password is."""

from __future__ import annotations

from app.accounts import sessions
from tests.fixtures.issuers import EMAIL
from tests.fixtures.letters import read_letters

HERE, THERE = "203.0.113.9", "198.51.100.7"


def _log_in_from(browser, address):
    browser.api.client.environ_base["REMOTE_ADDR"] = address
    browser.log_in()


def test_a_log_in_from_elsewhere_is_told_once(app, browser):
    for address in (HERE, HERE):
        _log_in_from(browser, address)
    assert read_letters(app) == []
    for address in (THERE, THERE, HERE):
        _log_in_from(browser, address)
    (letter,) = read_letters(app)
    assert (letter.purpose, letter.to) == ("new-place", EMAIL)


def test_a_log_in_that_is_refused_makes_no_place_known(app, browser, database):
    _log_in_from(browser, HERE)
    begun = browser.approve(browser.begin())
    with app.app_context():
        sessions.end_all({"_id": database.accounts.find_one()["_id"]})
    browser.api.client.environ_base["REMOTE_ADDR"] = THERE
    browser.finish(begun, status=403)
    assert read_letters(app) == []
    assert len(database.accounts.find_one()["knownAddresses"]) == 1
