"""Which requests are counted together, and which operations have their own limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flask.views import MethodView
from limits.errors import StorageError

from app import throttle
from app.decorators import limited_by, probe, public
from app.operations import Operations
from app.throttle import Throttle
from app.throttle.stores import DatabaseStore, LimitsStore
from tests.fixtures.api import Api

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import Person
    from tests.fixtures.application import MakeApp


class Plain(MethodView):
    """A route without marks."""

    @public
    def get(self) -> dict[str, str]:
        """Answer."""
        return {"is": "ok"}


class Dear(MethodView):
    """A route with a limit of its own."""

    @public
    @limited_by("RATELIMIT_AUTH")
    def get(self) -> dict[str, str]:
        """Answer."""
        return {"is": "ok"}


class Probe(MethodView):
    """A route that is never refused."""

    @probe
    def get(self) -> dict[str, str]:
        """Answer."""
        return {"is": "ok"}


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """Return an app with five more routes."""
    return with_routes(make_app(RATELIMIT_DEFAULT="3 per minute", RATELIMIT_AUTH="2 per minute"))


def with_routes(app: Flask) -> Flask:
    for path, view in {"/a": Plain, "/b": Plain, "/in": Dear, "/up": Dear, "/ok": Probe}.items():
        app.add_url_rule(path, view_func=view.as_view(path[1:]))
    app.extensions["operations"] = Operations(app)
    return app


def get(api: Api, *paths: str) -> list[int]:
    return [api.client.get(path).status_code for path in paths]


def test_all_routes_share_the_default_limit(api: Api) -> None:
    assert get(api, "/a", "/b", "/c", "/b") == [200, 200, 404, 429]


def test_an_operation_may_have_a_limit_of_its_own(api: Api) -> None:
    assert get(api, "/in", "/in", "/in") == [200, 200, 429]
    assert get(api, "/up", "/a") == [200, 200]


def test_probes_are_never_refused_and_have_no_limit_headers(api: Api) -> None:
    get(api, "/a", "/a", "/a", "/a")
    assert get(api, *["/ok"] * 5) == [200] * 5
    assert "RateLimit" not in api.client.get("/ok").headers


def test_each_limit_has_its_name_in_the_headers(api: Api) -> None:
    answer = api.client.get("/in")
    assert answer.headers["RateLimit-Policy"] == '"auth";q=2;w=60'
    assert answer.headers["RateLimit"].startswith('"auth";r=1;t=')


@pytest.mark.parametrize("path", ["/a", "/in"])
def test_other_stores_work_by_the_same_path(make_app: MakeApp, path: str) -> None:
    settings = {"RATELIMIT_DEFAULT": "3 per minute", "RATELIMIT_AUTH": "2 per minute"}
    app = with_routes(make_app(**settings))
    throttle.app_throttle.bind(app, Throttle(LimitsStore("memory://")))
    assert get(Api(app), *[path] * 4)[-1] == 429


def test_only_routes_with_their_own_limit_are_closed_while_the_store_is_away(
    api: Api, account: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise StorageError(ConnectionRefusedError())

    monkeypatch.setattr(DatabaseStore, "take", fail)
    assert get(api, "/a") == [200]
    api.get("/api/v1/me", account)
    assert get(api, "/in") == [503]
    assert throttle.PAUSE_SECONDS > 0
