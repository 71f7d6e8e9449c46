"""The outbox of development: it keeps and shows every letter, to this machine alone."""

from __future__ import annotations

import http.client
import smtplib
import time
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from dev import ports
from dev.outbox import OutboxError, outbox

if TYPE_CHECKING:
    from pathlib import Path

LINK = "https://app.test/confirm#token"
NAME = "0b9c3a52-0000-4000-8000-000000000001"


def send(uri: str) -> None:
    letter = EmailMessage()
    letter["To"], letter["Subject"] = "ann@example.org", "Confirm <your> address"
    letter["Message-ID"] = f"<{NAME}@example.org>"
    letter.set_content(f"Here it is:\n\n{LINK}\n")
    letter.add_alternative(f'<p><a href="{LINK}">{LINK}</a></p>', subtype="html")
    with smtplib.SMTP("127.0.0.1", urlsplit(uri).port) as server:
        server.send_message(letter, "no-reply@example.org", ["ann@example.org"])


def ask(page: str, path: str, host: str = "localhost") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(page).port, timeout=10)
    connection.request("GET", path, headers={"Host": host})
    return connection.getresponse()


def test_a_letter_is_printed_kept_and_shown(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with outbox(tmp_path / "outbox") as uri:
        page = capfd.readouterr().out.removeprefix("Letters: ").strip()
        # One that comes twice is one letter.
        for _ in range(2):
            send(uri)
        (file,) = (tmp_path / "outbox").iterdir()
        listed = ask(page, "/").read().decode()
        shown = ask(page, f"/{NAME}")
        elsewhere = [ask(page, path).status for path in ("/x", "/../x", f"/{NAME[:-1]}2")]
        foreign = ask(page, "/", "attacker.example").status
    printed = capfd.readouterr().out
    assert f"Letter to ann@example.org: Confirm <your> address\n  {LINK}\n  {file}\n" in printed
    assert file.name == f"{NAME}.eml"
    assert LINK in file.read_text()
    assert f'<a href="{LINK}">{LINK}</a>' in listed
    assert "Confirm &lt;your&gt; address" in listed
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert elsewhere == [404, 404, 404]
    assert foreign == 421


def test_an_outbox_ends_with_its_block(tmp_path: Path) -> None:
    with outbox(tmp_path) as uri:
        port = urlsplit(uri).port or 0
        assert ports.answers(port)
    deadline = time.monotonic() + 15
    while ports.answers(port):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_without_its_package_the_error_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(OutboxError, match="set MAIL_URI"), outbox(tmp_path):
        pass
