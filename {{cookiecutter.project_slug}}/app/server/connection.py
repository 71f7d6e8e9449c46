"""Connections that wait without a thread: a request gets a thread once all of it has arrived.

gunicorn's threaded worker gives each connection a thread, which waits for the client: with as many
slow clients as threads, nobody is served. Here the worker's loop collects what arrives, within
limits of size and time, and the parser reads it from memory.
"""

from __future__ import annotations

import re
import socket
import ssl
import sys
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from gunicorn.http import errors, get_parser
from gunicorn.sock import ssl_wrap_socket
from gunicorn.workers.gthread import TConn

if TYPE_CHECKING:
    from config.base import Base

# The probe of app/health.py that has a thread of its own.
LIVENESS_PATH: Final = "/health/live"
# How long a client may neither send nor read within a request.
SILENCE_SECONDS: Final = 10.0
# What a client sends after the last answer is thrown away (RFC 9112 section 9.6). If the connection
# were closed at once, a client that is still sending would get a reset and never see the answer.
LINGER_SECONDS: Final = 30.0
LINGER_SILENCE_SECONDS: Final = 2.0
LINGER_BYTES: Final = 16 * 1024 * 1024

# The request line and all headers together; each of them has its own bound in gunicorn.conf.py.
HEAD_BYTES: Final = 32_768
# The longest line of a chunk's size, with extensions. Together chunks may double the longest body:
# a line for every byte or two would be an attack.
CHUNK_LINE_BYTES: Final = 8190
# The parser reads at least this much of a chunked body, even for one byte. The app asks for one
# byte to see whether the body goes on, and its thread must not wait for the rest.
LEAST_READ_BYTES: Final = 1024
PIECE_BYTES: Final = 65_536

REQUEST_LINE: Final = re.compile(rb"(?:\r\n)?([^\r\n ]+) ([^\r\n ]+) HTTP/1\.([0-9])\r\n")
FRAMING: Final = re.compile(
    rb"\r\n(content-length|transfer-encoding)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE
)
LENGTH: Final = re.compile(rb"[0-9]{1,4300}[ \t]*")
CHUNK_SIZE: Final = re.compile(rb"([0-9A-Fa-f]+)[ \t]*(?:;|$)")
CONTINUE: Final = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


class SlowRequestError(errors.ParseException):
    """Raised when a request has not arrived completely in its time."""


class Connection(TConn):
    """A client's connection, and what has arrived of its next request."""

    parser: Any

    def __init__(self, cfg: Any, sock: Any, client: Any, server: Any, settings: Base) -> None:
        super().__init__(cfg, sock, client, server)
        self.is_secured = not cfg.is_ssl
        if cfg.is_ssl:
            # The TLS handshake happens on the loop, too.
            self.sock = ssl_wrap_socket(sock, cfg)
        self.settings = settings
        # For gunicorn: no thread waits for a first byte.
        self.data_ready = True
        self.data = bytearray()
        self.is_kept = self.is_ending = False
        # When its request was complete: the request's own deadline counts from then on.
        self.arrived = 0.0
        self.expect_request(settings.REQUEST_HEAD_SECONDS)

    def expect_request(self, seconds: float) -> None:
        """Wait *seconds* for the first byte of a request, the first or the next."""
        now = time.monotonic()
        self.since = self.heard = now
        self.deadline = now + seconds
        self.body_at = self.searched = self.chunk_at = self.body_size = 0
        self.is_line_seen = self.is_chunked = self.is_told_to_continue = False
        self.is_whole = False

    def keep(self) -> None:
        """Wait for the next request, which may have arrived together with the last one."""
        self.is_kept = True
        self.sock.setblocking(False)
        self.data += self.parser.unreader.take_buffered() + self._take_decrypted()
        self.expect_request(self.cfg.keepalive)
        if self.data:
            self.deadline = self.since + self.settings.REQUEST_HEAD_SECONDS

    def end(self) -> None:
        """Send nothing more and drop what the client sends, so that it can read the answer."""
        self.is_ending = True
        self.bytes_left = LINGER_BYTES
        self.data.clear()
        self.expect_request(LINGER_SECONDS)
        self.sock.setblocking(False)
        self.sock.shutdown(socket.SHUT_WR)

    @property
    def rank(self) -> tuple[bool, float]:
        """Sorts connections for closing when there is no room: unused ones, the oldest first."""
        return self.is_kept and not self.is_ending, self.since

    def is_late(self, now: float) -> bool:
        """Tell whether the client's time is over: its deadline, or the limit of silence."""
        silence = LINGER_SILENCE_SECONDS if self.is_ending else SILENCE_SECONDS
        is_silent = now > self.heard + silence and bool(self.data or self.is_ending)
        return is_silent or now > self.deadline

    def receive(self) -> bool:
        """Read what has arrived without waiting; return False if nothing more will arrive."""
        piece = self._read()
        self.heard = time.monotonic()
        if self.is_ending:
            self.bytes_left -= len(piece)
            return bool(piece) and self.bytes_left > 0
        if not self.data and self.is_kept:
            self.deadline = self.heard + self.settings.REQUEST_HEAD_SECONDS
        self.data += piece
        return bool(piece)

    def _read(self) -> bytes:
        """Read without waiting; raise BlockingIOError if nothing can be read."""
        try:
            if not self.is_secured:
                self.sock.do_handshake()
                self.is_secured = True
            piece: bytes = self.sock.recv(PIECE_BYTES)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError from None
        return piece + self._take_decrypted()

    def _take_decrypted(self) -> bytes:
        """Return what TLS has already decrypted, which the poller does not report."""
        pieces = []
        while size := self.sock.pending() if isinstance(self.sock, ssl.SSLSocket) else 0:
            pieces.append(self.sock.recv(size))
        return b"".join(pieces)

    def is_ready(self) -> bool:
        """Tell whether a thread can answer the request without waiting for the client.

        That is a complete request, or one that will be refused whatever else arrives.
        """
        if not self.body_at and not self._has_head():
            return self._is_no_request()
        if self.body_at > HEAD_BYTES:
            raise errors.LimitRequestHeaders("too long a head")
        if self.is_chunked:
            return self._has_last_chunk()
        self.is_whole = len(self.data) >= self.body_at + self.body_size
        # A body that is too long is refused, or read by a thread, as the app decides.
        return self.is_whole or self.body_size > self.settings.MAX_BODY_BYTES

    def is_probe(self) -> bool:
        """Tell whether this is a liveness request."""
        return self.data.startswith(_probes(self.settings.SCRIPT_NAME or ""))

    def invite_body(self) -> None:
        """Tell a client that waits for 100 Continue to send its body (RFC 9110 section 10.1.1)."""
        if self.body_at and not self.is_told_to_continue:
            self.is_told_to_continue = True
            line = REQUEST_LINE.match(self.data)
            if line and line[3] != b"0" and CONTINUE.search(self.data, 0, self.body_at):
                self.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def init(self) -> None:
        """Give the parser, which a thread calls, what has arrived so far."""
        self.sock.setblocking(True)
        if self.parser is None:
            self.parser = get_parser(self.cfg, self, self.client)
        self.parser.unreader.unread(bytes(self.data))
        self.data = bytearray()

    def recv(self, size: int) -> bytes:
        """Wait for more of a body: called by the parser where the app takes longer bodies."""
        if time.monotonic() > self.deadline:
            raise BlockingIOError
        piece: bytes = self.sock.recv(size)
        return piece

    def _has_head(self) -> bool:
        end = self.data.find(b"\r\n\r\n", max(0, self.searched - 3))
        self.searched = len(self.data)
        if end < 0:
            if self.searched > HEAD_BYTES:
                raise errors.LimitRequestHeaders("too long a head")
            return False
        self.body_at = self.chunk_at = end + 4
        self.deadline = self.heard + self.settings.REQUEST_BODY_SECONDS
        framing = FRAMING.findall(self.data, 0, end + 2)
        self.is_chunked = any(b"chunked" in value.lower() for _, value in framing)
        if framing and not self.is_chunked:
            # The parser refuses an invalid length, or two of them, so there is nothing to wait for.
            is_length = len(framing) == 1 and LENGTH.fullmatch(framing[0][1])
            self.body_size = int(framing[0][1]) if is_length else sys.maxsize
        return True

    def _is_no_request(self) -> bool:
        """Tell whether the first line is one that the parser refuses, or too long."""
        if self.is_line_seen:
            return False
        limit = self.cfg.limit_request_line + 4
        if self.data.find(b"\n", 2) < 0 and len(self.data) <= limit:
            return False
        self.is_line_seen = True
        line = REQUEST_LINE.match(self.data)
        return line is None or line.end() > limit

    def _has_last_chunk(self) -> bool:
        """Follow the sizes of chunks as they arrive (RFC 9112 section 7.1)."""
        allowed = self.settings.MAX_BODY_BYTES
        while (end := self.data.find(b"\r\n", self.chunk_at)) >= 0:
            size = CHUNK_SIZE.match(self.data[self.chunk_at : end])
            if size is None:
                return True
            length = int(size[1], 16)
            if not length:
                # Trailers, if there are any, end like the head.
                self.is_whole = self.data.find(b"\r\n\r\n", end) >= 0
                break
            self.body_size += length
            self.chunk_at = end + 2 + length + 2
        missing = max(0, self.chunk_at - 2 - len(self.data))
        if self.is_whole or self.body_size - missing > allowed + LEAST_READ_BYTES:
            return True
        if len(self.data) - self.body_at > 2 * allowed + CHUNK_LINE_BYTES:
            raise errors.InvalidChunkSize(b"")
        return False


@cache
def _probes(root: str) -> tuple[bytes, ...]:
    """Return how a liveness request begins."""
    places = (LIVENESS_PATH, f"{root}{LIVENESS_PATH}")
    return tuple(f"GET {place}{end}".encode() for place in places for end in " ?")
