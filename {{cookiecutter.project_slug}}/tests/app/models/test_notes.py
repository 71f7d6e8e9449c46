"""Notes as they are stored."""

from __future__ import annotations

from app.services import notes


def test_members_are_stored_in_camel_case(app, account, database):
    with app.app_context():
        notes.create(account.id, "Title", "Body")
    (stored,) = database.notes.find()
    assert set(stored) == {
        "_id",
        "account",
        "title",
        "body",
        "revision",
        "createdAt",
        "updatedAt",
    }
    assert stored["account"] == account.id
