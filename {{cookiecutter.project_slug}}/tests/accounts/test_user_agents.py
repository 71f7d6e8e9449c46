"""What a session is called by: short, harmless, and as people call it."""

from __future__ import annotations

import pytest

from app.accounts.user_agents import LONGEST_NAME, name_client

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
SAMSUNG = f"Mozilla/5.0 (Linux; Android 15; SM-S938N) {WEBKIT} SamsungBrowser/28.0 Mobile"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Firefox/144.0", "Firefox on Linux"),
        (f"{WINDOWS} Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS} Safari/537.36 Edg/142.0.0.0", "Edge on Windows"),
        (f"{WINDOWS} Whale/4.29.282.14 Safari/537.36", "Whale on Windows"),
        (f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1", "Mobile Safari on iOS"),
        (f"{SAMSUNG} Safari/537.36", "Samsung Internet on Android"),
        ("curl/8.5.0", "curl"),
        ("python-requests/2.32.4", "python-requests"),
        ("Paper/3.2 (iPhone; iOS 18.5)", "Paper on iOS"),
        ("Mozilla/5.0", "Mozilla"),
    ],
)
def test_programs_have_the_names_that_people_know(user_agent: str, name: str) -> None:
    assert name_client(user_agent) == name


@pytest.mark.parametrize("user_agent", ["", " ", "\t", "/", "(x)", "\xed\x95\x9c/1", "\0", '"'])
def test_who_says_nothing_has_no_name(user_agent: str) -> None:
    assert name_client(user_agent) is None


@pytest.mark.parametrize(
    "user_agent",
    [
        "x" * 100_000,
        f"Mozilla/5.0 ({'; ' * 50_000}",
        "a\r\nb",
        "\x1b[31mred/1",
        "<script>alert(1)</script>",
        "a&b`c'd|e$f%g^h",
        "Mozilla/5.0 <img src=x> Firefox/1 (\x00\x1b\xff)",
    ],
)
def test_whatever_was_sent_is_short_and_harmless(user_agent: str) -> None:
    name = name_client(user_agent) or ""
    assert len(name) <= LONGEST_NAME
    assert name.isascii()
    assert name.isprintable()
    assert not {*"<>&\"'`$%"} & {*name}
