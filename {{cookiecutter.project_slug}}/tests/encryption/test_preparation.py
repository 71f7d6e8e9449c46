"""An app whose keys do not fit never writes to the database."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from app.database import preparation
from app.database.documents import collection
from app.encryption.cipher import CHECKS
from app.errors import ServiceUnavailableError
from tests.fixtures.encryption import FieldKeys, new_key

if TYPE_CHECKING:
    from tests.fixtures.encryption import MakeKeyedApp


@pytest.mark.checklist("auth.encrypt")
@pytest.mark.usefixtures("keyed_app")
def test_a_wrong_key_is_refused_before_indexes_are_touched(
    make_keyed_app: MakeKeyedApp, caplog: pytest.LogCaptureFixture
) -> None:
    preparation.prepare()
    collection("counters").drop_indexes()
    before = list(collection(CHECKS).find())
    with (
        make_keyed_app(FieldKeys((new_key(),))).app_context(),
        caplog.at_level(logging.CRITICAL),
        pytest.raises(ServiceUnavailableError),
    ):
        preparation.ensure_prepared()
    assert caplog.messages == ["FIELD_ENCRYPTION_KEYS does not open what this database holds"]
    assert list(collection(CHECKS).find()) == before
    assert "expiresAt_1" not in collection("counters").index_information()
    preparation.prepare()
