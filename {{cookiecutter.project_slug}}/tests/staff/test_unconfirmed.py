"""An account that nobody has confirmed is nobody's: staff see it, and give it nothing."""

from __future__ import annotations

import pytest

from tests.fixtures.accounts import PASSWORD
from tests.fixtures.sign_ups import SIGN_UP

ACCOUNTS = "/api/v1/accounts"


@pytest.fixture
def unconfirmed(api, database):
    """Return the path of an account that waits, and its id."""
    body = {"email": "new@example.com", "password": PASSWORD, "displayName": "New"}
    api.post(SIGN_UP, json=body, status=202)
    return str(database.accounts.find_one({"unconfirmedUntil": {"$exists": True}})["_id"])


@pytest.fixture
def admin(make_account):
    return make_account(roles=["admin"], display_name="Admin")


def _listed(api, caller, **query):
    return [item["id"] for item in api.get(ACCOUNTS, caller, query_string=query).json["items"]]


def test_it_is_listed_by_its_own_state(api, admin, unconfirmed):
    assert not api.get(f"{ACCOUNTS}/{unconfirmed}", admin).json["isConfirmed"]
    assert api.get(f"{ACCOUNTS}/{admin.id}", admin).json["isConfirmed"]
    assert _listed(api, admin, state="unconfirmed") == [unconfirmed]
    assert _listed(api, admin, state="active") == [str(admin.id)]
    assert _listed(api, admin) == [unconfirmed, str(admin.id)]


@pytest.mark.checklist("auth.standards")
@pytest.mark.parametrize("change", [{"roles": ["admin"]}, {"isSuspended": True}], ids=str)
def test_it_is_given_nothing(api, admin, unconfirmed, database, change):
    answer = api.patch(f"{ACCOUNTS}/{unconfirmed}", admin, json=change, status=409)
    assert answer.json["type"] == "/problems/account-unconfirmed"
    stored = database.accounts.find_one({"unconfirmedUntil": {"$exists": True}})
    assert (stored.get("roles", []), stored.get("isSuspended")) == ([], None)


def test_an_operator_is_told(app, unconfirmed):
    def run(*arguments):
        return app.test_cli_runner().invoke(args=["accounts", *arguments])

    refused = run("grant", "admin", f"--id={unconfirmed}")
    assert refused.exit_code == 1
    assert "flask accounts confirm" in refused.output
    assert f"{unconfirmed}  unconfirmed  member" in run("list").output
    run("confirm", f"--id={unconfirmed}")
    assert run("grant", "admin", f"--id={unconfirmed}").exit_code == 0
