"""Roles: stored in the account, read with it, and held against what an operation asks for."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask.views import MethodView

from app.accounts.roles import Role, roles_of
from app.accounts.schemas import ChangeAccount
from app.decorators import accepts, requires, returns
from app.health import HealthOut
from tests.fixtures.api import Api

ANSWER = {"status": "open", "release": ""}


class Guarded(MethodView):
    """Operations for roles."""

    @requires(Role.STAFF)
    @returns(HealthOut)
    def get(self):
        """Answer staff."""
        return ANSWER

    @requires(Role.ADMIN)
    @accepts(ChangeAccount)
    @returns(HealthOut)
    def put(self, body):
        """Answer admins."""
        del body
        return ANSWER

    @requires(Role.MEMBER)
    @returns(HealthOut)
    def delete(self):
        """Answer whoever has an account."""
        return ANSWER


@pytest.fixture
def guarded(make_app) -> Api:
    """Return a client of an app with operations for roles."""
    app = make_app()
    app.add_url_rule("/guarded", view_func=Guarded.as_view("guarded"))
    return Api(app)


@pytest.mark.parametrize(
    ("stored", "roles"),
    [
        (None, {Role.MEMBER}),
        ([], {Role.MEMBER}),
        (["member"], {Role.MEMBER}),
        (["staff"], {Role.MEMBER, Role.STAFF}),
        (["admin"], {Role.MEMBER, Role.STAFF, Role.ADMIN}),
        (["unknown", "ADMIN", ""], {Role.MEMBER}),
    ],
    ids=["none stored", "none", "member", "staff", "admin", "unknown"],
)
def test_roles_of_an_account(stored, roles):
    assert roles_of(stored) == roles


@pytest.mark.parametrize(
    ("roles", "statuses"),
    [
        ([], (403, 403, 200)),
        (["staff"], (200, 403, 200)),
        (["admin"], (200, 200, 200)),
        (["staff", "admin"], (200, 200, 200)),
        (["root"], (403, 403, 200)),
    ],
    ids=str,
)
def test_an_operation_serves_those_who_have_its_role(guarded, make_account, roles, statuses):
    caller = make_account(roles=roles)
    for_staff, for_admins, for_all = statuses
    guarded.get("/guarded", caller, status=for_staff)
    guarded.put("/guarded", caller, json={"displayName": "x"}, status=for_admins)
    guarded.delete("/guarded", caller, status=for_all)


def test_an_account_from_before_there_were_roles_is_a_members(guarded, account, database):
    database.accounts.update_one({"_id": account.id}, {"$unset": {"roles": True}})
    guarded.get("/guarded", account, status=403)
    guarded.delete("/guarded", account, status=200)


def test_who_is_calling_is_asked_before_which_role_they_have(guarded):
    guarded.get("/guarded", status=401)


def test_a_role_is_read_with_the_account_and_not_once_more(guarded, make_account, listen):
    caller = make_account(roles=["staff"])
    with listen() as commands:
        guarded.get("/guarded", caller)
    assert [command.name for command in commands if command.collection == "accounts"] == ["find"]


def test_a_role_counts_from_the_next_request_on(guarded, account, database):
    guarded.get("/guarded", account, status=403)
    for roles, status in ((["staff"], 200), ([], 403)):
        database.accounts.update_one({"_id": account.id}, {"$set": {"roles": roles}})
        guarded.get("/guarded", account, status=status)


def test_a_role_that_is_taken_away_while_the_body_comes_is_gone(guarded, make_account, database):
    caller = make_account(roles=["admin"])

    class Slow(BytesIO):
        """A body that arrives once the role is gone."""

        def readinto(self, buffer):
            database.accounts.update_one({"_id": caller.id}, {"$set": {"roles": []}})
            return super().readinto(buffer)

    content = b'{"displayName": "x"}'
    guarded.put(
        "/guarded",
        caller,
        input_stream=Slow(content),
        content_length=len(content),
        content_type="application/json",
        status=403,
    )
