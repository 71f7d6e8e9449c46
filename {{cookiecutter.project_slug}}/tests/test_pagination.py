"""Pages by cursor: every item once and in order, in spite of concurrent writes."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from itsdangerous import URLSafeSerializer
from mongoengine import StringField

from app.database.documents import BaseDocument, new_id
from app.errors import InvalidInputError
from app.extensions import settings
from app.pagination import PageRequest, find_page
from tests.fixtures.queries import find_unserved

SORT_FIELDS = {"createdAt": "created_at", "updatedAt": "updated_at", "title": "title"}
SORTS = [f"{sign}{name}" for name in SORT_FIELDS for sign in ("", "-")]
READER = UUID(int=1)
START = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


class Leaf(BaseDocument):
    """Something to list."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "test_leaves",
        "indexes": [{"fields": [field, "id"]} for field in SORT_FIELDS.values()],
    }

    title = StringField(required=True)


class Twig(BaseDocument):
    """Something else to list."""

    meta: ClassVar[dict[str, Any]] = {"collection": "test_twigs"}


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def _leaf(title: str = "leaf", seconds: float = 0) -> Leaf:
    moment = START + timedelta(seconds=seconds)
    return Leaf(id=new_id(), title=title, created_at=moment, updated_at=moment)


def _store(*leaves: Leaf) -> None:
    # Not by the model, which would say that they were changed just now.
    Leaf._get_collection().insert_many([leaf.to_mongo() for leaf in leaves])


def _grow(title: str = "leaf", seconds: float = 0) -> Leaf:
    leaf = _leaf(title, seconds)
    _store(leaf)
    return leaf


@pytest.fixture
def leaves() -> list[Leaf]:
    """Return eleven leaves, several of which share a title or a moment."""
    leaves = [_leaf(f"title {number % 3}", number // 4) for number in range(11)]
    _store(*leaves)
    return leaves


def _page(sort="createdAt", limit=3, cursor=None, account_id=READER, **filters):
    request = PageRequest(limit, sort, cursor, filters)
    return find_page(Leaf.objects, request, SORT_FIELDS, account_id)


def _walk(sort="createdAt", limit=3, **filters) -> list[list[Leaf]]:
    pages, cursor = [], None
    while True:
        page = _page(sort, limit, cursor, **filters)
        pages.append(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return pages


def _ids(pages) -> list[Any]:
    return [leaf.id for page in pages for leaf in page]


@pytest.mark.usefixtures("leaves")
@pytest.mark.parametrize("sort", SORTS)
def test_pages_together_are_the_whole_list_in_order(sort):
    field = SORT_FIELDS[sort.removeprefix("-")]
    expected = sorted(
        Leaf.objects,
        key=lambda leaf: (getattr(leaf, field), leaf.id),
        reverse=sort.startswith("-"),
    )
    for limit in (1, 2, 3, 10, 11, 12):
        pages = _walk(sort, limit)
        assert _ids(pages) == [leaf.id for leaf in expected]
        assert all(len(page) == limit for page in pages[:-1])


@pytest.mark.usefixtures("leaves")
@pytest.mark.parametrize("name", SORT_FIELDS)
def test_a_reversed_order_is_the_order_reversed(name):
    assert _ids(_walk(f"-{name}")) == _ids(_walk(name))[::-1]


def test_an_empty_list_is_one_empty_page():
    page = _page()
    assert (page.items, page.next_cursor) == ([], None)


@pytest.mark.parametrize(("count", "is_last"), [(2, True), (3, True), (4, False)])
def test_the_last_page_has_no_cursor(count, is_last):
    for number in range(count):
        _grow(seconds=number)
    assert (_page(limit=3).next_cursor is None) is is_last


def test_many_items_of_the_same_moment_are_all_seen_once():
    leaves = [_leaf() for _ in range(9)]
    _store(*leaves)
    grown = {leaf.id for leaf in leaves}
    for sort in SORTS:
        seen = _ids(_walk(sort, 2))
        assert len(seen) == 9
        assert set(seen) == grown


@pytest.mark.usefixtures("leaves")
@pytest.mark.parametrize("sort", SORTS)
def test_items_inserted_before_a_page_do_not_move_it(sort):
    whole = _ids(_walk(sort))
    first = _page(sort)
    low, high = ("a", -9), ("z", 99)
    title, seconds = high if sort.startswith("-") else low
    _grow(title, seconds)
    rest = _page(sort, 100, first.next_cursor)
    assert [leaf.id for leaf in (*first.items, *rest.items)] == whole


@pytest.mark.usefixtures("leaves")
@pytest.mark.parametrize("sort", SORTS)
def test_items_inserted_after_a_page_are_seen_in_their_place(sort):
    first = _page(sort)
    low, high = ("a", -9), ("z", 99)
    title, seconds = low if sort.startswith("-") else high
    grown = _grow(title, seconds)
    rest = _page(sort, 100, first.next_cursor)
    assert rest.items[-1].id == grown.id


@pytest.mark.usefixtures("leaves")
@pytest.mark.parametrize("sort", SORTS)
def test_the_item_that_a_cursor_names_may_be_deleted(sort):
    whole = _ids(_walk(sort))
    first = _page(sort)
    first.items[-1].delete()
    rest = _page(sort, 100, first.next_cursor)
    assert [leaf.id for leaf in rest.items] == whole[3:]


@pytest.mark.usefixtures("leaves")
def test_filters_hold_on_every_page():
    pages = _walk("title", 2, created_at__gt=START, title="title 1")
    assert len(pages) > 1
    for page in pages:
        for leaf in page:
            assert leaf.title == "title 1"
            assert leaf.created_at > START


def test_a_page_is_one_query(leaves, listen):
    cursor = _page().next_cursor
    with listen() as commands:
        assert _page(cursor=cursor).items[0].id == sorted(leaf.id for leaf in leaves)[3]
    assert [command.name for command in commands] == ["find"]
    assert commands[0].document["limit"] == 4


@pytest.mark.parametrize(
    "title",
    ["김치" * 100, "\U0001f9c0" * 200, "".join(map(chr, range(0x4E00, 0x4EC8))), '"\\', " "],
)
def test_a_cursor_takes_any_title_and_stays_short_and_safe_in_urls(title):
    _grow(title)
    last = _grow(title)
    cursor = _page("title", 1).next_cursor
    assert len(cursor) <= 2048
    assert set(cursor) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert [leaf.id for leaf in _page("title", 1, cursor).items] == [last.id]


@pytest.mark.checklist("input.no-secret-url")
def test_a_cursor_reveals_nothing_of_its_item():
    for _ in range(2):
        leaf = _grow("a canary sings")
    cursors = [_page("title", 1).next_cursor for _ in range(2)]
    assert cursors[0] != cursors[1]
    for cursor in cursors:
        for told in (b"canary", b"title", leaf.id.bytes):
            assert told.hex() not in cursor
            assert told not in urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def _forgeries() -> dict[str, str]:
    cursor = _page("createdAt").next_cursor
    payload = ["createdAt", True, 0, new_id().hex]
    return {
        "empty": "",
        "garbage": "garbage",
        "dots": "..",
        "not base64": "é.é",
        "cut": cursor[:-1],
        "cut in half": cursor[: len(cursor) // 2],
        "changed": ("A" if cursor[0] != "A" else "B") + cursor[1:],
        "with what base64 skips": f"{cursor[:9]}!{cursor[9:]}",
        "the nonce alone": cursor[:16],
        "signed as those before it": URLSafeSerializer(settings.SECRET_KEY, salt="cursor").dumps(
            payload
        ),
    }


@pytest.mark.usefixtures("leaves")
def test_a_forged_cursor_is_refused(subtests):
    for kind, cursor in _forgeries().items():
        with subtests.test(kind), pytest.raises(InvalidInputError) as error:
            _page("createdAt", cursor=cursor)
        assert [mistake.pointer for mistake in error.value.errors] == ["/cursor"]


@pytest.mark.usefixtures("leaves")
@pytest.mark.parametrize("sort", [sort for sort in SORTS if sort != "createdAt"])
def test_a_cursor_of_another_order_is_refused(sort):
    cursor = _page("createdAt").next_cursor
    with pytest.raises(InvalidInputError):
        _page(sort, cursor=cursor)


@pytest.mark.usefixtures("leaves")
def test_a_cursor_of_another_account_is_refused():
    cursor = _page(account_id=READER).next_cursor
    for account_id in (UUID(int=2), None):
        with pytest.raises(InvalidInputError):
            _page(account_id=account_id, cursor=cursor)


@pytest.mark.usefixtures("leaves")
def test_a_cursor_of_another_filter_is_refused():
    cursor = _page("title", created_at__gt=START).next_cursor
    assert _page("title", 2, cursor, created_at__gt=START).items
    for filters in ({}, {"created_at__gt": START + timedelta(seconds=1)}):
        with pytest.raises(InvalidInputError):
            _page("title", cursor=cursor, **filters)


@pytest.mark.usefixtures("leaves")
def test_a_cursor_of_another_list_is_refused():
    cursor = _page("createdAt").next_cursor
    with pytest.raises(InvalidInputError):
        find_page(Twig.objects, PageRequest(3, "createdAt", cursor), SORT_FIELDS, READER)


@pytest.mark.usefixtures("leaves")
def test_a_cursor_of_an_app_with_another_key_is_refused(make_app):
    with make_app(SECRET_KEY="another key that is long enough, 0123456789").app_context():
        cursor = _page().next_cursor
    with pytest.raises(InvalidInputError):
        _page(cursor=cursor)


@pytest.mark.usefixtures("leaves")
def test_each_order_is_served_by_an_index(listen, database):
    Leaf.ensure_indexes()
    with listen() as commands:
        for sort in SORTS:
            _walk(sort)
    assert len(commands) == 4 * len(SORTS)
    assert find_unserved(database, commands) == []
