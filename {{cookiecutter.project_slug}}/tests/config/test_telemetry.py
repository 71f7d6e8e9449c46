"""Telemetry needs complete addresses."""

from __future__ import annotations

import pytest

from config.telemetry import check_dsn, check_headers, check_url


@pytest.mark.parametrize(
    "url", ["http://localhost:4318", "https://otlp.example.org/v2/", "http://[::1]"]
)
def test_the_address_of_a_collector_is_accepted(url):
    assert check_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *("localhost:4318", "grpc://localhost:4317", "http://", "http://a:port", "http://[::1"),
        *("http://user:canary@localhost", "http://localhost?canary", "http://localhost#x"),
        "http://localhost/\n",
    ],
)
def test_anything_else_is_refused_and_not_repeated(url):
    with pytest.raises(ValueError, match=r"^must be a URL such as") as raised:
        check_url(url)
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize("text", ["api-key=canary", "a=b,c=d%20e", "a-key=Basic%20YTpi=, x=1"])
def test_headers_are_accepted(text):
    assert check_headers(text) == text


@pytest.mark.parametrize("text", ["canary", "a=", "=b", "a=b,", "a b=c", "a=b c", "a=\n"])
def test_invalid_headers_are_refused(text):
    with pytest.raises(ValueError, match=r"^must list headers"):
        check_headers(text)


@pytest.mark.parametrize(
    "dsn", ["https://key@errors.example.org/1", "http://k@localhost:9000/base/7"]
)
def test_a_dsn_is_accepted(dsn):
    assert check_dsn(dsn) == dsn


@pytest.mark.parametrize(
    "dsn",
    [
        "canary",
        "https://errors.example.org/1",
        "https://key@errors.example.org",
        "https://key@h/name",
    ],
)
def test_an_invalid_dsn_is_refused(dsn):
    with pytest.raises(ValueError, match=r"^must be a DSN"):
        check_dsn(dsn)
