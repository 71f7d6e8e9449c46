"""What every answer carries, whatever made it."""

from __future__ import annotations

import pytest


def test_private_answers_stay_out_of_every_cache(api, account):
    assert api.get("/api/v1/me", account).headers["Cache-Control"] == "no-store"


def test_tokens_are_cached_by_nobody(api, account):
    answer = api.post("/api/v1/auth/refresh", headers=account.refresh_headers, status=200)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status"), [("/api/v1/me", 401), ("/nothing", 404), ("/api/v1/auth/login", 405)]
)
def test_problems_for_strangers_are_cached_by_nobody(api, path, status):
    assert api.get(path, status=status).headers["Cache-Control"] == "no-store"


def test_problems_for_callers_are_cached_by_nobody(api, account):
    answer = api.get("/api/v1/me", account, query_string="x=1", status=422)
    assert answer.headers["Cache-Control"] == "no-store"


def test_public_answers_say_nothing_about_caches(api):
    assert "Cache-Control" not in api.get("/health/live").headers
