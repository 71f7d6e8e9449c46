"""Who asks too often is refused: by address at first, by account before the view."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from flask import Blueprint, Flask, Response, request
from flask.views import MethodView
from limits.errors import StorageError

from app.context import context
from app.decorators.contract import limited_by, unthrottled
from app.decorators.operation import Operations
from app.errors import Problem
from app.extensions import limiter
from app.hooks import routing
from app.hooks.throttle import throttle_by_account, throttle_by_address
from app.models import connection
from app.models.base import collection
from app.services.throttle.counters import COLLECTION
from app.services.throttle.storage import LeasedStorage

if TYPE_CHECKING:
    from typing import Any

LIMITS = {"RATELIMIT_DEFAULT": "3 per minute", "RATELIMIT_AUTH": "2 per minute"}


class Plain(MethodView):
    """A route without marks."""

    def get(self) -> str:
        """Answer."""
        return "ok"


class Login(MethodView):
    """A route with a limit of its own."""

    @limited_by("RATELIMIT_AUTH")
    def get(self) -> str:
        """Answer."""
        return "ok"


class Probe(MethodView):
    """A route that is never refused."""

    @unthrottled
    def get(self) -> str:
        """Answer."""
        return "ok"


def log_in() -> None:
    """Stand for the authentication: the account is named by a header."""
    account = request.headers.get("Account")
    if account:
        context.caller = SimpleNamespace(account_id=UUID(account))  # type: ignore[assignment]


def answer(problem: Problem) -> Response:
    return Response(status=problem.status, headers=problem.headers)


def make_app(uri: str, **config: Any) -> Flask:
    app = Flask("throttled")
    app.config.update(LIMITS, MONGODB_URI=uri, **config)
    connection.init_app(app)
    limiter.init_app(app)
    hooks = (routing.find_operation, throttle_by_address, log_in, throttle_by_account)
    for hook in hooks:
        app.before_request(hook)
    app.register_error_handler(Problem, answer)
    for path, view in {"/a": Plain, "/b": Plain, "/in": Login, "/up": Login, "/ok": Probe}.items():
        app.add_url_rule(path, view_func=view.as_view(path[1:]))
    app.extensions["operations"] = Operations(app)
    collection(COLLECTION).delete_many({})
    return app


@pytest.fixture
def throttled(mongodb_uri: str) -> Flask:
    """Return an app of five routes behind the throttle's hooks."""
    return make_app(mongodb_uri)


def get(app: Flask, *paths: str, address: str = "192.0.2.1", account: str = "") -> list[int]:
    client = app.test_client()
    options: dict[str, Any] = {"environ_base": {"REMOTE_ADDR": address}}
    if account:
        options["headers"] = {"Account": account}
    return [client.get(path, **options).status_code for path in paths]


def test_all_routes_share_the_default_limit_of_an_address(throttled: Flask) -> None:
    assert get(throttled, "/a", "/b", "/a", "/b") == [200, 200, 200, 429]


def test_a_refusal_says_when_to_come_back(throttled: Flask) -> None:
    get(throttled, "/a", "/a", "/a")
    refusal = throttled.test_client().get("/a", environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert 55 <= int(refusal.headers["Retry-After"]) <= 60


def test_addresses_are_counted_apart(throttled: Flask) -> None:
    get(throttled, "/a", "/a", "/a")
    assert get(throttled, "/a", address="192.0.2.2") == [200]


def test_addresses_of_one_network_are_counted_together(throttled: Flask) -> None:
    for host in range(3):
        get(throttled, "/a", address=f"2001:db8::{host}")
    assert get(throttled, "/a", address="2001:db8::ffff") == [429]


def test_a_client_cannot_name_its_own_address(throttled: Flask) -> None:
    get(throttled, "/a", "/a", "/a")
    refusal = throttled.test_client().get(
        "/a", environ_base={"REMOTE_ADDR": "192.0.2.1"}, headers={"X-Forwarded-For": "192.0.2.9"}
    )
    assert refusal.status_code == 429


def test_paths_that_do_not_exist_are_counted_too(throttled: Flask) -> None:
    assert get(throttled, "/c", "/d", "/e", "/f") == [404, 404, 404, 429]


def test_an_operation_may_have_a_limit_of_its_own(throttled: Flask) -> None:
    assert get(throttled, "/in", "/in", "/in") == [200, 200, 429]
    assert get(throttled, "/up", "/a") == [200, 200]


def test_probes_are_never_refused(throttled: Flask) -> None:
    get(throttled, "/a", "/a", "/a", "/a")
    assert get(throttled, *["/ok"] * 5) == [200] * 5


def test_an_account_is_counted_wherever_it_comes_from(throttled: Flask) -> None:
    account = str(uuid4())
    for host in range(3):
        assert get(throttled, "/a", address=f"192.0.2.{host}", account=account) == [200]
    assert get(throttled, "/a", address="192.0.2.9", account=account) == [429]
    assert get(throttled, "/a", address="192.0.2.9", account=str(uuid4())) == [200]


def test_two_processes_share_the_limit(throttled: Flask) -> None:
    get(throttled, "/a", "/a")
    throttled.extensions["throttle"].strategy.storage = LeasedStorage()
    assert get(throttled, "/a", "/a") == [200, 429]


def test_the_limit_of_a_blueprint_holds_for_its_views(
    mongodb_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter.limit_manager, "_blueprint_limits", {})
    app = make_app(mongodb_uri)
    blueprint = Blueprint("reports", __name__)
    blueprint.add_url_rule("/report", view_func=Plain.as_view("report"))
    limiter.limit("1 per minute")(blueprint)
    app.register_blueprint(blueprint)
    assert get(app, "/report", "/report", "/a") == [200, 429, 200]


@pytest.mark.parametrize("path", ["/a", "/in"])
def test_other_stores_work_by_the_same_path(mongodb_uri: str, path: str) -> None:
    app = make_app(mongodb_uri, RATELIMIT_STORAGE_URI="memory://")
    assert get(app, *[path] * 4)[-1] == 429
    assert collection(COLLECTION).count_documents({}) == 0


def test_only_routes_of_their_own_limit_are_closed_while_a_store_is_away(
    throttled: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise StorageError(ConnectionRefusedError())

    monkeypatch.setattr(LeasedStorage, "incr", fail)
    assert get(throttled, "/a", account=str(uuid4())) == [200]
    assert get(throttled, "/in") == [503]
