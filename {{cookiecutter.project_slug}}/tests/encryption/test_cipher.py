"""The keys of an app: encrypt for a place, decrypt there alone, index."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from app.encryption import (
    DecryptionError,
    FieldCipher,
    Place,
    blind_index,
    blind_indexes,
    current_cipher,
    index_to_store,
)
from tests.fixtures.encryption import FieldKeys, new_key, older_token

if TYPE_CHECKING:
    from tests.fixtures.encryption import MakeKeyedApp

INDEX_KEY = "an index key"
ID = UUID(int=7)
PLACE = Place("accounts", "email", ID)


def make_cipher(*keys: str) -> FieldCipher:
    return FieldCipher(keys or [new_key()], [INDEX_KEY])


def test_a_value_encrypted_for_a_place_is_opened_there() -> None:
    cipher = make_cipher()
    content = "홍길동 👩🏽‍🚀 é".encode()
    assert cipher.decrypt(cipher.encrypt(content, PLACE), PLACE) == content


@pytest.mark.checklist("auth.encrypt")
@pytest.mark.parametrize(
    "place",
    [
        PLACE._replace(collection="notes"),
        PLACE._replace(path="displayName"),
        PLACE._replace(id=uuid4()),
        PLACE._replace(id=str(ID)),
        PLACE._replace(id=ID.bytes),
        Place("accounts.email", "", ID),
    ],
    ids=str,
)
def test_a_value_is_opened_nowhere_else(place: Place) -> None:
    cipher = make_cipher()
    with pytest.raises(DecryptionError):
        cipher.decrypt(cipher.encrypt(b"text", PLACE), place)


def test_no_two_values_are_alike() -> None:
    cipher = make_cipher()
    assert len({cipher.encrypt(b"text", PLACE) for _ in range(1000)}) == 1000


def test_a_place_does_not_depend_on_the_position_in_a_list() -> None:
    for path in ("pets.3.name", "pets.$.name", "pets.$[pet].name", "$set.pets.0.name"):
        assert Place.at("patients", path, ID) == Place("patients", "pets.name", ID)


def test_older_keys_still_decrypt_and_the_first_encrypts() -> None:
    old, new = new_key(), new_key()
    value = make_cipher(old).encrypt(b"text", PLACE)
    both = make_cipher(new, old)
    assert both.decrypt(value, PLACE) == b"text"
    assert not both.is_current(value, PLACE)
    renewed = both.encrypt(b"text", PLACE)
    assert both.is_current(renewed, PLACE)
    assert make_cipher(new).decrypt(renewed, PLACE) == b"text"


def test_the_key_itself_is_used_for_one_cipher_only() -> None:
    key = new_key()
    cipher = make_cipher(key)
    token = older_token(key, "text")
    assert cipher.decrypt_older(token, PLACE) == b"text"
    with pytest.raises(DecryptionError):
        cipher.decrypt(token, PLACE)


@pytest.mark.parametrize("position", [0, 1, 12, 13, -1])
def test_a_changed_value_is_refused_by_its_place_alone(position: int) -> None:
    cipher = make_cipher()
    value = bytearray(cipher.encrypt(b"somebody@example.com", PLACE))
    value[position] ^= 1
    with pytest.raises(DecryptionError) as raised:
        cipher.decrypt(bytes(value), PLACE)
    assert str(raised.value) == (
        "accounts.email holds a value that no key of FIELD_ENCRYPTION_KEYS opens there"
    )


@pytest.mark.parametrize("value", [b"", b"\x01", b"\x01" + bytes(12), b"\x01" + bytes(28)])
def test_a_torn_value_is_refused(value: bytes) -> None:
    with pytest.raises(DecryptionError):
        make_cipher().decrypt(value, PLACE)


@pytest.mark.usefixtures("keyed_app")
def test_the_blind_index_is_equal_for_equal_texts_and_keyed(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    here = blind_index("somebody@example.com")
    assert here == blind_index("somebody@example.com") == index_to_store("somebody@example.com")
    assert here != blind_index("nobody@example.com")
    with make_keyed_app(field_keys._replace(index="another")).app_context():
        assert blind_index("somebody@example.com") != here


@pytest.mark.usefixtures("keyed_app")
def test_while_the_index_key_is_being_changed_both_indexes_are_known(
    make_keyed_app: MakeKeyedApp, field_keys: FieldKeys
) -> None:
    old = blind_index("somebody@example.com")
    both = field_keys._replace(index="another", previous_index=field_keys.index)
    with make_keyed_app(both).app_context():
        new, also = blind_indexes("somebody@example.com")
        assert new != old == also
        assert index_to_store("somebody@example.com") == [new, old]
        # For counting, the digest that processes without the new key know is used.
        assert blind_index("somebody@example.com") == old


def test_the_blind_index_is_hmac_sha256() -> None:
    # RFC 4231 section 4.3, test case 2.
    digests = FieldCipher([new_key()], ["Jefe"]).blind_indexes("what do ya want for nothing?")
    assert digests == ["5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"]


@pytest.mark.usefixtures("keyed_app")
def test_two_apps_with_different_keys_live_in_one_process(make_keyed_app: MakeKeyedApp) -> None:
    value = current_cipher().encrypt(b"here", PLACE)
    with (
        make_keyed_app(FieldKeys((new_key(),))).app_context(),
        pytest.raises(DecryptionError),
    ):
        current_cipher().decrypt(value, PLACE)
    assert current_cipher().decrypt(value, PLACE) == b"here"
