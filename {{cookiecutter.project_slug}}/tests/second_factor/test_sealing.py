"""The secret of a second factor is sealed for its account and its place there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from app.second_factor.sealing import seal, unseal

if TYPE_CHECKING:
    from flask import Flask

MEMBER = "secondFactor"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_a_sealed_secret_is_opened_in_its_place_alone(app: Flask) -> None:
    account_id = uuid4()
    with app.app_context():
        sealed = seal(SECRET, account_id, MEMBER)
        assert SECRET.encode() not in b"".join(sealed.values())
        assert sealed != seal(SECRET, account_id, MEMBER)
        assert unseal(sealed, account_id, MEMBER) == SECRET
        for place in ((uuid4(), MEMBER), (account_id, "pendingSecondFactor")):
            with pytest.raises(RuntimeError):
                unseal(sealed, *place)
        # As it would be stored with other answers.
        with pytest.raises(RuntimeError):
            unseal({f"another{name}": value for name, value in sealed.items()}, account_id, MEMBER)
