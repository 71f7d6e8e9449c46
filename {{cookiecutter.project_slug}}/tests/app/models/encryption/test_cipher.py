"""The key ring of an app: encrypt, decrypt, index."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from app.models.encryption import (
    DecryptionError,
    FieldCipher,
    blind_index,
    decrypt,
    decrypt_stored,
    encrypt,
)
from app.models.encryption.cipher import CACHED_TOKEN_BYTES, CACHED_VALUES
from tests.fixtures.encryption import FieldKeys, new_key

if TYPE_CHECKING:
    from tests.fixtures.encryption import MakeKeyedApp

INDEX_KEY = "an index key"


@pytest.mark.usefixtures("keyed_app")
def test_korean_and_emoji_come_back_as_they_were() -> None:
    assert decrypt(encrypt("홍길동 👩🏽‍🚀 é")) == "홍길동 👩🏽‍🚀 é"


def test_equal_texts_have_different_tokens() -> None:
    cipher = FieldCipher([new_key()], INDEX_KEY)
    assert cipher.encrypt("same") != cipher.encrypt("same")


def test_a_token_is_a_standard_fernet_token_of_the_first_key() -> None:
    first, second = new_key(), new_key()
    token = FieldCipher([first, second], INDEX_KEY).encrypt("text")
    assert Fernet(first).decrypt(token) == b"text"


def test_every_key_of_the_ring_decrypts() -> None:
    first, second = new_key(), new_key()
    token = FieldCipher([second], INDEX_KEY).encrypt("text")
    assert FieldCipher([first, second], INDEX_KEY).decrypt(token) == "text"


def test_a_token_of_another_key_is_an_error_that_names_the_place() -> None:
    token = FieldCipher([new_key()], INDEX_KEY).encrypt("text")
    with pytest.raises(DecryptionError, match=r"^accounts\.email holds a value that no key"):
        FieldCipher([new_key()], INDEX_KEY).decrypt(token, "accounts.email")


def test_a_token_that_was_changed_is_an_error() -> None:
    cipher = FieldCipher([new_key()], INDEX_KEY)
    token = bytearray(cipher.encrypt("text"))
    token[20] ^= 1
    with pytest.raises(DecryptionError):
        cipher.decrypt(bytes(token))


@pytest.mark.usefixtures("keyed_app")
def test_an_unreadable_value_is_logged_by_its_place_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    token = FieldCipher([new_key()], INDEX_KEY).encrypt("somebody@example.com")
    with caplog.at_level(logging.CRITICAL), pytest.raises(DecryptionError):
        decrypt_stored(token, "accounts.email")
    assert [record.getMessage() for record in caplog.records] == [
        "accounts.email holds a value that no key of FIELD_ENCRYPTION_KEYS opens"
    ]


@pytest.mark.usefixtures("keyed_app")
def test_a_string_stored_in_clear_reads_as_itself() -> None:
    assert decrypt_stored("stored before") == "stored before"


@pytest.mark.usefixtures("keyed_app")
def test_the_blind_index_is_equal_for_equal_texts_and_keyed(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    here = blind_index("somebody@example.com")
    assert here == blind_index("somebody@example.com")
    assert here != blind_index("nobody@example.com")
    with make_keyed_app(field_keys._replace(index="another")).app_context():
        assert blind_index("somebody@example.com") != here


def test_the_blind_index_is_hmac_sha256() -> None:
    # RFC 4231 section 4.3, test case 2.
    digest = FieldCipher([new_key()], "Jefe").blind_index("what do ya want for nothing?")
    assert digest == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


@pytest.mark.usefixtures("keyed_app")
def test_two_apps_with_different_keys_live_in_one_process(
    make_keyed_app: MakeKeyedApp,
) -> None:
    token = encrypt("here")
    with make_keyed_app(FieldKeys((new_key(),))).app_context():
        assert decrypt(encrypt("there")) == "there"
        with pytest.raises(DecryptionError):
            decrypt(token)
    assert decrypt(token) == "here"


def test_a_value_is_decrypted_once_while_it_is_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[bytes] = []
    open_token = FieldCipher._open

    def open_and_count(cipher: FieldCipher, token: bytes) -> str:
        opened.append(token)
        return open_token(cipher, token)

    monkeypatch.setattr(FieldCipher, "_open", open_and_count)
    cipher = FieldCipher([new_key()], INDEX_KEY)
    token = cipher.encrypt("text")
    assert [cipher.decrypt(token) for _ in range(3)] == ["text"] * 3
    assert opened == [token]


def test_ten_thousand_values_leave_a_bounded_cache() -> None:
    cipher = FieldCipher([new_key()], INDEX_KEY)
    tokens = {cipher.encrypt(str(number)): str(number) for number in range(10_000)}
    assert all(cipher.decrypt(token) == text for token, text in tokens.items())
    assert cipher._open_cached.cache_info().currsize == CACHED_VALUES


def test_long_values_are_not_cached() -> None:
    cipher = FieldCipher([new_key()], INDEX_KEY)
    text = "x" * CACHED_TOKEN_BYTES
    assert cipher.decrypt(cipher.encrypt(text)) == text
    assert cipher._open_cached.cache_info().currsize == 0
