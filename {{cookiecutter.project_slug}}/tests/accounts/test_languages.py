"""The language of an account: chosen at sign-up, shown, and changed."""

from __future__ import annotations

import pytest

from app.accounts.languages import read_language
from tests.fixtures.accounts import PASSWORD
from tests.fixtures.letters import read_letters
from tests.fixtures.sign_ups import SIGN_UP

ME = "/api/v1/me"


@pytest.mark.parametrize(
    ("stored", "shown"), [("ko", "ko"), (None, "en"), ("tlh", "en"), (7, "en")]
)
def test_a_language_that_is_not_known_here_is_read_as_english(stored, shown):
    assert read_language(stored) == shown


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ko", "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("fr, en;q=0.5, ko;q=0.7", "ko"),
        ("de-DE, de", "en"),
        ("*", "en"),
        ("", "en"),
        (";;q=,\u00e9" + "x" * 4000, "en"),
    ],
)
def test_a_sign_up_has_the_language_of_its_browser(api, app, header, language):
    body = {"email": "a@example.com", "password": PASSWORD, "displayName": "A"}
    api.post(SIGN_UP, json=body, headers={"Accept-Language": header}, status=202)
    assert [letter.language for letter in read_letters(app)] == [language]


def test_the_language_is_changed_alone_or_with_the_name(api, account):
    assert api.get(ME, account).json["language"] == "en"
    changed = api.patch(ME, account, json={"language": "ko"}).json
    assert (changed["language"], changed["displayName"]) == ("ko", account.display_name)
    changed = api.patch(ME, account, json={"displayName": "A"}).json
    assert (changed["language"], changed["displayName"]) == ("ko", "A")
    changed = api.patch(ME, account, json={"language": "en", "displayName": "B"}).json
    assert (changed["language"], changed["displayName"]) == ("en", "B")


@pytest.mark.parametrize("body", [{}, {"language": "tlh"}, {"language": None}, {"language": "EN"}])
def test_what_is_no_language_is_refused(api, account, body):
    api.patch(ME, account, json=body, status=422)


def test_a_language_of_a_newer_release_is_kept(api, account, database):
    database.accounts.update_one({}, {"$set": {"language": "tlh"}})
    assert api.get(ME, account).json["language"] == "en"
    assert api.patch(ME, account, json={"displayName": "A"}).json["language"] == "en"
    assert database.accounts.find_one()["language"] == "tlh"
