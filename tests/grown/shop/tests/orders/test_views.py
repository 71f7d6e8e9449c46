"""The caller's orders over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from pymongo.errors import AutoReconnect

from app.orders.models import Order
from tests.books.examples import BOOKS
from tests.fixtures.api import Api

ORDERS = "/api/v1/me/orders"


def _order(*lines):
    return {"lines": [{"bookId": book["id"], "copies": copies} for book, copies in lines]}


def _stock(api, book):
    return api.get(f"{BOOKS}/{book['id']}").json["stock"]


def test_an_order_takes_copies_off_the_stock(api, account, make_book):
    first, second = make_book(stock=3), make_book(stock=5, title="1984")
    answer = api.post(ORDERS, account, json=_order((first, 2), (second, 5)))
    assert answer.headers["Location"] == f"{ORDERS}/{answer.json['id']}"
    assert answer.json["lines"] == [
        {"bookId": book["id"], "title": book["title"], "price": book["price"], "copies": copies}
        for book, copies in ((first, 2), (second, 5))
    ]
    assert api.get(answer.headers["Location"], account).json == answer.json
    assert (_stock(api, first), _stock(api, second)) == (1, 0)


def test_an_order_keeps_what_it_says_whatever_becomes_of_the_book(api, account, staff, make_book):
    book = make_book()
    order = api.post(ORDERS, account, json=_order((book, 1)))
    api.delete(f"{BOOKS}/{book['id']}", staff)
    assert api.get(order.headers["Location"], account).json == order.json
    api.delete(order.headers["Location"], account)


def test_more_than_there_is_is_a_conflict_and_takes_nothing(api, account, make_book):
    plenty, few = make_book(stock=9), make_book(stock=1)
    answer = api.post(ORDERS, account, json=_order((plenty, 2), (few, 2)), status=409)
    assert answer.json["type"] == "/problems/out-of-stock"
    assert (_stock(api, plenty), _stock(api, few)) == (9, 1)
    assert api.get(ORDERS, account).json["items"] == []


def test_a_book_that_is_not_there_is_named(api, account, make_book):
    book = make_book(stock=9)
    order = _order((book, 2), ({"id": str(uuid4())}, 1))
    answer = api.post(ORDERS, account, json=order, status=422)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/lines/1/bookId"]
    assert _stock(api, book) == 9


@pytest.mark.parametrize("copies", [0, -1, 101, "1", 1.5, True, None])
def test_copies_are_counted_from_1_to_100(api, account, make_book, copies):
    answer = api.post(ORDERS, account, json=_order((make_book(), copies)), status=422)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/lines/0/copies"]


def test_orders_at_one_moment_never_sell_more_than_there_is(app, make_account, api, make_book):
    book = make_book(stock=7)
    callers = [make_account() for _ in range(12)]

    def order(caller):
        call = {"method": "POST", "headers": caller.headers, "json": _order((book, 1))}
        return Api(app).client.open(ORDERS, **call).status_code

    with ThreadPoolExecutor(12) as threads:
        statuses = sorted(threads.map(order, callers))
    assert statuses == [201] * 7 + [409] * 5
    assert _stock(api, book) == 0


def test_a_cancelled_order_gives_its_copies_back_once(app, api, account, make_book):
    book = make_book(stock=3)
    path = api.post(ORDERS, account, json=_order((book, 3))).headers["Location"]

    def cancel(_):
        return Api(app).client.delete(path, headers=account.headers).status_code

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(cancel, range(4))) == [204, 404, 404, 404]
    assert _stock(api, book) == 3
    api.get(path, account, status=404)


def test_an_order_that_cannot_be_written_gives_its_copies_back(
    api, account, make_book, monkeypatch
):
    def fail(*_, **__):
        raise AutoReconnect("away on purpose")

    book = make_book(stock=3)
    monkeypatch.setattr(Order, "save", fail)
    api.post(ORDERS, account, json=_order((book, 2)), status=503)
    assert _stock(api, book) == 3


@pytest.mark.checklist("proc.me")
def test_an_order_of_another_account_is_not_there(api, account, stranger, make_book):
    path = api.post(ORDERS, account, json=_order((make_book(), 1))).headers["Location"]
    api.get(path, stranger, status=404)
    api.delete(path, stranger, status=404)
    assert api.get(ORDERS, stranger).json == {"items": [], "nextCursor": None}
    api.get(path, account)


def test_orders_are_listed_in_pages(api, account, make_book):
    book = make_book()
    ids = [api.post(ORDERS, account, json=_order((book, 1))).json["id"] for _ in range(3)]
    first = api.get(ORDERS, account, query_string={"limit": 2}).json
    rest = {"limit": 2, "cursor": first["nextCursor"]}
    second = api.get(ORDERS, account, query_string=rest).json
    assert [order["id"] for order in first["items"] + second["items"]] == ids[::-1]
    assert second["nextCursor"] is None


def test_an_account_has_as_many_orders_as_it_may_have(app, make_account, make_book, make_app):
    book, limited = make_book(stock=9), make_app(ORDERS_LIMIT=1)
    caller, api = make_account(app=limited), Api(limited)
    api.post(ORDERS, caller, json=_order((book, 1)))
    answer = api.post(ORDERS, caller, json=_order((book, 1)), status=409)
    assert answer.json["type"] == "/problems/too-many-items"
    assert _stock(Api(app), book) == 8


def test_the_lines_of_all_orders_are_csv(api, account, make_book):
    book, trick = make_book(title='Say "hi", 1984'), make_book(title="=1+1")
    order = api.post(ORDERS, account, json=_order((book, 2), (trick, 1))).json
    answer = api.get(f"{ORDERS}/lines", account)
    assert answer.content_type == "text/csv; charset=utf-8"
    when = order["createdAt"]
    assert answer.text.splitlines() == [
        "orderedAt,bookId,title,copies,amount,currency",
        f'{when},{book["id"]},"Say ""hi"", 1984",2,12.50,EUR',
        f"{when},{trick['id']},'=1+1,1,12.50,EUR",
    ]


@pytest.mark.checklist("proc.me")
def test_the_lines_of_others_are_in_nobodys_table(api, account, stranger, make_book):
    api.post(ORDERS, account, json=_order((make_book(), 1)))
    answer = api.get(f"{ORDERS}/lines", stranger)
    assert answer.text == "orderedAt,bookId,title,copies,amount,currency\r\n"
