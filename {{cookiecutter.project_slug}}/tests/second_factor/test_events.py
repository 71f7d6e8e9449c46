"""What happens to a second factor is told in one line, which has no code."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from app.security_events import Event
from tests.fixtures.second_factors import SECOND_FACTOR

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.second_factors import Authenticator, SetUp

LOGIN = "/api/v1/auth/login"


@pytest.mark.checklist("output.no-secrets")
def test_each_step_is_told_once(
    api: Api, account: Person, set_up_second_factor: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "app.security_events")

    def told() -> list[str]:
        records = [each for each in caplog.records if each.name == "app.security_events"]
        caplog.clear()
        assert {vars(each)["accountId"] for each in records} == {str(account.id)}
        return [each.getMessage() for each in records]

    authenticator: Authenticator = set_up_second_factor(account)
    assert told() == [Event.SECOND_FACTOR_SET_UP]
    api.post(LOGIN, json=account.credentials, status=401)
    assert told() == [Event.CODE_MISSING]
    api.post(LOGIN, json=authenticator.credentials("000000"), status=401)
    assert told() == [Event.CODE_REFUSED]
    recovery = authenticator.credentials(authenticator.recovery_codes[0])
    api.post(LOGIN, json=recovery, status=200)
    assert told() == [Event.RECOVERY_CODE_USED, Event.LOGIN_SUCCEEDED]
    given = {"currentPassword": account.password, "code": authenticator.code()}
    api.delete(SECOND_FACTOR, authenticator.person, json=given)
    assert told() == [Event.SECOND_FACTOR_REMOVED]


def test_a_log_in_without_its_code_has_not_succeeded(
    api: Api, authenticator: Authenticator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "app.security_events")
    caplog.clear()
    api.post(LOGIN, json=authenticator.person.credentials, status=401)
    told = [each.getMessage() for each in caplog.records if each.name == "app.security_events"]
    assert told == [Event.CODE_MISSING]
