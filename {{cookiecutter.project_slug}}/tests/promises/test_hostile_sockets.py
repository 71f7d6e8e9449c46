"""Input: the real server refuses bytes that no client library would send, over bare sockets."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest

from tests.fixtures.accounts import CANARY

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.database_contents import ReadContents
    from tests.fixtures.processes import Server

pytestmark = pytest.mark.checklist("input.validate", "input.methods")

WORD: Final = CANARY.encode()
HEAD: Final = b"Host: localhost\r\nX-Forwarded-Proto: https\r\n"
JSON: Final = HEAD + b"Content-Type: application/json\r\n"
PATCH: Final = b"PATCH /api/v1/me HTTP/1.1\r\n" + JSON + b"Authorization: <token>\r\n"
GET: Final = b"GET /api/v1/me HTTP/1.1\r\n" + HEAD + b"Authorization: <token>\r\n"
CHUNKED: Final = PATCH + b"Connection: close\r\nTransfer-Encoding: chunked\r\n"
BODY: Final = b'{"displayName": "%s"}' % WORD
FITTING: Final = (b"19\r\n", BODY, b"\r\n")
SPACES: Final = b"3e8\r\n" + b" " * 1000 + b"\r\n"
LAST: Final = b"Connection: close\r\n\r\n"


def method(name: bytes) -> bytes:
    """Return a request with this method and no body."""
    return GET.replace(b"GET", name, 1) + LAST


def target(path: bytes) -> bytes:
    """Return a request of this target."""
    return GET.replace(b"/api/v1/me", path, 1) + LAST


def chunks(*parts: bytes) -> bytes:
    """Return a chunked request of these parts, as they are."""
    return CHUNKED + b"\r\n" + b"".join(parts)


def unwanted(body: bytes) -> bytes:
    """Return a chunked request where no body is wanted."""
    return CHUNKED.replace(b"PATCH", b"GET", 1) + b"\r\n" + body


def sized(length: bytes, body: bytes = BODY) -> bytes:
    """Return a request with this Content-Length."""
    return PATCH + b"Connection: close\r\nContent-Length: " + length + b"\r\n\r\n" + body


# The bytes, and the statuses that are allowed.
REQUESTS: Final = {
    "TRACE": (method(b"TRACE"), {405}),
    "CONNECT": (method(b"CONNECT"), {405}),
    "FOO": (method(b"FOO"), {405}),
    "PROPFIND": (method(b"PROPFIND"), {405}),
    "a method in small letters": (method(b"get"), {400, 405}),
    "a method with a sign": (method(b"GE$T"), {405}),
    "no method": (method(b""), {400}),
    "a very long method": (method(b"A" * 3_000), {400}),
    "a whole URL": (target(b"http://localhost/api/v1/nothing?" + WORD), {404}),
    "an authority": (target(b"stranger.example:443"), {400, 404}),
    "a whole URL of a stranger": (target(b"http://stranger.example/api/v1/me"), {400}),
    "a whole URL with a name in it": (target(b"http://localhost@stranger.example/"), {400}),
    "a whole URL of another scheme": (target(b"gopher://localhost/api/v1/me"), {400}),
    "a star": (target(b"*"), {400, 404}),
    "a tunnel": (target(b"stranger.example:443").replace(b"GET", b"CONNECT", 1), {405}),
    "no slash": (target(b"api/v1/me"), {400, 404}),
    "an encoded slash": (target(b"/api/v1%2Fme"), {404}),
    "an encoded slash further on": (target(b"/api/v1/me%2fnotes"), {404}),
    "an encoded backslash": (target(b"/api/v1/me%5Cnotes"), {404}),
    "two slashes": (target(b"//api/v1/me"), {404}),
    "a dot": (target(b"/api/v1/./me"), {404}),
    "a parameter of a segment": (target(b"/api/v1/me;a=b"), {404}),
    "a double slash": (target(b"//stranger.example/api/v1/me"), {404}),
    "a parent": (target(b"/api/v1/../../../etc/passwd"), {404}),
    "a NUL": (target(b"/api/v1/me\0"), {400, 404}),
    "an encoded NUL": (target(b"/api/v1/me%00"), {404}),
    "letters of no encoding": (target(b"/api/v1/\xff\xfe"), {400, 404}),
    "a torn escape": (target(b"/api/v1/me%"), {404}),
    "a fragment": (target(b"/api/v1/me#fragment"), {200, 400, 404}),
    "a very long path": (target(b"/" + b"a" * 5_000), {414}),
    "a very long query": (target(b"/api/v1/me?" + WORD * 1_000), {414}),
    "a NUL in a header": (GET + b"X-A: " + WORD + b"\0\r\n" + LAST, {400}),
    "a line end in a header": (GET + b"X-A: a\rX-B: b\r\n" + LAST, {400}),
    "a folded header": (GET + b"X-A: a\r\n " + WORD + b"\r\n" + LAST, {400}),
    "a header without a name": (GET + b": " + WORD + b"\r\n" + LAST, {400}),
    "a header without a colon": (GET + WORD + b"\r\n" + LAST, {400}),
    "a name with an underscore": (GET + b"X_Forwarded_Proto: http\r\n" + LAST, {200, 400}),
    "letters of no encoding in a header": (GET + b"X-A: \xff\xfe\r\n" + LAST, {200}),
    "a huge Accept": (GET + b"Accept: " + b"a/b," * 3_000 + b"\r\n" + LAST, {431}),
    "two tokens": (GET + b"Authorization: Bearer " + WORD + b"\r\n" + LAST, {401}),
    "two hosts": (GET + b"Host: canary.example\r\n" + LAST, {400}),
    "no host": (GET.replace(b"Host: localhost\r\n", b"") + LAST, {400}),
    "an unknown host": (GET.replace(b"localhost", b"canary.example") + LAST, {400}),
    "HTTP/0.9": (b"GET /api/v1/me\r\n", {400}),
    "HTTP/1.0": (GET.replace(b"HTTP/1.1", b"HTTP/1.0") + LAST, {200}),
    "HTTP/2.0": (GET.replace(b"HTTP/1.1", b"HTTP/2.0") + LAST, {400}),
    "HTTP/2 at once": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400}),
    "an upgrade": (GET + b"Upgrade: h2c\r\nHTTP2-Settings: AA\r\n" + LAST, {200}),
    "no length": (sized(b""), {400}),
    "a negative length": (sized(b"-1"), {400}),
    "a length with a sign": (sized(b"+25"), {400}),
    "a length with a fraction": (sized(b"25.0"), {400}),
    "a length in hexadecimal": (sized(b"0x19"), {400}),
    "a length in another script": (sized("٢٥".encode()), {400}),
    "a length of many digits": (sized(b"9" * 100), {400, 413}),
    "two lengths": (sized(b"25\r\nContent-Length: 26"), {400}),
    "lengths in a list": (sized(b"25, 25"), {400}),
    "a length too short": (sized(b"10"), {400}),
    "a length too long for anybody": (sized(b"70000", BODY), {413}),
    "a zero length": (sized(b"0"), {400}),
    "gzip": (sized(b"25\r\nContent-Encoding: gzip"), {415}),
    "a chunk that is too long": (chunks(b"11170\r\n", b"x" * 70_000, b"\r\n0\r\n\r\n"), {413}),
    "chunks that are too long": (chunks(*[SPACES] * 70), {413}),
    "spaces that are too many": (chunks(*FITTING, *[SPACES] * 70, b"0\r\n\r\n"), {413}),
    "no JSON in chunks": (chunks(b"3\r\nabc\r\n0\r\n\r\n"), {400}),
    "half an object in chunks": (chunks(b"10\r\n" + BODY[:16] + b"\r\n0\r\n\r\n"), {400}),
    "no chunk at all": (chunks(b"0\r\n\r\n"), {400}),
    "chunks that nobody wants": (unwanted(b"1\r\nx\r\n0\r\n\r\n"), {415}),
    "torn chunks that nobody wants": (unwanted(b"zz\r\n" + WORD), {400}),
    "no size": (chunks(b"zz\r\n" + WORD), {400}),
    "a negative size": (chunks(b"-1\r\n" + WORD), {400}),
    "a size too small": (chunks(b"1\r\n" + BODY + b"\r\n0\r\n\r\n"), {400}),
    "a size with an underscore": (chunks(b"1_9\r\n" + BODY + b"\r\n0\r\n\r\n"), {400}),
    "a size with a sign": (chunks(b"0x19\r\n" + BODY + b"\r\n0\r\n\r\n"), {400}),
    "a length beside the chunks": (CHUNKED + b"Content-Length: 25\r\n\r\n0\r\n\r\n", {400}),
    "chunks of chunks": (
        PATCH + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        {400},
    ),
    "an unknown coding": (PATCH + b"Transfer-Encoding: " + WORD + b"\r\n\r\n", {400}),
    "compressed chunks": (PATCH + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", {400, 415}),
}

# Odd but harmless: the same account is answered.
SERVED: Final = {
    "no chunk at all": unwanted(b"0\r\n\r\n"),
    "no chunk but a trailer": unwanted(b"0\r\nX-Sum: 0\r\n\r\n"),
    "no chunk and no type": unwanted(b"0\r\n\r\n").replace(b"Content-Type", b"X-Type"),
    "an empty object in chunks": unwanted(b"2\r\n{}\r\n0\r\n\r\n"),
    "a whole URL": target(b"http://localhost/api/v1/me"),
    "a whole URL, and the Host of a stranger": target(b"http://localhost/api/v1/me").replace(
        b"Host: localhost", b"Host: stranger.example"
    ),
    "an encoded letter": target(b"/api/v1/%6De"),
}

# The client goes away, or never sends what it announced.
UNFINISHED: Final = {
    "half a request line": b"PATCH /api/v1/",
    "half the headers": PATCH,
    "half the body": PATCH + b"Content-Length: 25\r\n\r\n" + BODY[:10],
    "half a chunk": chunks(b"19\r\n" + BODY[:10]),
    "a size too large for anybody": chunks(b"f" * 40 + b"\r\n" + WORD),
    "no last chunk": chunks(b"19\r\n" + BODY + b"\r\n"),
}


def exchange(server: Server, request: bytes, *, is_abandoned: bool = False) -> bytes:
    """Send bytes and return the answer; a server that refuses a body need not read it."""
    received = bytearray()
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as client,
        suppress(ConnectionError),
    ):
        client.sendall(request)
        if is_abandoned:
            client.shutdown(socket.SHUT_WR)
        while piece := client.recv(65_536):
            received += piece
    return bytes(received)


def test_hostile_bytes_are_refused_and_change_nothing(
    server: Server, account: Person, read_contents: ReadContents
) -> None:
    token = account.headers["Authorization"].encode()
    served = exchange(server, (GET + LAST).replace(b"<token>", token))
    assert served.startswith(b"HTTP/1.1 200 ")
    before = read_contents()
    for what, (request, statuses) in REQUESTS.items():
        answer = exchange(server, request.replace(b"<token>", token))
        head, _, body = answer.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        assert status in statuses, (what, status)
        assert WORD not in answer.lower(), what
        if status >= 400:
            assert json.loads(body)["status"] == status, what
            assert b"Content-Type: application/problem+json" in head, what
        assert answer.count(b"HTTP/1.") == 1, what
        assert read_contents() == before, what
    log = server.read_log()
    assert CANARY not in log
    assert "Traceback" not in log, log


def test_harmless_oddities_are_served(server: Server, account: Person) -> None:
    token = account.headers["Authorization"].encode()
    for what, request in SERVED.items():
        answer = exchange(server, request.replace(b"<token>", token))
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), (what, head)
        assert json.loads(body)["id"] == str(account.id), what
    options = exchange(server, b"OPTIONS * HTTP/1.1\r\n" + HEAD + LAST)
    assert options.startswith(b"HTTP/1.1 204 ")


def test_clients_that_go_away_change_nothing(
    server: Server, account: Person, read_contents: ReadContents
) -> None:
    token = account.headers["Authorization"].encode()
    exchange(server, (GET + LAST).replace(b"<token>", token))
    before = read_contents()
    for what, request in UNFINISHED.items():
        answer = exchange(server, request.replace(b"<token>", token), is_abandoned=True)
        assert not answer or answer.startswith(b"HTTP/1.1 4"), what
        assert read_contents() == before, what
    log = server.read_log()
    assert "Traceback" not in log, log
