"""Processing: what is for a role is closed to everybody else, before anything is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from app.accounts.roles import Role, roles_of
from tests.fixtures.api import Api
from tests.fixtures.operations import each_route

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import MakeAccount
    from tests.fixtures.operations import Route

pytestmark = pytest.mark.checklist("proc.auth-all")

# What is about the accounts of others, in any version.
OF_OTHERS: Final = re.compile(r"/api/v\d+/(accounts|audit-events)(/|$)")
BROKEN: Final = {
    "Accept": "text/nothing",
    "Content-Type": "text/nothing",
    "X-Unknown": "\x7f",
}


def is_for_a_role(route: Route) -> bool:
    """Tell whether not everybody who has an account may call."""
    return route.contract.role is not None


@each_route(lambda route: OF_OTHERS.match(route.rule) is not None)
def test_operations_on_accounts_of_others_ask_for_a_role(operation: Route) -> None:
    assert operation.contract.role in {Role.STAFF, Role.ADMIN}, f"{operation}: add @requires"


@each_route(is_for_a_role)
def test_whoever_lacks_the_role_is_refused_before_anything_is_read(
    unhurried_app: Flask, make_account: MakeAccount, operation: Route
) -> None:
    api = Api(unhurried_app)
    lacking = [role for role in Role if operation.contract.role not in roles_of([role])]
    for roles in ([], ["unknown"], *([role] for role in lacking)):
        caller = make_account(app=unhurried_app, roles=roles)
        answer = api.call(
            operation.method,
            f"{operation.path}?unknown=1",
            caller,
            headers={**BROKEN, **caller.headers},
            data=b"{",
            status=403,
        )
        assert answer.json["type"] == "/problems/forbidden"
