"""The stream that follows a stock."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection
from uuid import UUID, uuid4

import pytest

from app.books import service
from tests.books.examples import BOOKS


@pytest.fixture
def book_id(make_book):
    """Return the id of a book of which there are three copies."""
    return UUID(make_book(stock=3)["id"])


@pytest.fixture
def path(book_id):
    """Return the path of its stream."""
    return f"{BOOKS}/{book_id}/stock"


def test_a_stream_begins_with_the_stock_and_ends(api, account, path):
    answer = api.get(path, account)
    assert answer.content_type == "text/event-stream; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text.startswith('event: stock\ndata: {"stock": 3}\n\n')
    assert answer.text.count("event:") == 1


def test_a_change_is_an_event(app, book_id, monkeypatch):
    monkeypatch.setattr(service, "_LOOK_SECONDS", 0.01)
    with app.app_context():
        events = service.follow_stock(book_id, 60)
        assert next(events) == b'event: stock\ndata: {"stock": 3}\n\n'
        assert next(events) == b":\n\n"
        service.take(book_id, 2)
        assert next(events) == b'event: stock\ndata: {"stock": 1}\n\n'
        service.delete(book_id, range(9))
        assert list(events) == []


def test_a_server_sends_what_happens_while_it_happens(app, server, account, book_id, path):
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        headers = {"Host": "localhost", "X-Forwarded-Proto": "https", **account.headers}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        assert (answer.status, answer.readline()) == (200, b"event: stock\n")
        with app.app_context():
            service.take(book_id, 2)
        # The stream goes on for 25 seconds, and the connection waits for 20 at most.
        while answer.readline() != b'data: {"stock": 1}\n':
            assert not answer.closed


def test_streams_leave_threads_to_everybody_else(app, api, account, book_id, path):
    with app.app_context():
        streams = [service.follow_stock(book_id, 60) for _ in range(2)]
    answer = api.get(path, account, status=503)
    assert int(answer.headers["Retry-After"]) > 0
    for stream in streams:
        stream.close()
    api.get(path, account)


def test_who_only_asks_for_the_headers_holds_no_thread(api, account, path):
    for _ in range(3):
        assert api.call("HEAD", path, account, status=200).data == b""
    api.get(path, account)


def test_a_stream_is_for_those_who_are_logged_in_and_of_a_book_that_is_there(api, account, path):
    api.get(path, status=401)
    api.get(f"{BOOKS}/{uuid4()}/stock", account, status=404)
