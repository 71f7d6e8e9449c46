"""Flask-Limiter as views use it: its decorators, on the store of the app at hand."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from flask import Flask, Response
from flask.views import MethodView
from flask_limiter import RateLimitExceeded
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage

from app.errors import ServiceUnavailableError
from app.limiter import AppLimiter, _storage_options
from app.models import connection
from app.models.base import collection
from app.services.throttle.counters import COLLECTION
from app.services.throttle.storage import LeasedStorage

if TYPE_CHECKING:
    from typing import Any

LIMITS = {"RATELIMIT_DEFAULT": "1200 per minute", "RATELIMIT_AUTH": "30 per minute"}


def make_app(limiter: AppLimiter, **config: Any) -> Flask:
    app = Flask("limited")
    app.config.update(LIMITS, TESTING=True, **config)
    limiter.init_app(app)
    return app


@pytest.fixture
def limiter() -> AppLimiter:
    """Return a limiter that is bound to no app."""
    return AppLimiter()


@pytest.fixture
def app(limiter: AppLimiter, mongodb_uri: str) -> Flask:
    """Return an app whose hits are counted in the database, from nothing."""
    app = make_app(limiter, MONGODB_URI=mongodb_uri)
    connection.init_app(app)
    collection(COLLECTION).delete_many({})
    return app


def statuses(app: Flask, path: str, count: int, **options: Any) -> list[int]:
    client = app.test_client()
    return [client.get(path, **options).status_code for _ in range(count)]


def test_a_limited_view_refuses_with_retry_after(app: Flask, limiter: AppLimiter) -> None:
    app.add_url_rule("/", view_func=limiter.limit("2 per minute")(lambda: "ok"), endpoint="view")
    assert statuses(app, "/", 2) == [200, 200]
    refusal = app.test_client().get("/")
    assert refusal.status_code == 429
    assert 55 <= int(refusal.headers["Retry-After"]) <= 60


def test_a_limit_past_a_hundred_is_leased_for_a_view(app: Flask, limiter: AppLimiter) -> None:
    app.add_url_rule("/", view_func=limiter.limit("150 per minute")(lambda: "ok"), endpoint="view")
    assert statuses(app, "/", 152).count(200) == 150


def test_a_method_of_a_view_class_is_limited_alone(app: Flask, limiter: AppLimiter) -> None:
    class View(MethodView):
        @limiter.limit("1 per minute")
        def get(self) -> str:
            return "ok"

        def post(self) -> str:
            return "ok"

    app.add_url_rule("/", view_func=View.as_view("view"))
    assert statuses(app, "/", 2) == [200, 429]
    assert app.test_client().post("/").status_code == 200


def test_limits_are_counted_by_address(app: Flask, limiter: AppLimiter) -> None:
    app.add_url_rule("/", view_func=limiter.limit("1 per minute")(lambda: "ok"), endpoint="view")
    first = {"environ_base": {"REMOTE_ADDR": "2001:db8::1"}}
    neighbour = {"environ_base": {"REMOTE_ADDR": "2001:db8::2"}}
    stranger = {"environ_base": {"REMOTE_ADDR": "192.0.2.1"}}
    assert statuses(app, "/", 1, **first) == [200]
    assert statuses(app, "/", 1, **neighbour) == [429]
    assert statuses(app, "/", 1, **stranger) == [200]


def test_a_limit_may_count_only_some_answers(app: Flask, limiter: AppLimiter) -> None:
    def is_failure(response: Response) -> bool:
        return response.status_code == 404

    @limiter.limit("2 per minute", deduct_when=is_failure)
    def view(code: int) -> tuple[str, int]:
        return "", code

    app.add_url_rule("/<int:code>", view_func=view)
    assert statuses(app, "/200", 5) == [200] * 5
    assert statuses(app, "/404", 3) == [404, 404, 429]


def test_a_breach_inside_a_view_can_be_caught(app: Flask, limiter: AppLimiter) -> None:
    def view() -> str:
        try:
            with limiter.limit("1 per minute"):
                return "dear"
        except RateLimitExceeded as error:
            return f"cheap for {error.retry_after}"

    app.add_url_rule("/", view_func=view)
    client = app.test_client()
    assert client.get("/").text == "dear"
    assert client.get("/").text.startswith("cheap for ")


def test_the_default_limit_is_left_to_the_hooks(app: Flask) -> None:
    app.add_url_rule("/", view_func=lambda: "ok", endpoint="view")
    statuses(app, "/", 3)
    assert collection(COLLECTION).count_documents({}) == 0


def test_binding_opens_no_socket(limiter: AppLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_nothing(*_arguments: object, **_options: object) -> None:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket, "socket", open_nothing)
    make_app(limiter)


def test_two_apps_have_a_store_each(limiter: AppLimiter) -> None:
    leased, memory = make_app(limiter), make_app(limiter, RATELIMIT_STORAGE_URI="memory://")
    with leased.app_context():
        assert isinstance(limiter.storage, LeasedStorage)
        assert limiter.limiter.storage is limiter.storage
    with memory.app_context():
        assert isinstance(limiter.storage, MemoryStorage)


def test_a_wrong_limit_stops_the_start(limiter: AppLimiter) -> None:
    app = Flask("limited")
    app.config.update(LIMITS, RATELIMIT_AUTH="plenty")
    with pytest.raises(ValueError, match="rate limit"):
        limiter.init_app(app)


def test_an_unknown_store_stops_the_start(limiter: AppLimiter) -> None:
    with pytest.raises(ConfigurationError):
        make_app(limiter, RATELIMIT_STORAGE_URI="forgot-to-fake://")


@pytest.mark.parametrize("uri", ["redis://127.0.0.1", "rediss://127.0.0.1", "valkey://127.0.0.1"])
def test_a_store_beyond_the_network_has_a_second_to_answer(uri: str) -> None:
    options = _storage_options(uri)
    assert options["socket_timeout"] == options["socket_connect_timeout"] == 1


def test_a_limited_view_is_closed_while_the_store_is_away(
    limiter: AppLimiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(limiter)

    def fail(*_arguments: object, **_options: object) -> None:
        raise StorageError(ConnectionRefusedError())

    monkeypatch.setattr(LeasedStorage, "incr", fail)
    app.add_url_rule("/", view_func=limiter.limit("1 per minute")(lambda: "ok"), endpoint="view")
    with pytest.raises(ServiceUnavailableError):
        app.test_client().get("/")
