"""Whoever gets another password without the old one still needs the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

#: if cookiecutter.mail
from tests.fixtures.accounts import NEW_PASSWORD
from tests.fixtures.letters import read_token

#: endif
if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.api import Api
    from tests.fixtures.second_factors import Authenticator

LOG_IN = "/api/v1/auth/login"
REQUIRED = "/problems/second-factor-required"


def assert_code_is_wanted(api: Api, authenticator: Authenticator, password: str) -> None:
    body = {**authenticator.person.credentials, "password": password}
    assert api.post(LOG_IN, json=body, status=401).json["type"] == REQUIRED
    api.post(LOG_IN, json={**body, "code": authenticator.code()}, status=200)


#: if cookiecutter.mail
def test_a_reset_leaves_the_second_factor(
    app: Flask, api: Api, authenticator: Authenticator
) -> None:
    email = authenticator.person.email
    api.post("/api/v1/auth/password-reset", json={"email": email}, status=202)
    body = {"token": read_token(app, email, "reset"), "newPassword": NEW_PASSWORD}
    api.post("/api/v1/auth/password-reset/confirm", json=body, status=204)
    assert_code_is_wanted(api, authenticator, NEW_PASSWORD)
#: else
def test_a_one_time_password_leaves_the_second_factor(
    app: Flask, api: Api, authenticator: Authenticator
) -> None:
    arguments = ["accounts", "reset-password", f"--email={authenticator.person.email}"]
    told = app.test_cli_runner().invoke(args=arguments).stdout
    assert_code_is_wanted(api, authenticator, told.rpartition(" ")[2].strip())
#: endif
