"""Notes as they are stored."""

from __future__ import annotations

from app.notes import service


def test_members_are_stored_in_camel_case(app, account, database):
    with app.app_context():
        service.create(account.id, "Title", "Body")
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
