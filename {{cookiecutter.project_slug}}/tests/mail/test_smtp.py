"""The way to the mail server: TLS, certificates, and log-ins."""

from __future__ import annotations

import socket
import ssl
from threading import Thread
from urllib.parse import quote

import pytest
import trustme
from aiosmtpd.smtp import AuthResult, LoginPassword

from app.mail import smtp
from tests.fixtures.mail import MailServer

ENVELOPE = smtp.Envelope("no-reply@tests.test", "ann@example.org", b"Subject: x\r\n\r\nx\r\n")
USER, SECRET = "user@example.org", "p:a/s@s%w rd"


@pytest.fixture
def authority(tmp_path, monkeypatch) -> trustme.CA:
    """Return an authority that this process trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return made


def make_tls(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def send(make_app, uri: str, seconds: float = 10) -> None:
    with make_app(MAIL_URI=uri).app_context():
        smtp.send(ENVELOPE, seconds, lambda: None)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_letters_go_through_tls(make_app, start_mail, authority, scheme):
    server = MailServer(scheme=scheme, host="localhost")
    tls = make_tls(authority)
    if scheme == "smtps":
        start_mail(server, is_secure=True, tls=tls)
    else:
        start_mail(server, tls_context=tls, require_starttls=True)
    send(make_app, server.uri)
    assert len(server.taken) == 1


@pytest.mark.checklist("output.no-secrets")
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
@pytest.mark.parametrize("name", ["another.example", None])
def test_a_certificate_of_another_name_or_authority_is_refused(
    make_app, start_mail, authority, scheme, name
):
    server = MailServer(scheme=scheme, host="localhost")
    tls = make_tls(authority, name) if name else make_tls(trustme.CA())
    if scheme == "smtps":
        start_mail(server, is_secure=True, tls=tls)
    else:
        start_mail(server, tls_context=tls, require_starttls=True)
    with pytest.raises(smtp.UnsentError, match="SSLCertVerificationError"):
        send(make_app, server.uri)
    assert server.attempts == 0


def test_a_server_without_starttls_gets_nothing(make_app, start_mail):
    server = start_mail(MailServer(scheme="smtp+starttls", host="localhost"))
    with pytest.raises(smtp.UnsentError, match="SMTPNotSupportedError"):
        send(make_app, server.uri)
    assert server.attempts == 0


def log_in(_server, _session, _envelope, _mechanism, data) -> AuthResult:
    known = LoginPassword(USER.encode(), SECRET.encode())
    return AuthResult(success=data == known)


def test_user_and_password_are_percent_encoded(make_app, start_mail, authority):
    server = MailServer()
    options = {"authenticator": log_in, "auth_required": True, "require_starttls": True}
    start_mail(server, tls_context=make_tls(authority), **options)
    login = f"{quote(USER, safe='')}:{quote(SECRET, safe='')}"
    send(make_app, f"smtp+starttls://{login}@localhost:{server.port}")
    assert len(server.taken) == 1
    with pytest.raises(smtp.UnsentError, match=r"SMTP(AuthenticationError|ServerDisconnected)"):
        send(make_app, f"smtp+starttls://{login}x@localhost:{server.port}", 2)


@pytest.mark.parametrize(
    "lines",
    [
        [b"554 no service\r\n"],
        [b"what?\r\n"],
        [b"220 hello\r\n", b"500 no\r\n", b"500 no\r\n"],
        [b"220 hello\r\n", b"250 x\r\n", b"550 who are you?\r\n"],
        [],
    ],
    ids=["no service", "no protocol", "no greeting", "no sender", "no word"],
)
def test_what_another_attempt_may_help_with_is_no_refusal(make_app, lines):
    with scripted(lines) as port, pytest.raises(smtp.UnsentError):
        send(make_app, f"smtp://127.0.0.1:{port}", 2)


def test_a_refusal_before_the_content_is_one(make_app):
    said = [b"220 hello\r\n", b"250 x\r\n", b"250 ok\r\n", b"250 ok\r\n", b"554 no\r\n"]
    with scripted(said) as port, pytest.raises(smtp.RefusedError, match="554"):
        send(make_app, f"smtp://127.0.0.1:{port}", 2)


def test_nobody_can_tell_what_a_server_has_that_never_says(make_app):
    said = [b"220 hello\r\n", b"250 x\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"]
    with scripted(said) as port, pytest.raises(smtp.UncertainError):
        send(make_app, f"smtp://127.0.0.1:{port}", 2)


def test_a_server_that_says_one_letter_at_a_time_is_left_in_the_end(make_app):
    # Each byte is in time, and the line has no end.
    with dripping() as port, pytest.raises(smtp.UnsentError):
        send(make_app, f"smtp://127.0.0.1:{port}", 1)


class scripted:  # noqa: N801 - it is used as a function.
    """A server that says *lines*, each after it was spoken to, and then nothing more."""

    def __init__(self, lines: list[bytes]) -> None:
        self.lines = lines
        self.listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> int:
        """Return its port."""
        Thread(target=self.serve, daemon=True).start()
        return self.listener.getsockname()[1]

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.listener.close()

    def serve(self) -> None:
        """Talk to one client."""
        client, _ = self.listener.accept()
        with client:
            for line in self.lines:
                client.sendall(line)
                client.recv(1024)


class dripping(scripted):  # noqa: N801 - as above.
    """A server that never ends its first line."""

    def __init__(self) -> None:
        super().__init__([])

    def serve(self) -> None:
        """Send a byte now and then until the client is gone."""
        client, _ = self.listener.accept()
        client.settimeout(0.1)
        with client:
            while True:
                try:
                    client.sendall(b"2")
                    if not client.recv(1):
                        return
                except TimeoutError:
                    continue
                except OSError:
                    return
