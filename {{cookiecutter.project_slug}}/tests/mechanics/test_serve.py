"""The production server: how it starts, what it refuses, what it answers by itself."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from shutil import which
from typing import TYPE_CHECKING
#: if cookiecutter.observability
from urllib.request import urlopen
#: endif

import pytest

from dev import ports

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.processes import Server, StartServer

HOST = b"Host: localhost\r\n"
POST = b"POST /api/v1/auth/login HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
HTTPS = b"X-Forwarded-Proto: https\r\n"

UNREADABLE = {
    "garbage": (b"garbage?token=canary\r\n\r\n", 400),
    "a TLS greeting": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    "an unknown version": (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", 400),
    "a space in a header's name": (b"GET / HTTP/1.1\r\nBad Name: canary\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    "a length and chunks": (
        POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "chunked twice": (
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "an unknown coding": (POST + b"Transfer-Encoding: canary\r\n\r\n0\r\n\r\n", 400),
    "a long header": (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 9000 + b"\r\n\r\n", 431),
    "many headers": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 100 + b"\r\n", 431),
    "a long line": (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "an unknown expectation": (POST + b"Expect: canary\r\nContent-Length: 2\r\n\r\n{}", 417),
}


#: if cookiecutter.security_headers
@pytest.mark.checklist("output.fingerprint")
#: endif
def test_unreadable_requests_are_refused_with_a_problem_document(server: Server) -> None:
    for what, (request, status) in UNREADABLE.items():
        head, _, body = server.exchange(request).partition(b"\r\n\r\n")
        assert int(head.split()[1]) == status, what
        assert b"Content-Type: application/problem+json" in head, what
        #: if cookiecutter.security_headers
        assert b"\r\nserver:" not in head.lower(), what
        assert head.count(b"\r\nX-Content-Type-Options: nosniff") == 1, what
        assert head.count(b"\r\nX-Frame-Options: DENY") == 1, what
        assert head.count(b"\r\nContent-Security-Policy: default-src 'none'") == 1, what
        #: endif
        document = json.loads(body)
        assert document["status"] == status, what
        assert document["instance"] == f"urn:uuid:{document['requestId']}", what
        assert b"gunicorn" not in body, what
    assert "canary" not in server.printed


#: if cookiecutter.security_headers
@pytest.mark.checklist("output.fingerprint")
def test_answers_of_the_app_do_not_name_the_server(server: Server) -> None:
    for path in ("/health/live", "/api/v1/me", "/nothing"):
        answer = server.ask("GET", path, X_Forwarded_Proto="https")
        assert "Server" not in answer.headers
        assert "X-Powered-By" not in answer.headers


#: endif
def test_the_garbage_collection_of_workers_ignores_the_app(
    start_server: StartServer,
) -> None:
    read = "import gc, runpy; runpy.run_path('gunicorn.conf.py'); print(gc.get_freeze_count())"
    server = start_server("-c", f"import sys; sys.path.insert(0, '.'); {read}")
    assert server.process.wait() == 0, server.printed
    assert int(server.printed.splitlines()[-1]) > 10_000


def test_server_under_a_path_answers_there_and_to_probes(start_server: StartServer) -> None:
    server = start_server("-m", "gunicorn", SCRIPT_NAME="/shop")
    for path in ("/shop/health/live", "/health/live"):
        assert server.ask("GET", path).status == 200, path
    assert server.ask("GET", "/shopping/health/live").status in {403, 404}


def test_torn_chunks_are_the_clients_mistake(server: Server) -> None:
    torn = POST + HTTPS + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"
    assert server.exchange(torn).startswith(b"HTTP/1.1 400 ")


def test_unread_body_never_becomes_the_next_request(server: Server) -> None:
    smuggled = b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"
    length = f"Content-Length: {len(smuggled)}\r\n\r\n".encode()
    last = b"GET /nothing HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    answers = server.exchange(b"GET /api/v1/me HTTP/1.1\r\n" + HOST + length + smuggled + last)
    assert answers.count(b"HTTP/1.1 ") == 2
    assert b"HTTP/1.1 200" not in answers


@pytest.mark.checklist("input.no-secret-url")
def test_query_strings_and_headers_appear_in_no_log_line(server: Server) -> None:
    server.ask("GET", "/health/live?access_token=canary", Authorization="Bearer canary")
    server.ask("GET", "/api/v1/me?jwt=canary", Referer="https://canary.example/")
    log = server.read_log("GET /health/live 200", "GET /api/v1/me ")
    assert "canary" not in log


#: if not cookiecutter.observability
def test_paths_cannot_write_lines_of_the_log(server: Server) -> None:
    server.ask("GET", "/health/live%0A127.0.0.1%20GET%20/forged")
    log = server.read_log("/health/live%0A127.0.0.1")
    assert "\n127.0.0.1 GET /forged" not in log


#: endif
#: if cookiecutter.security_headers
@pytest.mark.checklist("access.https")
def test_forwarded_scheme_of_a_stranger_is_ignored(start_server: StartServer) -> None:
    server = start_server("-m", "gunicorn", FORWARDED_ALLOW_IPS="*")
    for name in ("X_Forwarded_Proto", "X_Forwarded_Protocol"):
        assert server.ask("GET", "/api/v1/me", **{name: "https"}).status == 403
    assert server.ask("GET", "/api/v1/me", X_Forwarded_Ssl="on").status == 403


#: endif
@pytest.mark.checklist("proc.no-debug")
def test_server_refuses_to_start_in_debug_mode(start_server: StartServer) -> None:
    server = start_server("-m", "gunicorn", FLASK_DEBUG="1", DEBUG="true", TESTING="yes")
    assert server.process.wait() == 1
    assert server.printed.splitlines() == [
        f"{switch} must not be switched on here" for switch in ("FLASK_DEBUG", "DEBUG", "TESTING")
    ]


@pytest.mark.checklist("jwt.secret")
def test_server_names_all_mistakes_at_once_and_no_value(start_server: StartServer) -> None:
    server = start_server("-m", "gunicorn", SECRET_KEY="canary", TRUSTED_PROXIES="canary")
    assert server.process.wait() == 1
    assert server.printed.splitlines() == [
        "SECRET_KEY must be at least 32 bytes long",
        "TRUSTED_PROXIES must be a whole number",
    ]


@pytest.mark.parametrize(
    ("command", "name", "text"),
    [
        ("gunicorn", "MONGODB_URI", "mongodb+srv://canary:canary@canary.invalid/x"),
        ("flask --app wsgi prepare", "DOTENV", "/canary"),
    ],
    ids=["gunicorn", "flask"],
)
def test_an_external_mistake_is_one_line_that_names_the_setting(
    start_server: StartServer, command: str, name: str, text: str
) -> None:
    server = start_server("-m", *command.split(), **{name: text})
    assert server.process.wait() == 1
    assert server.printed.startswith(f"{name} must name a ")
    assert server.printed.count("\n") == 1
    assert "canary" not in server.printed


def test_settings_that_others_may_read_are_refused(
    start_server: StartServer, tmp_path: Path
) -> None:
    (tmp_path / ".env").touch(mode=0o644)
    server = start_server("-m", "gunicorn", DOTENV=str(tmp_path / ".env"))
    assert server.process.wait() == 1
    assert server.printed == ".env must be for its owner alone: chmod 600 .env\n"


@pytest.mark.parametrize("address", ["::", "[::1]"])
def test_server_can_listen_on_ipv6(start_server: StartServer, address: str) -> None:
    server = start_server("-m", "gunicorn", BIND_ADDRESS=address)
    assert server.ask("GET", "/health/live").status == 200
    assert ports.answers(server.port) is (address == "::")


# Everything is read-only but memory, as in a hardened container. Mounts are this process's own.
READ_ONLY = """
for place in $(findmnt -rno TARGET | sort -u); do
  mount -o remount,bind,ro "$place" 2> /dev/null || true
done
mount -t tmpfs memory /dev/shm && ! touch . && exec "$@"
"""
ISOLATED = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", READ_ONLY, "sh"]


def test_server_serves_with_a_read_only_file_system(
    start_server: StartServer, tmp_path: Path
) -> None:
    if not which("unshare") or subprocess.run([*ISOLATED, "true"], check=False).returncode:
        pytest.skip("this machine lets nobody have mounts of their own")
    variables = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    #: if cookiecutter.observability
    variables["METRICS_PORT"] = str(metrics := ports.find_free())
    #: endif
    become = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"
    command = [sys.executable, "-m", "gunicorn"]
    server = start_server("-c", become, *ISOLATED, *command, **variables)
    assert server.ask("GET", "/health/ready").status == 200
    #: if cookiecutter.observability
    with urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=10) as page:
        assert b"http_requests_total" in page.read()
    #: endif
    assert server.stop() == 0


def test_preparation_refuses_as_the_server_does(start_server: StartServer) -> None:
    server = start_server("-m", "flask", "--app", "wsgi", "prepare", TRUSTED_HOSTS="*")
    assert server.process.wait() == 1
    assert server.printed.startswith("TRUSTED_HOSTS must list host names")
    assert server.printed.count("\n") == 1


def test_server_starts_unready_while_mongodb_is_away(start_server: StartServer) -> None:
    nowhere = f"mongodb://127.0.0.1:{ports.find_free()}/nothing"
    server = start_server("-m", "gunicorn", MONGODB_URI=nowhere)
    assert server.ask("GET", "/health/live").status == 200
    started = time.monotonic()
    answer = server.ask("GET", "/health/ready")
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert time.monotonic() - started < 3


def test_a_server_ends_on_sigterm_and_others_beside_it_go_on(
    start_server: StartServer,
) -> None:
    first, second = (start_server("-m", "gunicorn") for _ in range(2))
    assert first.ask("GET", "/health/live").status == 200
    assert first.stop() == 0
    assert second.ask("GET", "/health/live").status == 200


def test_workers_end_when_the_server_is_killed(start_server: StartServer) -> None:
    server = start_server("-m", "gunicorn")
    server.stop(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while ports.answers(server.port):
        assert time.monotonic() < deadline
        time.sleep(0.1)
