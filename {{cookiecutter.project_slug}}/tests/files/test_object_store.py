"""The object store: only settings configure it, and waits for it are limited."""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest

from app.errors import ServiceUnavailableError
from app.files import object_store
from dev import ports
from tests.fixtures.api import Api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.fixtures.application import MakeApp

KEY: Final = "3f0c1d9a-0a53-4a7e-9f43-5a0d4f7b2c11"
HEADERS: Final = {"Content-Type": "image/png"}
# Settings of this machine that must be ignored: a missing profile, endpoints, proxies.
VARIABLES: Final = {
    "AWS_PROFILE": "nobody",
    "AWS_CONFIG_FILE": "/nothing/here",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_MAX_ATTEMPTS": "9",
    "AWS_DEFAULTS_MODE": "nothing",
    "AWS_RETRY_MODE": "nothing",
    "AWS_STS_REGIONAL_ENDPOINTS": "nothing",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "http_proxy": "http://127.0.0.1:1",
}


@pytest.fixture
def make_store_app(make_app: MakeApp, store_settings: dict[str, str]) -> Callable[..., Flask]:
    """Return a maker of apps on the suite's store, with other settings on request."""

    def make(**overrides: Any) -> Flask:
        return make_app(**{**store_settings, **overrides})

    return make


@contextmanager
def answering(answer: bytes | None) -> Iterator[str]:
    """Listen on an address where each connection gets *answer*, or no answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                held.append(connection)
                if answer is not None:
                    connection.recv(65_536)
                    connection.sendall(answer)
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()
    for connection in held:
        connection.close()


def refuse(status: str, code: str) -> bytes:
    body = f"<Error><Code>{code}</Code><Message>canary</Message></Error>".encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}"
    return f"{head}\r\nConnection: close\r\n\r\n".encode() + body


def test_an_object_is_seen_and_removed(app, objects):
    objects.put(KEY, b"12345", "image/png")
    with app.app_context():
        assert object_store.look_at(KEY) == object_store.StoredObject(5, "image/png")
        object_store.remove(KEY)
        assert object_store.look_at(KEY) is None
        # Removing it again is no mistake.
        object_store.remove(KEY)


def test_signing_does_not_ask_the_store(make_store_app):
    app = make_store_app(S3_ENDPOINT_URL=f"http://127.0.0.1:{ports.find_free()}")
    with app.app_context():
        form = object_store.sign_form(KEY, HEADERS, 5, 60)
    assert form.url == f"{app.config['S3_ENDPOINT_URL']}/files"
    assert form.fields["key"] == KEY


def test_the_bucket_may_be_in_the_host(make_store_app):
    endpoint = "https://s3.example.org"
    app = make_store_app(S3_ENDPOINT_URL=endpoint, S3_ADDRESSING="virtual")
    with app.app_context():
        assert object_store.sign_form(KEY, HEADERS, 5, 60).url == "https://files.s3.example.org/"


def test_variables_and_profiles_of_the_machine_are_ignored(make_store_app, objects, monkeypatch):
    for name, text in VARIABLES.items():
        monkeypatch.setenv(name, text)
    objects.put(KEY, b"12345", "image/png")
    with make_store_app().app_context():
        assert object_store.look_at(KEY) == object_store.StoredObject(5, "image/png")


@pytest.mark.parametrize("call", [object_store.look_at, object_store.remove])
def test_a_missing_store_is_reported_at_once(make_store_app, call):
    app = make_store_app(S3_ENDPOINT_URL=f"http://127.0.0.1:{ports.find_free()}")
    started = time.monotonic()
    with app.app_context(), pytest.raises(ServiceUnavailableError):
        call(KEY)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("call", [object_store.look_at, object_store.remove])
def test_a_silent_store_is_given_up_after_one_try(make_store_app, call):
    with answering(None) as address:
        app = make_store_app(S3_ENDPOINT_URL=address, S3_TIMEOUT_SECONDS=2)
        with app.app_context():
            # Making the client is not part of the wait for the store.
            object_store.sign_form(KEY, HEADERS, 5, 60)
            started = time.monotonic()
            with pytest.raises(ServiceUnavailableError):
                call(KEY)
    assert 1.9 < time.monotonic() - started < 4


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("403 Forbidden", "InvalidAccessKeyId"),
        ("404 Not Found", "NoSuchBucket"),
        ("503 Slow Down", "SlowDown"),
        ("500 Internal Server Error", "InternalError"),
    ],
)
def test_problems_of_a_store_are_logged_for_the_operator(make_store_app, caplog, status, code):
    with answering(refuse(status, code)) as address:
        app = make_store_app(S3_ENDPOINT_URL=address)
        with (
            app.app_context(),
            caplog.at_level(logging.ERROR),
            pytest.raises(ServiceUnavailableError),
        ):
            object_store.remove(KEY)
    (record,) = caplog.records
    assert record.getMessage() == f"The object store refused ({code}, {status[:3]})"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\n", b"garbage\r\n\r\n", b""])
def test_a_torn_answer_is_no_answer(make_store_app, answer):
    with answering(answer) as address:
        app = make_store_app(S3_ENDPOINT_URL=address)
        with app.app_context(), pytest.raises(ServiceUnavailableError):
            object_store.look_at(KEY)


def test_requests_that_need_the_store_get_503_with_retry_after(make_store_app, make_account):
    app = make_store_app(S3_ENDPOINT_URL=f"http://127.0.0.1:{ports.find_free()}")
    api, account = Api(app), make_account(app=app)
    body = {"fileName": "a.png", "contentType": "image/png", "size": 5}
    # Announcing and reading do not need the store.
    place = api.post("/api/v1/me/files", account, json=body).headers["Location"]
    shown = api.get(place, account).json
    for method, request in (("PATCH", {"json": {"status": "stored"}}), ("DELETE", {})):
        answer = api.call(method, place, account, status=503, **request)
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json["type"] == "/problems/service-unavailable"
    assert api.get(place, account).json == shown


def test_after_warming_up_no_client_is_made(make_store_app, monkeypatch):
    app = make_store_app()
    with app.app_context():
        object_store.warm_up()
        monkeypatch.setattr(object_store, "_make_client", lambda: pytest.fail("another client"))
        object_store.sign_form(KEY, HEADERS, 5, 60)


def test_each_app_has_exactly_one_client_of_its_own(make_store_app):
    one, other = make_store_app(), make_store_app(S3_BUCKET="others")
    for app, bucket in ((one, "files"), (other, "others"), (one, "files")):
        with app.app_context():
            assert object_store.sign_form(KEY, HEADERS, 5, 60).url.endswith(f"/{bucket}")
    client = object_store.state.of(one).client
    assert object_store.state.of(other).client is not client
    object_store.init_app(one)
    assert object_store.state.of(one).client is client
