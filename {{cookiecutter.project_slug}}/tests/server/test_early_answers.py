"""Bodies that nobody reads; tests/mechanics/test_early_answers.py tests them on real sockets."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from gunicorn.http import errors as http_errors

from app.server import LONGEST_REST, Body, announce_close

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Request(SimpleNamespace):
    """A request like gunicorn's, which records a forced close."""

    def __init__(self, reader: Any = None, *, is_awaited: bool = False, **body: Any) -> None:
        super().__init__(_expected_100_continue=is_awaited, is_last=False)
        self.body = SimpleNamespace(**{"reader": reader, "read": lambda _: b"body", **body})

    def force_close(self) -> None:
        """Record it."""
        self.is_last = True


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Return the two ends of a connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        yield ours, theirs


def test_torn_body_is_an_error_of_reading_and_closes_the_connection(pair):
    def tear(size):
        raise http_errors.InvalidChunkSize(size)

    request = Request(read=tear, failed=True)
    body = Body(request, pair[0])
    with pytest.raises(OSError, match=r"^InvalidChunkSize$"):
        body.read()
    assert request.is_last
    assert body.failed


@pytest.mark.parametrize("name", ["read", "readline"])
def test_a_client_that_waits_with_its_body_is_asked_for_it_once_it_is_read(pair, name):
    request = Request(is_awaited=True, readline=lambda: b"line")
    body = Body(request, pair[0])
    assert not request._expected_100_continue
    with pytest.raises(BlockingIOError):
        pair[1].recv(100)
    getattr(body, name)()
    getattr(body, name)()
    assert pair[1].recv(100) == CONTINUE


@pytest.mark.parametrize(
    ("reader", "is_awaited", "is_last"),
    [
        ({"length": 0}, False, False),
        ({"length": 0}, True, False),
        ({"length": LONGEST_REST}, False, False),
        ({"length": LONGEST_REST + 1}, False, True),
        ({"length": 1}, True, True),
        ({"parser": None}, False, False),
        ({"parser": "in the middle"}, False, True),
    ],
)
def test_an_answer_that_leaves_much_of_a_body_unread_closes_the_connection(
    pair, reader, is_awaited, is_last
):
    request = Request(SimpleNamespace(**reader), is_awaited=is_awaited)
    body = Body(request, pair[0])
    started = []

    def respond(_environ, start_response):
        start_response("401 UNAUTHORIZED", [])
        return []

    environ = {"wsgi.input": body}
    assert announce_close(respond)(environ, lambda *answer: started.append(answer)) == []
    assert started == [("401 UNAUTHORIZED", [])]
    assert request.is_last == is_last
    body.read()
    with pytest.raises(BlockingIOError):
        pair[1].recv(100)
