"""No API request is served before the database is ready."""

from __future__ import annotations

import pytest

from app.database import preparation
from app.errors import ServiceUnavailableError
from tests.fixtures.api import Api


@pytest.fixture
def _unprepared(monkeypatch):
    def refuse():
        raise ServiceUnavailableError

    monkeypatch.setattr(preparation, "ensure_prepared", refuse)


@pytest.mark.usefixtures("_unprepared")
@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/auth/login", "/api/v1/nothing", "/late"])
def test_the_api_and_what_came_late_wait_for_the_database(make_app, path):
    app = make_app()
    app.add_url_rule("/late", "late", lambda: "")
    answer = Api(app).get(path, status=503)
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.usefixtures("_unprepared")
@pytest.mark.parametrize("path", ["/health/live", "/openapi.json"])
def test_other_paths_do_not_wait_for_the_database(api, path):
    api.get(path)
    api.call("POST", path, status=405)


@pytest.mark.usefixtures("_unprepared")
def test_the_readiness_probe_fails_until_the_database_is_prepared(api):
    api.get("/health/ready", status=503)


def test_the_first_request_prepares_the_database(make_app, database):
    database.accounts.drop_indexes()
    Api(make_app(is_prepared=False)).get("/api/v1/me", status=401)
    assert any("emailIndex" in name for name in database.accounts.index_information())
