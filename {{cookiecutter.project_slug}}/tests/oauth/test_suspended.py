"""A suspended account lets no app in, and shuts those out that it had let in."""

from __future__ import annotations

import pytest

from tests.fixtures.oauth import CONSENT, LOGIN, ticket_of

ME = "/api/v1/me"


@pytest.fixture
def suspend(app, account):
    """Return a function that suspends `account`, and with False restores it."""

    def suspend(is_suspended=True):  # noqa: FBT002 - it reads as a sentence.
        command = "suspend" if is_suspended else "unsuspend"
        done = app.test_cli_runner().invoke(args=["accounts", command, f"--id={account.id}"])
        assert done.exit_code == 0

    return suspend


def test_apps_are_shut_out_for_good(other_app, account, suspend):
    tokens = other_app.grant(account)
    suspend()
    for _ in range(2):
        other_app.call(tokens, "GET", ME, 401)
        assert other_app.refresh(tokens["refresh_token"], 400)["error"] == "invalid_grant"
        suspend(is_suspended=False)
    other_app.grant(account)


@pytest.mark.parametrize("is_restored", [False, True])
def test_a_code_from_before_is_worth_nothing(other_app, account, suspend, is_restored):
    code = other_app.get_code(account)
    suspend()
    if is_restored:
        suspend(is_suspended=False)
    assert other_app.exchange(code, 400)["error"] == "invalid_grant"


@pytest.mark.parametrize("is_restored", [False, True])
def test_a_consent_page_from_before_is_out_of_date(other_app, account, suspend, is_restored):
    page = other_app.log_in(account)
    suspend()
    if is_restored:
        suspend(is_suspended=False)
    other_app.post(CONSENT, {"ticket": ticket_of(page), "decision": "allow"}, 400)


def test_the_page_tells_whoever_has_the_password(other_app, account, suspend):
    suspend()
    form = {"ticket": ticket_of(other_app.ask()), "email": account.email}
    wrong = other_app.post(LOGIN, {**form, "password": "wrong"}, 401)
    right = other_app.post(LOGIN, {**form, "password": account.password}, 403)
    assert "suspended" not in wrong.text
    assert "This account is suspended." in right.text
    korean = other_app.post(
        LOGIN, {**form, "password": account.password}, 403, Accept_Language="ko"
    )
    assert "이용이 정지된 계정입니다." in korean.text


@pytest.mark.parametrize("role", ["staff", "admin"])
def test_what_is_granted_by_staff_reaches_nothing_that_is_for_staff(
    other_app, make_account, app, role
):
    account = make_account()
    done = app.test_cli_runner().invoke(args=["accounts", "grant", role, f"--id={account.id}"])
    assert done.exit_code == 0
    tokens = other_app.grant(account, scope="profile:read profile:write")
    answer = other_app.call(tokens, "GET", "/api/v1/accounts", 403)
    assert answer.json["type"] == "/problems/insufficient-scope"
    other_app.call(tokens, "PATCH", f"/api/v1/accounts/{account.id}", 403, json={"roles": []})
