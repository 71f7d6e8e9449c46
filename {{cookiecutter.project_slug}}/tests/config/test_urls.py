"""Addresses of servers: which are complete, and which are private."""

from __future__ import annotations

import pytest

from config import urls


@pytest.mark.parametrize(
    "uri",
    [
        "https://api.example.org",
        "https://api.example.org:8443/a?b=c#d",
        *("http://localhost:4318", "http://LOCALHOST", "http://127.0.0.1", "http://127.9.9.9:1/x"),
        *("http://[::1]:9000", "https://key@errors.example.org/1", "http://key@localhost:1/1"),
        *("redis://localhost:6379/0", "redis://:p@[::1]:1", "redis+unix:///run/redis.sock"),
        *("rediss://:p@cache.example.org", "valkeys://a.example", "amqps://u:p@a.example/v"),
        *("memory://", "mongodb://127.0.0.1:1/x", "mongodb://u:p@localhost:1,[::1]:2/x?w=1"),
        *("mongodb://%2Frun%2Fmongodb.sock/x", "mongodb://a.example,b.example:2/x?w=1&tls=true"),
        *("mongodb://a.example/?SSL=true", "mongodb+srv://u:p@a.example/x?w=majority"),
    ],
)
def test_a_server_is_private_by_tls_or_on_this_machine(uri):
    assert urls.is_private(uri)


@pytest.mark.parametrize(
    "uri",
    [
        *("http://api.example.org", "http://localhost.example.org", "http://127.0.0.1.example.org"),
        *("http://localhost@api.example.org", "http://0.0.0.0:1", "http://[2001:db8::1]:1"),
        *("redis://:p@cache:6379", "redis+sentinel://localhost:1,b:2/m", "memcached://a:1,b:2"),
        *("amqp://u:localhost@queue:5672", "mongodb://localhost:1,b:2/x?replicaSet=r"),
        *("mongodb://a/x", "mongodb://a/x?tls=false", "mongodb://a/x?ssl=true&tls=false"),
        *("mongodb://a/x?appName=tls=true", "mongodb+srv://a.example/x?tls=false"),
        "mongodb://a/tls=true",
    ],
)
def test_nothing_else_is_private(uri):
    assert not urls.is_private(uri)


#: if cookiecutter.oauth == "client" or cookiecutter.uploads or cookiecutter.observability
@pytest.mark.parametrize("url", ["https://api.example.org:8443/a?b=c#d", "http://[::1]:9000"])
def test_an_address_is_whole(url):
    parts = urls.split(url)
    assert parts is not None
    assert parts.geturl() == url


@pytest.mark.parametrize(
    "url",
    [
        *("", "api.example.org", "//api.example.org", "https://", "https:///path"),
        *("ftp://localhost", "javascript:alert(1)", "https://[::1", "https://host:port"),
        *("https://host:0", "https://host:65536", "https://host/\n", "https://host/\u202e"),
    ],
)
def test_nothing_else_is_an_address(url):
    assert urls.split(url) is None


#: endif
@pytest.mark.parametrize(
    ("address", "host"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("api.local", "api.local")]
)
def test_an_address_of_ipv6_stands_in_brackets(address, host):
    assert urls.bracket(address) == host


@pytest.mark.parametrize("path", ["/shop", "/shop/eu", "/api-eu", "/~a/b_c.d", "/v1"])
def test_a_path_in_front_of_the_api(path):
    assert urls.check_sub_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "shop", "/shop/", "//evil.example", "/a//b", "/a/../b", "/.", "/a b", "/a?b"),
        *("/a%2Fb", "https://evil.example", "/api", "/api/v1", "/health/x", "/openapi.json"),
    ],
)
def test_nothing_else_is_a_path_in_front_of_the_api(path):
    with pytest.raises(ValueError, match=r"^must be a path as in /shop"):
        urls.check_sub_path(path)
