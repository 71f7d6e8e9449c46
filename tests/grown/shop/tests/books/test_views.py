"""The catalogue over HTTP."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from tests.books.examples import BOOK, BOOKS, new_isbn


def _path(book):
    return f"{BOOKS}/{book['id']}"


def _walk(api, sort):
    """Return the ids of all books in an order, read in pages of two."""
    found, query = [], {"limit": 2, "sort": sort}
    while True:
        page = api.get(BOOKS, query_string=query).json
        found += [book["id"] for book in page["items"]]
        if page["nextCursor"] is None:
            return found
        query["cursor"] = page["nextCursor"]


def test_a_member_of_staff_adds_a_book_and_everybody_reads_it(api, staff):
    answer = api.post(BOOKS, staff, json={**BOOK, "isbn": new_isbn()})
    assert answer.headers["Location"] == _path(answer.json)
    assert {name: answer.json[name] for name in BOOK} == BOOK
    read = api.get(_path(answer.json))
    assert read.json == answer.json
    assert read.headers["ETag"] == answer.headers["ETag"] == '"1"'


@pytest.mark.checklist("proc.auth-all")
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_the_catalogue_is_changed_by_staff_alone(api, account, make_book, method):
    path = BOOKS if method == "POST" else _path(make_book())
    bodies = {"POST": {**BOOK, "isbn": new_isbn()}, "PATCH": {"stock": 0}}
    request = {"json": bodies[method]} if method in bodies else {}
    api.call(method, path, status=401, **request)
    answer = api.call(method, path, account, status=403, **request)
    assert answer.json["type"] == "/problems/forbidden"
    assert [book["stock"] for book in api.get(BOOKS).json["items"]] == [40] * (method != "POST")


def test_no_two_books_have_one_isbn(api, staff, make_book):
    book = {**BOOK, "isbn": make_book()["isbn"]}
    answer = api.post(BOOKS, staff, json=book, status=409)
    assert answer.json["type"] == "/problems/isbn-taken"
    assert len(api.get(BOOKS).json["items"]) == 1


def test_an_isbn_with_a_wrong_last_digit_is_refused(api, staff):
    isbn = new_isbn()
    wrong = isbn[:-1] + str((int(isbn[-1]) + 1) % 10)
    answer = api.post(BOOKS, staff, json={**BOOK, "isbn": wrong}, status=422)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/isbn"]


@pytest.mark.parametrize(
    "amount", [12.5, 12, "1e3", "-1", "0.001", "1234567", "\u0661", "NaN", None, ""]
)
def test_an_amount_is_a_text_with_two_decimals_at_most(api, staff, amount):
    price = {"amount": amount, "currency": "EUR"}
    answer = api.post(BOOKS, staff, json={**BOOK, "isbn": new_isbn(), "price": price}, status=422)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/price/amount"]


def test_an_amount_keeps_its_digits(make_book):
    amounts = [
        make_book(price={"amount": text, "currency": "KRW"})["price"]["amount"]
        for text in ("0.10", "0.1", "999999.99", "9800")
    ]
    assert amounts == ["0.10", "0.1", "999999.99", "9800"]


@pytest.mark.parametrize(
    ("member", "wrong", "pointer"),
    [
        ("binding", "leather", "/binding"),
        ("price", {"amount": "1", "currency": "XXX"}, "/price/currency"),
        ("price", {"amount": "1", "currency": "EUR", "tax": "1"}, "/price"),
        ("tags", ["소설", ""], "/tags/1"),
        ("tags", ["a"] * 11, "/tags"),
        ("publishedOn", "1998-08-05T00:00:00Z", "/publishedOn"),
        ("stock", -1, "/stock"),
    ],
)
def test_a_wrong_member_is_named(api, staff, member, wrong, pointer):
    answer = api.post(BOOKS, staff, json={**BOOK, "isbn": new_isbn(), member: wrong}, status=422)
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_books_are_listed_by_price_as_a_number(api, make_book):
    amounts = ["9.90", "100", "12.50", "9.9", "0"]
    books = [make_book(price={"amount": amount, "currency": "EUR"}) for amount in amounts]
    ordered = sorted(books, key=lambda book: (Decimal(book["price"]["amount"]), book["id"]))
    wanted = [book["id"] for book in ordered]
    assert _walk(api, "price") == wanted
    assert _walk(api, "-price") == wanted[::-1]


def test_books_without_a_date_are_listed_first(api, make_book):
    days = ["2026-01-31", None, "1998-08-05", None, "2001-01-01"]
    books = [make_book(publishedOn=day) for day in days]
    ordered = sorted(books, key=lambda book: (book["publishedOn"] or "", book["id"]))
    wanted = [book["id"] for book in ordered]
    assert _walk(api, "publishedOn") == wanted
    assert _walk(api, "-publishedOn") == wanted[::-1]


@pytest.mark.parametrize("query", [{"sort": "stock"}, {"cursor": "x"}, {"limit": 0}, {"tag": "x"}])
def test_a_list_is_asked_for_as_the_document_says(api, query):
    api.get(BOOKS, query_string=query, status=422)


def test_a_cursor_opens_the_list_in_its_own_order_alone(api, make_book):
    make_book(), make_book()
    cursor = api.get(BOOKS, query_string={"limit": 1, "sort": "title"}).json["nextCursor"]
    api.get(BOOKS, query_string={"cursor": cursor, "sort": "title"})
    api.get(BOOKS, query_string={"cursor": cursor, "sort": "price"}, status=422)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "1984"},
        {"tags": []},
        {"price": {"amount": "9.90", "currency": "USD"}},
        {"publishedOn": None},
        {"stock": 0},
    ],
    ids=str,
)
def test_a_changed_book_keeps_its_other_members(api, staff, make_book, change):
    book = make_book()
    answer = api.patch(_path(book), staff, json=change)
    assert answer.headers["ETag"] == '"2"'
    assert answer.json == {**book, **change, "updatedAt": answer.json["updatedAt"]}
    assert api.get(_path(book)).json == answer.json


@pytest.mark.parametrize("change", [{}, {"price": None}, {"isbn": "9788937460777"}], ids=str)
def test_what_is_no_change_is_refused(api, staff, make_book, change):
    api.patch(_path(make_book()), staff, json=change, status=422)


def test_readers_and_staff_can_name_the_state_that_they_know(api, staff, make_book):
    path = _path(make_book())
    api.get(path, headers={"If-None-Match": '"1"'}, status=304)
    api.get(path, headers={"If-Match": '"9"'}, status=412)
    api.patch(path, staff, json={"stock": 1}, headers={"If-Match": '"9"'}, status=412)
    api.delete(path, staff, headers={"If-Match": '"9"'}, status=412)
    api.delete(path, staff, headers={"If-Match": '"1"'})
    api.get(path, status=404)


def test_a_book_that_is_not_there_is_not_found(api, staff):
    path = f"{BOOKS}/{uuid4()}"
    api.get(path, status=404)
    api.patch(path, staff, json={"stock": 1}, status=404)
    api.delete(path, staff, status=404)


def test_version_2_tells_whether_there_is_a_copy_and_not_how_many(api, make_book):
    book = make_book(stock=1)
    told = api.get(_path(book).replace("v1", "v2")).json
    assert told == {**{name: book[name] for name in book if name != "stock"}, "isAvailable": True}
    sold_out = _path(make_book(stock=0)).replace("v1", "v2")
    assert api.get(sold_out).json["isAvailable"] is False


def test_version_2_knows_the_same_states_and_the_same_books(api, make_book):
    path = _path(make_book()).replace("v1", "v2")
    api.get(path, headers={"If-None-Match": '"1"'}, status=304)
    api.get(path, headers={"If-Match": '"9"'}, status=412)
    api.get(f"/api/v2/books/{uuid4()}", status=404)


def test_the_route_of_an_extension_asks_for_a_token(api, account):
    api.get("/api/v1/build", status=401)
    assert api.get("/api/v1/build", account).json == {"release": "development"}
