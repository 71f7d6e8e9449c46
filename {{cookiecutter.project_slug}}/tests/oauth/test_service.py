"""Owners see what they have granted to other apps, and take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest

from tests.fixtures.oauth import CONSENT, ticket_of

if TYPE_CHECKING:
    from pymongo.database import Database

    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.oauth import OtherApp

GRANTS: Final = "/api/v1/me/grants"
SESSIONS: Final = "/api/v1/me/sessions"
ME: Final = "/api/v1/me"


def list_grants(api: Api, person: Person) -> list[dict[str, Any]]:
    """Return the grants of somebody, as they see them."""
    items: list[dict[str, Any]] = api.get(GRANTS, person).json["items"]
    return items


def test_owners_see_their_grants_and_no_session_among_them(
    api: Api, other_app: OtherApp, account: Person, stranger: Person
) -> None:
    tokens = other_app.grant(account, scope="profile:read profile:write")
    (grant,) = list_grants(api, account)
    assert set(grant) == {"id", "createdAt", "lastUsedAt", "clientId", "clientName", "scopes"}
    assert (grant["clientId"], grant["clientName"]) == (other_app.client_id, "종이 메모")
    assert grant["scopes"] == ["profile:read", "profile:write"]
    assert grant["lastUsedAt"] == grant["createdAt"]
    other_app.refresh(tokens["refresh_token"], scope="profile:read")
    (after,) = list_grants(api, account)
    assert after["lastUsedAt"] > grant["lastUsedAt"]
    # A narrower scope is the access token's alone.
    assert {**after, "lastUsedAt": ""} == {**grant, "lastUsedAt": ""}
    assert [each["isCurrent"] for each in api.get(SESSIONS, account).json["items"]] == [True]
    assert list_grants(api, stranger) == []


def test_a_grant_to_an_app_that_was_removed_meanwhile_has_no_name(
    api: Api, other_app: OtherApp, account: Person, database: Database[dict[str, Any]]
) -> None:
    other_app.grant(account)
    database["oauth_clients"].delete_many({})
    (grant,) = list_grants(api, account)
    assert (grant["clientId"], grant["clientName"]) == (other_app.client_id, None)


@pytest.mark.checklist("jwt.ttl")
def test_one_grant_is_ended_at_once(api: Api, other_app: OtherApp, account: Person) -> None:
    ended, kept = other_app.grant(account), other_app.grant(account)
    first, second = list_grants(api, account)
    assert api.delete(f"{GRANTS}/{first['id']}", account).data == b""
    other_app.call(ended, "GET", ME, 401)
    assert other_app.refresh(ended["refresh_token"], 400)["error"] == "invalid_grant"
    other_app.call(kept, "GET", ME, 200)
    assert list_grants(api, account) == [second]
    api.delete(f"{GRANTS}/{first['id']}", account, status=404)


@pytest.mark.checklist("proc.me")
def test_what_is_no_grant_of_the_caller_is_not_found(
    api: Api, other_app: OtherApp, account: Person, stranger: Person
) -> None:
    tokens = other_app.grant(stranger)
    ((theirs,), (session,)) = (
        list_grants(api, stranger),
        api.get(SESSIONS, account).json["items"],
    )
    for name in (theirs["id"], session["id"], uuid4()):
        api.delete(f"{GRANTS}/{name}", account, status=404)
    # Nor is a grant one of the sessions.
    api.delete(f"{SESSIONS}/{theirs['id']}", stranger, status=404)
    other_app.call(tokens, "GET", ME, 200)
    api.get(ME, account)


@pytest.mark.checklist("jwt.ttl")
def test_all_grants_are_ended_with_what_was_consented_to(
    api: Api, other_app: OtherApp, public_app: OtherApp, account: Person, stranger: Person
) -> None:
    ended = [each.grant(account) for each in (other_app, public_app)]
    theirs, code = other_app.grant(stranger), other_app.get_code(account)
    consent = public_app.log_in(account)
    api.delete(GRANTS, account)
    for app, tokens in zip((other_app, public_app), ended, strict=True):
        app.call(tokens, "GET", ME, 401)
        assert app.refresh(tokens["refresh_token"], 400)["error"] == "invalid_grant"
    assert other_app.exchange(code, 400)["error"] == "invalid_grant"
    public_app.post(CONSENT, {"ticket": ticket_of(consent), "decision": "allow"}, 400)
    other_app.call(theirs, "GET", ME, 200)
    assert list_grants(api, account) == []
    api.get(ME, account)


def test_ending_other_sessions_leaves_grants_and_ends_consent(
    api: Api, other_app: OtherApp, account: Person
) -> None:
    tokens, code = other_app.grant(account), other_app.get_code(account)
    api.delete(SESSIONS, account)
    other_app.call(tokens, "GET", ME, 200)
    assert other_app.exchange(code, 400)["error"] == "invalid_grant"


def test_other_apps_see_and_end_neither(api: Api, other_app: OtherApp, account: Person) -> None:
    tokens = other_app.grant(account)
    (grant,) = list_grants(api, account)
    for path in (GRANTS, SESSIONS):
        other_app.call(tokens, "GET", path, 403)
        other_app.call(tokens, "DELETE", path, 403)
    other_app.call(tokens, "DELETE", f"{GRANTS}/{grant['id']}", 403)
    other_app.call(tokens, "GET", ME, 200)
