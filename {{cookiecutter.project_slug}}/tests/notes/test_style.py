"""The style of the API on notes: which requests may be repeated, and which only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pymongo.database import Database

    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api

NOTES = "/api/v1/me/notes"


@pytest.fixture
def place(api: Api, account: Person) -> str:
    """Return where a new note of the account is."""
    note = api.post(NOTES, account, json={"title": "a", "body": "b"})
    return str(note.headers["Location"])


def _stored(database: Database[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*database["notes"].find().sort("_id", 1)]


@pytest.mark.checklist("spec.style")
def test_reading_a_note_changes_nothing(api, account, place, database):
    before = _stored(database)
    for path in (place, NOTES):
        api.get(path, account)
    assert len(before) == 1
    assert _stored(database) == before


@pytest.mark.checklist("spec.style")
def test_a_repeated_put_changes_nothing_more(api, account, place):
    whole = {"title": "c", "body": "d"}
    answers = [api.put(place, account, json=whole).json for _ in range(2)]
    assert [{name: answer[name] for name in whole} for answer in answers] == [whole, whole]
    assert len(api.get(NOTES, account).json["items"]) == 1


@pytest.mark.checklist("spec.style")
def test_a_repeated_delete_changes_nothing_more(api, account, place, database):
    api.delete(place, account)
    assert _stored(database) == []
    api.delete(place, account, status=404)
    assert _stored(database) == []
