"""The outbox's process, which dev.outbox starts: a mail server, and a page of what it caught."""

from __future__ import annotations

import email
import re
import sys
from email.policy import SMTPUTF8
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiosmtpd.controller import Controller

from config.urls import is_loopback
from dev.children import end_with_starter

if TYPE_CHECKING:
    from email.message import EmailMessage

LINK: Final = re.compile(r"https?://[^\s<>\"]+")
LETTER: Final = re.compile(r"/(?P<name>[0-9a-f-]+)")
NAME: Final = re.compile(r"<([0-9a-f-]{36})@")
PAGE: Final = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Letters</title></head>
<body><h1>Letters</h1>
{letters}
</body>
</html>
"""


class Catcher:
    """Keeps each letter as a file, and prints what it says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name.
        """Take a letter."""
        letter = read(envelope.content)
        found = NAME.match(letter["Message-ID"] or "")
        # One that is sent twice is one file.
        path = self.folder / f"{found[1] if found else abs(hash(envelope.content))}.eml"
        path.write_bytes(envelope.content)
        print(f"Letter to {letter['To']}: {letter['Subject']}")
        for link in LINK.findall(text_of(letter)):
            print(f"  {link}")
        print(f"  {path}", flush=True)
        return "250 OK"


class Page(BaseHTTPRequestHandler):
    """Shows the letters of a folder, the newest first, and one of them as its reader sees it."""

    def __init__(self, folder: Path, *arguments: Any) -> None:
        self.folder = folder
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Answer a browser of this machine; another site's name must not lead here."""
        letter = LETTER.fullmatch(self.path)
        path = self.folder / f"{letter['name']}.eml" if letter else None
        if not is_loopback(self.headers.get("Host", "elsewhere")):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        elif self.path == "/":
            self._show(PAGE.format(letters="\n".join(map(_summarize, newest(self.folder)))))
        elif path is not None and path.is_file():
            part = read(path.read_bytes()).get_body(("html",))
            self._show(part.get_content() if part else "")
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, *_: Any) -> None:
        """Print nothing: the terminal is for letters."""

    def _show(self, page: str) -> None:
        content = page.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        # A letter may hold what somebody typed.
        policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(content)


def read(content: bytes) -> EmailMessage:
    """Return a letter of its bytes."""
    return email.message_from_bytes(content, policy=SMTPUTF8)


def text_of(letter: EmailMessage) -> str:
    """Return what a letter says in plain text."""
    part = letter.get_body(("plain",))
    return part.get_content() if part else ""


def newest(folder: Path) -> list[Path]:
    """Return the files of letters, the newest first."""
    return sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)


def _summarize(path: Path) -> str:
    letter = read(path.read_bytes())
    text = LINK.sub(lambda link: f'<a href="{link[0]}">{link[0]}</a>', escape(text_of(letter)))
    head = escape(f"{letter['Subject']} ({letter['To']}, {letter['Date']})")
    language = escape(letter["Content-Language"] or "")
    page = f'<p><a href="/{path.stem}">as HTML</a></p>'
    return f'<section lang="{language}"><h2>{head}</h2><pre>{text}</pre>{page}</section>'


def main(folder: Path, port: int, page: int) -> None:
    """Catch letters at one port of this machine, and show them at another."""
    server = ThreadingHTTPServer(("127.0.0.1", page), partial(Page, folder))
    # It begins last: whoever waits for it finds the page, too.
    Controller(Catcher(folder), "127.0.0.1", port, enable_SMTPUTF8=True).start()
    server.serve_forever()


if __name__ == "__main__":
    end_with_starter()
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
