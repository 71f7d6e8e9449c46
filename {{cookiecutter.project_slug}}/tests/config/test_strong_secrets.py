"""Which secrets are refused, and with which messages."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

import pytest

from config import strong_secrets

if TYPE_CHECKING:
    from collections.abc import Callable

#: if cookiecutter.jwt_algorithm == "HS256"
CHECKS: Final = (strong_secrets.check_secret, strong_secrets.check_hmac_secret)
#: else
CHECKS: Final = (strong_secrets.check_secret,)
#: endif


def refuse(value: str) -> str:
    """Fail unless every check refuses *value*; return the phrase, which never holds it."""
    phrases = set()
    for check in CHECKS:
        with pytest.raises(ValueError, match=r"^must be [^\n]+$") as caught:
            check(value)
        phrases.add(str(caught.value))
    (phrase,) = phrases
    assert not value or value not in phrase
    return phrase


@pytest.mark.parametrize(
    "make",
    [
        strong_secrets.generate_secret,
        lambda: secrets.token_urlsafe(24),
        lambda: secrets.token_hex(16),
        lambda: secrets.token_hex(32),
        lambda: "".join(secrets.choice("가나다라마바사아자차카타파하") for _ in range(48)),
    ],
    ids=["generated", "urlsafe-of-24", "hex-of-16", "hex-of-32", "korean"],
)
def test_random_values_are_returned_as_they_are(make: Callable[[], str]) -> None:
    for value in (make() for _ in range(100)):
        assert [check(value) for check in CHECKS] == [value] * len(CHECKS)


def test_generated_secrets_differ() -> None:
    assert len({strong_secrets.generate_secret() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "value",
    ["", "short", strong_secrets.generate_secret()[:31]],
    ids=["empty", "short", "31-bytes"],
)
def test_less_than_32_bytes_is_refused(value: str) -> None:
    assert refuse(value) == "must be at least 32 bytes long"


@pytest.mark.parametrize(
    "value",
    [
        "your-256-bit-secret-your-256-bit-secret",
        "a-string-secret-at-least-256-bits-long",
        "change-me-to-32-random-bytes-or-more!",
        "CHANGE_ME_0123456789_abcdefghijklmnop",
        "super-secret-key-for-my-flask-app-2024",
        "top-secret! and then some more characters",
        "django-insecure-8)x2k!w0q_z7v@m4#n5b%c6l^j3h",
        "replace-this-with-a-real-value-in-prod",
        "this is an example value, do not use it",
        "PASSWORDpasswordPASSWORDpassword12345",
        "correct horse battery staple, four words",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    ],
)
def test_well_known_and_example_values_are_refused(value: str) -> None:
    assert "well-known or example" in refuse(value)


@pytest.mark.parametrize(
    "value",
    [
        "a" * 64,
        "ab" * 32,
        "abc" * 20,
        "0123456789" * 4,
        "0123456789abcdef0123456789abcdef",
        "q8Zr2LxV" * 4 + "q8Zr",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210",
        "acegikmoqsuwyACEGIKMOQSUWY0246813579",
        "0" * 40 + "abcdefgh",
        " " * 32,
    ],
)
def test_repetitions_and_sequences_are_refused(value: str) -> None:
    assert refuse(value) == "must be random, without repetition or sequence"


def test_undecodable_bytes_are_refused_and_not_repeated() -> None:
    assert refuse(strong_secrets.generate_secret() + "\udcff") == "must be UTF-8 text"


#: if cookiecutter.jwt_algorithm == "HS256"
@pytest.mark.parametrize(
    "value",
    [
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQg\n-----END PUBLIC KEY-----",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE",
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY",
    ],
    ids=["pem", "ssh", "ecdsa"],
)
def test_a_public_key_is_no_secret(value: str) -> None:
    with pytest.raises(ValueError, match="a random secret, not a key of a key pair"):
        strong_secrets.check_hmac_secret(value)


#: endif
def test_no_phrase_is_caused_by_an_error_that_quotes_the_value() -> None:
    with pytest.raises(ValueError, match="UTF-8") as caught:
        strong_secrets.check_secret("\udcff" * 40)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
