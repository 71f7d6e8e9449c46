"""The secrets of second factors are sealed with a key that is made of SECRET_KEY."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.strong_secrets import generate_secret

if TYPE_CHECKING:
    import pytest

    from tests.fixtures.application import MakeApp
    from tests.fixtures.second_factors import Authenticator

LOGIN = "/api/v1/auth/login"


def test_recovery_codes_log_in_after_a_new_secret_key(
    make_app: MakeApp, authenticator: Authenticator, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_app(SECRET_KEY=generate_secret()).test_client()
    assert client.post(LOGIN, json=authenticator.credentials()).status_code == 401
    assert "SECRET_KEY" in caplog.text
    recovery = authenticator.credentials(authenticator.recovery_codes[0])
    assert client.post(LOGIN, json=recovery).status_code == 200
