"""The accounts of others: who finds them, and who changes what of them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.fixtures.accounts import PASSWORD

ACCOUNTS = "/api/v1/accounts"
ME = "/api/v1/me"
LOG_IN = "/api/v1/auth/login"


@pytest.fixture
def make_admin(run):
    """Return a function that gives an account the role of an admin, as an operator does."""

    def make_admin(account):
        assert run("grant", "admin", f"--id={account.id}").exit_code == 0
        return account

    return make_admin


@pytest.fixture
def run(app):
    """Return a function that runs a command of `flask accounts`."""
    return lambda *arguments: app.test_cli_runner().invoke(args=["accounts", *arguments])


@pytest.fixture
def staff(make_account):
    """Return somebody of the staff."""
    return make_account(roles=["staff"], display_name="Staff")


@pytest.fixture
def admin(make_account, make_admin):
    """Return an admin."""
    return make_admin(make_account(display_name="Admin"))


def path_of(account) -> str:
    return f"{ACCOUNTS}/{account.id}"


def ids_in(answer) -> list[str]:
    return [item["id"] for item in answer.json["items"]]


def test_staff_see_an_account(api, staff, account):
    shown = api.get(path_of(account), staff).json
    assert shown.keys() == {
        *("id", "email", "displayName", "createdAt", "updatedAt", "roles", "isSuspended"),
        #: if cookiecutter.mail
        "isConfirmed",
        #: endif
    }
    assert (shown["id"], shown["email"]) == (str(account.id), account.email)
    assert (shown["roles"], shown["isSuspended"]) == (["member"], False)


def test_roles_are_shown_in_their_order_and_those_of_a_newer_release_are_not(
    api, staff, make_account
):
    account = make_account(roles=["admin", "of-tomorrow", "staff", "member"])
    assert api.get(path_of(account), staff).json["roles"] == ["member", "staff", "admin"]


def test_accounts_are_listed_a_page_at_a_time_the_newest_first(api, staff, make_account):
    made = [str(staff.id), *(str(make_account().id) for _ in range(4))]
    query, found = {"limit": 2}, []
    while True:
        answer = api.get(ACCOUNTS, staff, query_string=query)
        found += ids_in(answer)
        if answer.json["nextCursor"] is None:
            break
        query["cursor"] = answer.json["nextCursor"]
    assert found == made[::-1]
    assert ids_in(api.get(ACCOUNTS, staff, query_string={"sort": "createdAt"})) == made


def test_accounts_are_found_by_their_state(api, staff, account, stranger):
    api.patch(path_of(stranger), staff, json={"isSuspended": True})
    answer = api.get(ACCOUNTS, staff, query_string={"state": "suspended"})
    assert ids_in(answer) == [str(stranger.id)]
    answer = api.get(ACCOUNTS, staff, query_string={"state": "active"})
    assert ids_in(answer) == [str(account.id), str(staff.id)]
    api.patch(path_of(stranger), staff, json={"isSuspended": False})
    assert ids_in(api.get(ACCOUNTS, staff, query_string={"state": "suspended"})) == []


def test_an_account_is_found_by_exactly_its_address(api, staff, account):
    for spelling in (account.email, account.email.upper()):
        answer = api.get(ACCOUNTS, staff, query_string={"email": spelling})
        assert ids_in(answer) == [str(account.id)]
    for other in (account.email[1:], "nobody@example.com"):
        assert ids_in(api.get(ACCOUNTS, staff, query_string={"email": other})) == []
    both = {"email": account.email, "state": "suspended"}
    assert ids_in(api.get(ACCOUNTS, staff, query_string=both)) == []
    api.get(ACCOUNTS, staff, query_string={"email": "no address"}, status=422)


def test_a_cursor_counts_for_the_same_filters_alone(api, staff, account):
    cursor = api.get(ACCOUNTS, staff, query_string={"limit": 1}).json["nextCursor"]
    for other in ({"email": account.email}, {"state": "active"}):
        api.get(ACCOUNTS, staff, query_string={"limit": 1, "cursor": cursor, **other}, status=422)


def test_an_account_that_is_being_deleted_is_not_there(api, staff, account, database):
    leaving = {"$set": {"deletionBeganAt": database.accounts.find_one()["createdAt"]}}
    database.accounts.update_one({"_id": account.id}, leaving)
    assert str(account.id) not in ids_in(api.get(ACCOUNTS, staff))
    api.get(path_of(account), staff, status=404)
    api.patch(path_of(account), staff, json={"isSuspended": True}, status=404)
    api.delete(f"{path_of(account)}/sessions", staff, status=404)


def test_an_account_that_is_not_there_is_not_found(api, admin):
    nobody = f"{ACCOUNTS}/{uuid4()}"
    api.get(nobody, admin, status=404)
    api.patch(nobody, admin, json={"isSuspended": True}, status=404)
    api.patch(nobody, admin, json={"roles": ["admin"]}, status=404)
    api.delete(f"{nobody}/sessions", admin, status=404)


def test_whoever_is_suspended_is_out_at_once_and_for_good(api, staff, account, log_in):
    shown = api.patch(path_of(account), staff, json={"isSuspended": True}).json
    assert shown["isSuspended"] is True
    assert api.get(path_of(account), staff).json == shown
    api.get(ME, account, status=401)
    api.post("/api/v1/auth/refresh", headers=account.refresh_headers, status=401)
    answer = api.post(LOG_IN, json=account.credentials, status=403)
    assert answer.json["type"] == "/problems/account-suspended"
    assert api.patch(path_of(account), staff, json={"isSuspended": False}).json["roles"] == [
        "member"
    ]
    api.get(ME, account, status=401)
    api.post("/api/v1/auth/refresh", headers=account.refresh_headers, status=401)
    api.get(ME, log_in(account))


def test_a_wrong_password_does_not_learn_that_an_account_is_suspended(api, staff, account):
    wrong = {**account.credentials, "password": f"{PASSWORD}!"}
    before = api.post(LOG_IN, json=wrong, status=401)
    api.patch(path_of(account), staff, json={"isSuspended": True})
    after = api.post(LOG_IN, json=wrong, status=401)
    assert after.json["type"] == before.json["type"] == "/problems/wrong-credentials"
    assert after.headers["WWW-Authenticate"] == before.headers["WWW-Authenticate"]


def test_suspending_twice_changes_nothing_more(api, staff, account, database):
    first = api.patch(path_of(account), staff, json={"isSuspended": True}).json
    version = database.accounts.find_one({"_id": account.id})["credentialVersion"]
    assert api.patch(path_of(account), staff, json={"isSuspended": True}).json == first
    assert database.accounts.find_one({"_id": account.id})["credentialVersion"] == version


def test_staff_end_the_sessions_of_an_account(api, staff, account, log_in):
    elsewhere = log_in(account)
    api.delete(f"{path_of(account)}/sessions", staff)
    for person in (account, elsewhere):
        api.get(ME, person, status=401)
    api.get(ME, log_in(account))


@pytest.mark.parametrize("roles", [["staff"], ["staff", "admin"], ["member"], []], ids=str)
def test_admins_give_an_account_exactly_these_roles(api, admin, account, roles):
    shown = api.patch(path_of(account), admin, json={"roles": roles}).json
    assert shown["roles"] == ["member", *(role for role in roles if role != "member")]
    assert api.get(path_of(account), admin).json == shown
    api.get(ACCOUNTS, account, status=200 if "staff" in roles else 403)
    api.patch(path_of(account), admin, json={"roles": []})
    api.get(ACCOUNTS, account, status=403)


def test_a_role_of_a_newer_release_stays(api, admin, make_account, database):
    account = make_account(roles=["of-tomorrow", "staff"])
    assert api.patch(path_of(account), admin, json={"roles": []}).json["roles"] == ["member"]
    assert database.accounts.find_one({"_id": account.id})["roles"] == ["of-tomorrow"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"roles": ["root"]},
        {"roles": "admin"},
        {"roles": [None]},
        {"roles": None},
        {"isSuspended": "yes"},
        {"isSuspended": None},
        {"roles": ["staff"] * 4},
        {"isSuspended": True, "email": "a@example.com"},
    ],
    ids=str,
)
def test_other_bodies_are_refused(api, admin, account, body):
    api.patch(path_of(account), admin, json=body, status=422)


def test_staff_give_no_roles(api, staff, account, database):
    before = database.accounts.find_one({"_id": account.id})
    for body in ({"roles": ["staff"]}, {"roles": []}, {"isSuspended": True, "roles": []}):
        answer = api.patch(path_of(account), staff, json=body, status=403)
        assert answer.json["type"] == "/problems/forbidden"
    api.patch(path_of(staff), staff, json={"roles": ["admin"]}, status=403)
    assert database.accounts.find_one({"_id": account.id}) == before


def test_staff_do_not_touch_an_admin(api, staff, admin, database):
    before = database.accounts.find_one({"_id": admin.id})
    api.get(path_of(admin), staff)
    for is_suspended in (True, False):
        api.patch(path_of(admin), staff, json={"isSuspended": is_suspended}, status=403)
    api.delete(f"{path_of(admin)}/sessions", staff, status=403)
    assert database.accounts.find_one({"_id": admin.id}) == before


def test_an_admin_touches_another_one(api, admin, make_account, make_admin, log_in):
    other = make_admin(make_account())
    api.delete(f"{path_of(other)}/sessions", admin)
    api.get(ME, other, status=401)
    other = log_in(other)
    api.patch(path_of(other), admin, json={"isSuspended": True})
    api.get(ME, other, status=401)
    shown = api.patch(path_of(other), admin, json={"isSuspended": False, "roles": ["staff"]}).json
    assert (shown["roles"], shown["isSuspended"]) == (["member", "staff"], False)


@pytest.mark.parametrize("body", [{"isSuspended": True}, {"isSuspended": False}, {"roles": []}])
def test_nobody_changes_their_own_account(api, admin, make_account, make_admin, body):
    make_admin(make_account())
    answer = api.patch(path_of(admin), admin, json=body, status=403)
    assert answer.json["type"] == "/problems/own-account"
    api.get(ACCOUNTS, admin)


def test_the_last_admin_stays_one_whoever_asks(api, admin, make_account, run, database):
    # Its role was given past the commands: it cannot stand in for the one who is listed.
    unlisted = make_account(roles=["admin"])
    before = database.accounts.find_one({"_id": admin.id})
    for body in ({"roles": []}, {"isSuspended": True}, {"roles": ["staff"], "isSuspended": True}):
        answer = api.patch(path_of(admin), unlisted, json=body, status=409)
        assert answer.json["type"] == "/problems/last-admin"
    assert database.accounts.find_one({"_id": admin.id}) == before
    assert run("grant", "admin", f"--id={unlisted.id}").exit_code == 0
    api.patch(path_of(admin), unlisted, json={"roles": []})


def test_whoever_is_restored_as_an_admin_counts_as_one_again(
    api, admin, make_account, make_admin, log_in
):
    other = make_admin(make_account())
    api.patch(path_of(other), admin, json={"isSuspended": True})
    api.patch(path_of(other), admin, json={"isSuspended": False})
    other = log_in(other)
    api.patch(path_of(admin), other, json={"roles": []})
    api.get(ACCOUNTS, admin, status=403)


def test_the_last_admin_may_delete_their_own_account(api, admin, run, account):
    api.delete(ME, admin)
    assert run("grant", "admin", f"--id={account.id}").exit_code == 0
    # Whoever is gone stands in for nobody.
    assert run("revoke", "admin", f"--id={account.id}").exit_code == 1
