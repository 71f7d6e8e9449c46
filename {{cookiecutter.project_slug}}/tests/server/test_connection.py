"""When a request is complete; tests/mechanics/test_availability.py tests it on real sockets."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from flask import url_for
from gunicorn.config import Config
from gunicorn.http import errors

from app.server import connection
from app.server.connection import Connection
from config.testing import Testing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

LINE = b"POST /notes HTTP/1.1\r\n"
HOST = b"Host: localhost\r\n"
HEAD = LINE + HOST
CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MOST = Testing().MAX_BODY_BYTES

# Each request with the body that the app reads.
WHOLE = {
    "no headers": (b"GET / HTTP/1.1\r\n\r\n", b""),
    "no body": (HEAD + b"\r\n", b""),
    "an empty line before it": (b"\r\n" + HEAD + b"\r\n", b""),
    "an old version": (b"GET / HTTP/1.0\r\n" + HOST + b"\r\n", b""),
    "a length": (HEAD + b"Content-Length: 4\r\n\r\nbody", b"body"),
    "a length in other letters": (HEAD + b"content-LENGTH:4 \r\n\r\nbody", b"body"),
    "a length of nothing": (HEAD + b"Content-Length: 0\r\n\r\n", b""),
    "an end of a head in its body": (HEAD + b"Content-Length: 4\r\n\r\n\r\n\r\n", b"\r\n\r\n"),
    "chunks": (CHUNKS + b"4\r\nbody\r\n0\r\n\r\n", b"body"),
    "no chunk": (CHUNKS + b"0\r\n\r\n", b""),
    "a last chunk within a chunk": (CHUNKS + b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", b"0\r\n\r\n"),
    "extensions and trailers": (
        CHUNKS + b'2;a="b"\r\nbo\r\n002 ;c\r\ndy\r\n0;d\r\nX-A: b\r\nX-C: d\r\n\r\n',
        b"body",
    ),
    "two codings": (
        HEAD + b"Transfer-Encoding: identity\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
        b"",
    ),
}
# Refused whatever else arrives, so the rest is not awaited.
HOPELESS = {
    "no version": b"GET /\r\n",
    "another version": b"GET / HTTP/2.0\r\n",
    "another line end": b"GET / HTTP/1.1\nHost: localhost\n",
    "a very long line": b"GET /" + b"a" * 5000,
    "a very long whole line": b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n",
    "a length that is none": HEAD + b"Content-Length: +4\r\n\r\n",
    "a length of very many digits": HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n",
    "an unknown coding": HEAD + b"Transfer-Encoding: gzip\r\n\r\n",
    "a size that is none": CHUNKS + b"zz\r\n",
}
# The app refuses these if it does not take that much.
LONG = {
    "a long body": HEAD + f"Content-Length: {MOST + 1}\r\n\r\n".encode(),
    "a body of many digits": HEAD + b"Content-Length: " + b"9" * 100 + b"\r\n\r\n",
    "a long chunk": CHUNKS + b"fffffff\r\n" + b" " * (MOST + connection.LEAST_READ_BYTES + 1),
    "long chunks": CHUNKS + (b"400\r\n" + b" " * 1024 + b"\r\n") * (MOST // 1024 + 2),
}
EXCESSIVE = {
    "a long head": (LINE + b"X-A: b\r\n" * 5000, errors.LimitRequestHeaders),
    "a long whole head": (LINE + b"X-A: b\r\n" * 5000 + b"\r\n", errors.LimitRequestHeaders),
    "chunks of a byte": (CHUNKS + b"1\r\na\r\n" * (MOST // 2), errors.InvalidChunkSize),
}


@pytest.fixture
def pair() -> Iterator[tuple[Connection, socket.socket]]:
    """Return a connection and its client."""
    cfg = Config()
    cfg.set("limit_request_line", 4094)
    cfg.set("forwarded_allow_ips", "")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Connection(cfg, ours, ("127.0.0.1", 1), ("127.0.0.1", 2), Testing()), theirs


def feed(conn: Connection, data: bytes) -> bool:
    """Receive *data* at once, and tell whether the request is ready."""
    conn.data += data
    return conn.is_ready()


@pytest.mark.parametrize("what", WHOLE)
def test_request_is_ready_with_its_last_byte_and_not_before(
    pair: tuple[Connection, socket.socket], what: str
) -> None:
    conn, client = pair
    request, body = WHOLE[what]
    for number, byte in enumerate(request, 1):
        client.send(bytes([byte]))
        assert conn.receive()
        assert conn.is_ready() == (number == len(request)), number
    assert conn.is_whole
    # The parser reads all of it, and the next request after it.
    conn.data += b"next"
    conn.init()
    client.close()
    parsed = next(conn.parser)
    assert parsed.body.read() == body
    conn.keep()
    assert conn.data == b"next"


@pytest.mark.parametrize("request_", HOPELESS.values(), ids=HOPELESS)
def test_a_request_that_will_be_refused_is_ready_at_once(
    pair: tuple[Connection, socket.socket], request_: bytes
) -> None:
    conn, client = pair
    assert feed(conn, request_)
    assert not conn.is_whole
    conn.init()
    client.close()
    with pytest.raises(errors.ParseException) as raised:
        next(conn.parser).body.read()
    assert not isinstance(raised.value, errors.NoMoreData)


@pytest.mark.parametrize("request_", LONG.values(), ids=LONG)
def test_bodies_that_are_too_long_for_the_app_are_not_collected(
    pair: tuple[Connection, socket.socket], request_: bytes
) -> None:
    assert feed(pair[0], request_)
    assert not pair[0].is_whole


@pytest.mark.parametrize("size", [b"fffffff", b"400"])
def test_a_thread_can_tell_without_waiting_that_a_chunked_body_is_too_long(
    pair: tuple[Connection, socket.socket], size: bytes
) -> None:
    conn, client = pair
    assert not feed(conn, CHUNKS + b"%x\r\n%b\r\n%b\r\n " % (MOST, b" " * MOST, size))
    assert not feed(conn, b" " * (connection.LEAST_READ_BYTES - 1))
    if size == b"400":
        conn.data += b"\r\n2\r\n"
    assert feed(conn, b" ")
    conn.init()
    # Waiting for more of it would raise an error.
    client.close()
    body = next(conn.parser).body
    assert len(body.read(MOST)) == MOST
    assert body.read(1) == b" "


def test_a_chunked_body_that_is_slightly_too_long_is_collected_to_its_end(
    pair: tuple[Connection, socket.socket],
) -> None:
    conn, _ = pair
    assert not feed(conn, CHUNKS + b"%x\r\n%b" % (MOST + 1, b" " * (MOST + 1)))
    assert feed(conn, b"\r\n0\r\n\r\n")
    assert conn.is_whole


@pytest.mark.parametrize(("request_", "error"), EXCESSIVE.values(), ids=EXCESSIVE)
def test_excessive_requests_are_refused(
    pair: tuple[Connection, socket.socket], request_: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        feed(pair[0], request_)


@pytest.mark.parametrize(
    ("head", "invitation"),
    [
        (HEAD + b"Expect: 100-continue\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (HEAD, b""),
        (HEAD.replace(b"1.1", b"1.0") + b"Expect: 100-continue\r\n", b""),
    ],
)
def test_only_a_client_that_expects_100_continue_gets_it(
    pair: tuple[Connection, socket.socket], head: bytes, invitation: bytes
) -> None:
    conn, client = pair
    client.setblocking(False)
    assert not feed(conn, head + b"Content-Length: 4\r\n\r\n")
    conn.invite_body()
    conn.invite_body()
    received = b""
    with suppress(BlockingIOError):
        received = client.recv(1000)
    assert received == invitation


@pytest.mark.parametrize(
    ("data", "seconds", "is_late"),
    [
        (b"", 9, False),
        (b"", 11, True),
        (b"GET / HTTP", 9, False),
        (b"GET / HTTP", 11, True),
        (HEAD + b"Content-Length: 4\r\n\r\n", connection.SILENCE_SECONDS - 1, False),
        (HEAD + b"Content-Length: 4\r\n\r\n", connection.SILENCE_SECONDS + 1, True),
    ],
)
def test_clients_have_a_time_limit(
    pair: tuple[Connection, socket.socket], data: bytes, seconds: float, *, is_late: bool
) -> None:
    conn, _ = pair
    now = conn.heard
    if data:
        assert not feed(conn, data)
    assert conn.is_late(now + seconds) == is_late


def test_a_slow_body_has_a_time_limit_as_a_whole(
    pair: tuple[Connection, socket.socket],
) -> None:
    conn, _ = pair
    assert not feed(conn, HEAD + b"Content-Length: 4\r\n\r\n")
    end = conn.heard + conn.settings.REQUEST_BODY_SECONDS
    conn.heard = end
    assert not conn.is_late(end - 1)
    assert conn.is_late(end + 1)


def test_a_long_body_has_the_same_time_limit_as_any_other(
    pair: tuple[Connection, socket.socket],
) -> None:
    conn, client = pair
    assert feed(conn, LONG["a long body"])
    conn.init()
    client.sendall(bytes(1024))
    body = next(conn.parser).body
    assert body.read(1024) == bytes(1024)
    client.sendall(bytes(1024))
    conn.deadline = time.monotonic() - 1
    with pytest.raises(BlockingIOError):
        body.read(1024)


def test_a_connection_waits_longer_for_its_next_request_than_for_its_first(
    pair: tuple[Connection, socket.socket],
) -> None:
    conn, client = pair
    conn.cfg.set("keepalive", 75)
    first = conn.rank
    assert feed(conn, b"GET / HTTP/1.1\r\n\r\n")
    conn.init()
    next(conn.parser)
    conn.keep()
    assert not conn.is_late(conn.since + 74)
    assert conn.is_late(conn.since + 76)
    # Without room, connections that have had a request are closed later.
    assert first < conn.rank
    client.sendall(b"GET")
    assert conn.receive()
    assert conn.is_late(conn.heard + conn.settings.REQUEST_HEAD_SECONDS + 1)


def test_what_follows_the_last_answer_is_dropped(pair: tuple[Connection, socket.socket]) -> None:
    conn, client = pair
    assert not feed(conn, b"GET")
    conn.end()
    assert client.recv(1) == b""
    client.sendall(b"more")
    assert conn.receive()
    assert not conn.data
    assert not conn.is_late(conn.heard + connection.LINGER_SILENCE_SECONDS - 1)
    assert conn.is_late(conn.heard + connection.LINGER_SILENCE_SECONDS + 1)
    client.close()
    assert not conn.receive()


def test_what_follows_the_last_answer_is_not_read_for_ever(
    pair: tuple[Connection, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LINGER_BYTES", 4)
    conn, client = pair
    conn.end()
    conn.heard = conn.since + connection.LINGER_SECONDS
    assert conn.is_late(conn.heard + 1)
    client.sendall(b"more")
    assert not conn.receive()


def test_the_path_that_has_a_thread_of_its_own_is_that_of_the_probe(app: Flask) -> None:
    with app.test_request_context():
        assert url_for("health.live") == connection.LIVENESS_PATH


@pytest.mark.parametrize(
    ("line", "is_probe"),
    [
        (b"GET /health/live HTTP/1.1", True),
        (b"GET /health/live?a=b HTTP/1.1", True),
        (b"GET /health/lively HTTP/1.1", False),
        (b"GET /health/ready HTTP/1.1", False),
        (b"POST /health/live HTTP/1.1", False),
        (b"GET /api/v1/health/live HTTP/1.1", False),
    ],
)
def test_probes_are_recognised_by_their_request_line(
    pair: tuple[Connection, socket.socket], line: bytes, *, is_probe: bool
) -> None:
    assert feed(pair[0], line + b"\r\n\r\n")
    assert pair[0].is_probe() == is_probe


def test_probes_are_recognised_under_a_path_too(pair: tuple[Connection, socket.socket]) -> None:
    conn, _ = pair
    conn.settings = Testing(SCRIPT_NAME="/shop")
    assert feed(conn, b"GET /shop/health/live HTTP/1.1\r\n\r\n")
    assert conn.is_probe()
