"""The login page of other apps asks for the code, too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.fixtures.oauth import LOGIN, ticket_of

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import Person
    from tests.fixtures.oauth import OtherApp
    from tests.fixtures.second_factors import Authenticator

FIELD: Final = re.compile(r'<input id="code" name="code"[^>]*>')
ASKED: Final = {
    "en": "Your account has a second factor: give its code, too.",
    "ko": "2단계 인증을 쓰는 계정입니다. 인증 코드도 입력하세요.",
}
WRONG: Final = {
    "en": "E-mail, password or code is wrong.",
    "ko": "이메일, 비밀번호 또는 인증 코드가 맞지 않습니다.",
}


def send(
    other_app: OtherApp,
    authenticator: Authenticator,
    code: str,
    status: int,
    language: str = "en",
    **changes: str,
) -> TestResponse:
    """Send the form of the login page."""
    form = {**authenticator.credentials(code), **changes, "ticket": ticket_of(other_app.ask())}
    return other_app.post(LOGIN, form, status, Accept_Language=language)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_asks_for_the_code_after_a_right_password(
    other_app: OtherApp, authenticator: Authenticator, language: str
) -> None:
    page = send(other_app, authenticator, "", 401, language)
    assert ASKED[language] in page.text
    (field,) = FIELD.findall(page.text)
    assert " required" in field
    assert authenticator.person.password not in page.text


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_wrong_code_is_told_as_a_wrong_password_is(
    other_app: OtherApp, authenticator: Authenticator, language: str
) -> None:
    wrong = [
        send(other_app, authenticator, "000000", 401, language),
        send(other_app, authenticator, authenticator.code(), 401, language, password="wrong"),
        send(other_app, authenticator, "x" * 65, 401, language),
    ]
    for page in wrong:
        assert WRONG[language] in page.text
        assert authenticator.code() not in page.text


def test_a_right_code_leads_on_once(other_app: OtherApp, authenticator: Authenticator) -> None:
    code = authenticator.code()
    assert "decision" in send(other_app, authenticator, code, 200).text
    send(other_app, authenticator, code, 401)
    assert "decision" in send(other_app, authenticator, authenticator.recovery_codes[0], 200).text


def test_nobody_else_needs_a_code(other_app: OtherApp, account: Person) -> None:
    page = other_app.ask()
    (field,) = FIELD.findall(page.text)
    assert " required" not in field
    assert "decision" in other_app.log_in(account, page).text
