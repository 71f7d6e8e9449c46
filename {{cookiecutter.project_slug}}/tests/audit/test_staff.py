"""What staff and operators do to others is recorded as theirs, with the roles that it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.api import Api
    from tests.fixtures.audit import ReadEvents


@pytest.fixture
def admin(make_account: MakeAccount) -> Person:
    """Return somebody who may do this to others."""
    return make_account(roles=["admin"])


def recorded(read_events: ReadEvents) -> list[tuple[str, str, Any, Any]]:
    """Return what was done by whom to whom, and the roles it gave."""
    return [
        (each["what"], each["actor"], each["account"], each.get("roles")) for each in read_events()
    ]


def test_roles_and_states_that_an_admin_changes_are_recorded(
    api: Api, admin: Person, account: Person, read_events: ReadEvents
) -> None:
    one = f"/api/v1/accounts/{account.id}"
    by = str(admin.id)
    api.patch(one, admin, json={"roles": ["member", "staff"]}, status=200)
    # Nothing changes, and nothing is recorded.
    api.patch(one, admin, json={"roles": ["member", "staff"]}, status=200)
    api.patch(one, admin, json={"isSuspended": True}, status=200)
    api.patch(one, admin, json={"isSuspended": False}, status=200)
    assert recorded(read_events) == [
        ("roles-changed", by, account.id, ["staff"]),
        ("account-suspended", by, account.id, None),
        ("account-restored", by, account.id, None),
    ]


def test_sessions_that_an_admin_ends_are_recorded(
    api: Api, admin: Person, account: Person, read_events: ReadEvents
) -> None:
    api.delete(f"/api/v1/accounts/{account.id}/sessions", admin, status=204)
    assert recorded(read_events) == [("session-ended", str(admin.id), account.id, None)]


def test_what_commands_do_is_recorded_as_the_operators(
    app: Flask, account: Person, read_events: ReadEvents
) -> None:
    for words in (("grant", "staff"), ("suspend",), ("unsuspend",)):
        arguments = ["accounts", *words, "--id", str(account.id)]
        assert app.test_cli_runner().invoke(args=arguments).exit_code == 0
    assert recorded(read_events) == [
        ("roles-changed", "operator", account.id, ["staff"]),
        ("account-suspended", "operator", account.id, None),
        ("account-restored", "operator", account.id, None),
    ]
