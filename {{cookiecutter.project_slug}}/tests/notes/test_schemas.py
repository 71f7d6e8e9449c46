"""Notes on the wire."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.notes.schemas import ChangeNote, NoteOut, NotesQuery, WriteNote
from app.notes.service import SORT_FIELDS


def _is_valid(schema, document) -> bool:
    try:
        # A query string has only texts.
        schema.model_validate(document, strict=schema is not NotesQuery)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("title", "is_valid"),
    [("", False), ("x", True), ("x" * 200, True), ("x" * 201, False), ("a\nb", False), (1, False)],
)
def test_a_title_is_a_line_of_1_to_200_characters(title, is_valid):
    assert _is_valid(WriteNote, {"title": title, "body": ""}) is is_valid
    assert _is_valid(ChangeNote, {"title": title}) is is_valid


@pytest.mark.parametrize(
    ("body", "is_valid"),
    [("", True), ("a\nb", True), ("x" * 10_000, True), ("x" * 10_001, False), ("a\0", False)],
)
def test_a_body_is_a_text_of_up_to_10000_characters(body, is_valid):
    assert _is_valid(WriteNote, {"title": "x", "body": body}) is is_valid
    assert _is_valid(ChangeNote, {"body": body}) is is_valid


def test_a_whole_note_has_both_members():
    assert not _is_valid(WriteNote, {"title": "x"})
    assert not _is_valid(WriteNote, {"body": "x"})


def test_a_change_names_at_least_one_member_and_has_no_others():
    assert not _is_valid(ChangeNote, {})
    change = ChangeNote.model_validate({"body": "x"})
    assert change.model_dump(exclude_unset=True, by_alias=False) == {"body": "x"}


@pytest.mark.parametrize("member", ["id", "account", "revision", "createdAt", "updatedAt"])
def test_members_that_the_app_sets_cannot_be_sent(member):
    assert not _is_valid(WriteNote, {"title": "x", "body": "", member: "x"})


@pytest.mark.parametrize(
    ("limit", "is_valid"),
    [
        ("1", True),
        ("100", True),
        ("0", False),
        ("101", False),
        ("-1", False),
        ("1000000000", False),
        ("1.5", False),
        ("", False),
        ("x", False),
        ("1e2", False),
    ],
)
def test_a_page_has_1_to_100_notes(limit, is_valid):
    assert _is_valid(NotesQuery, {"limit": limit}) is is_valid


def test_by_default_a_page_has_the_20_newest_notes():
    query = NotesQuery.model_validate({})
    assert (query.limit, query.sort, query.cursor) == (20, "-createdAt", None)


def test_the_orders_are_those_that_the_service_knows():
    orders = NotesQuery.model_fields["sort"].annotation.__args__
    assert {order.removeprefix("-") for order in orders} == set(SORT_FIELDS)
    assert len(orders) == 2 * len(SORT_FIELDS)


@pytest.mark.parametrize("sort", ["", "body", "created_at", "$where", "--title", "+title", "TITLE"])
def test_other_orders_are_refused(sort):
    assert not _is_valid(NotesQuery, {"sort": sort})


@pytest.mark.parametrize(
    ("moment", "is_valid"),
    [
        ("2026-01-31T09:30:00Z", True),
        ("2026-01-31T09:30:00.123+09:00", True),
        ("2026-01-31T09:30:00", False),
        ("2026-01-31", False),
        ("yesterday", False),
        ("2026-02-30T00:00:00Z", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("name", ["createdAfter", "createdBefore"])
def test_a_moment_has_its_zone(name, moment, is_valid):
    assert _is_valid(NotesQuery, {name: moment}) is is_valid


def test_a_note_shows_five_members():
    members = {field.alias for field in NoteOut.model_fields.values()}
    assert members == {"id", "title", "body", "createdAt", "updatedAt"}
