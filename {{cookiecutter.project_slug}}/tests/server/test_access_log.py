"""The access log identifies a request and shows nothing else of it."""

from __future__ import annotations

import logging
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config

from app.server.access_log import AccessLogger


@pytest.mark.parametrize(
    ("headers", "name"),
    [([("X-Other", "canary"), ("X-Request-ID", "an-id")], "an-id"), ([("X-Other", "canary")], "-")],
    ids=["named", "nameless"],
)
def test_access_log_knows_the_request_id_and_neither_query_nor_header(
    headers: list[tuple[str, str]], name: str
) -> None:
    environ = {
        "REMOTE_ADDR": "192.0.2.1",
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/a\u0085b?token=canary",
        "HTTP_AUTHORIZATION": "canary",
    }
    response: Any = SimpleNamespace(status="200 OK", sent=5, headers=headers)
    logger = AccessLogger(Config())
    handler = logging.StreamHandler(StringIO())
    logger.access_log.handlers = [handler]
    logger.access(response, None, environ, timedelta(seconds=1.5))
    assert handler.stream.getvalue() == f"192.0.2.1 GET /a\\x85b 200 5 1500ms {name}\n"
