"""Probes: is the process alive, and is it ready for traffic."""

from __future__ import annotations

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from app import health
from tests.fixtures.api import Api


@pytest.mark.parametrize(("path", "status"), [("live", "live"), ("ready", "ready")])
def test_probes_tell_state_and_release(make_app, path, status):
    api = Api(make_app(RELEASE="1.2.3"))
    assert api.get(f"/health/{path}").json == {"status": status, "release": "1.2.3"}


def test_a_process_without_its_database_lives_and_is_not_ready(api, monkeypatch):
    def lose():
        raise ServerSelectionTimeoutError

    monkeypatch.setattr(health, "check_database", lose)
    api.get("/health/live")
    answer = api.get("/health/ready", status=503)
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/problem+json"
