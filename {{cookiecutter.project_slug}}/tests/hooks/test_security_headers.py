"""The headers that keep a browser from doing more with an answer than it should."""

from __future__ import annotations

import pytest
from flask import Response

from app.hooks.security_headers import HSTS, PROBLEM_HEADERS, protect


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health/live", 200),
        ("HEAD", "/health/live", 200),
        ("OPTIONS", "/health/live", 204),
        ("GET", "/api/v1/me", 401),
        ("GET", "/nothing", 404),
        ("GET", "/api/v1/auth/login", 405),
        ("POST", "/api/v1/auth/login", 415),
    ],
)
def test_every_header_stands_once_on_every_answer(api, method, path, status):
    answer = api.call(method, path, status=status)
    for name, value in PROBLEM_HEADERS:
        assert answer.headers.getlist(name) == [value]


def test_answers_over_http_have_no_hsts(api):
    assert HSTS[0] not in api.get("/health/live").headers


def test_answers_over_https_have_hsts_for_two_years(api):
    answer = api.get("/health/live", base_url="https://localhost")
    assert answer.headers.getlist(HSTS[0]) == [HSTS[1]]
    assert "max-age=63072000" in HSTS[1]


def test_a_page_keeps_its_own_policy(app):
    response = Response(headers={"Content-Security-Policy": "default-src 'self'"})
    with app.test_request_context():
        protect(response)
    assert response.headers.getlist("Content-Security-Policy") == ["default-src 'self'"]
    assert response.headers["X-Frame-Options"] == "DENY"


def test_no_answer_names_the_software(api):
    assert not {"Server", "X-Powered-By", "Via"} & set(api.get("/health/live").headers.keys())
