"""The OAuth endpoints beside what tests/promises proves of them."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import jwt
import pytest
from authlib.oauth2 import rfc8414, rfc9207

from app.accounts.models import Account
#: if cookiecutter.mail
from tests.fixtures.accounts import PASSWORD
#: endif
from tests.fixtures.api import Api
from tests.fixtures.oauth import (
    AUTHORIZE,
    #: if cookiecutter.mail
    BASE,
    #: endif
    CALLBACK,
    CONSENT,
    LOGIN,
    METADATA,
    REVOKE,
    TOKEN,
    VERIFIER,
    ticket_of,
    told,
)
#: if cookiecutter.mail
from tests.fixtures.sign_ups import SIGN_UP
#: endif

if TYPE_CHECKING:
    from flask import Flask
    from pymongo.database import Database

    from tests.fixtures.accounts import LogIn, MakeAccount, Person
    from tests.fixtures.application import MakeApp
    from tests.fixtures.oauth import MakeOtherApp, OtherApp

ME: Final = "/api/v1/me"
REFRESH: Final = "/api/v1/auth/refresh"
METHODS: Final = {
    AUTHORIZE: "GET",
    LOGIN: "POST",
    CONSENT: "POST",
    TOKEN: "POST",
    REVOKE: "POST",
    METADATA: "GET",
}
PAGES: Final = (AUTHORIZE, LOGIN, CONSENT)
HTML: Final = "text/html, */*;q=0.8"


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{name}:{secret}".encode()).decode()}


@pytest.mark.parametrize("path", METHODS)
def test_each_endpoint_has_its_method_and_its_media_type(api: Api, path: str) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {METHODS[path]}:
        answer = api.call(method, path, status=405)
        assert answer.headers["Allow"] == METHODS[path]
    assert api.call("OPTIONS", path, status=204).headers["Allow"] == METHODS[path]
    kind = "text/html" if path in PAGES else "application/json"
    api.call(METHODS[path], path, status=406, headers={"Accept": f"{kind};q=0, */*"})


@pytest.mark.parametrize("path", [LOGIN, CONSENT, TOKEN, REVOKE])
def test_endpoints_take_only_forms(api: Api, path: str) -> None:
    for content_type in (None, "application/json", "text/plain", "multipart/form-data; boundary=x"):
        answer = api.post(path, data=b"a=b", content_type=content_type, status=415)
        assert answer.headers["Accept"] == "application/x-www-form-urlencoded"
    form = "application/x-www-form-urlencoded"
    api.post(path, data=b"a=b", content_type=f"{form}; charset=utf-16", status=415)
    api.post(path, data=b"a", content_type=form, headers={"Content-Encoding": "gzip"}, status=415)
    for torn in (b"a=%ff", b"a=\xff", b"a=%00", b"&".join([b"a=b"] * 51)):
        api.post(path, data=torn, content_type=form, status=400)
    statuses = {path: 401 if path == REVOKE else 400}
    api.post(path, data=b"a=b", content_type=f"{form}; charset=UTF-8", status=statuses[path])


def test_a_browser_is_shown_the_pages(public_app: OtherApp) -> None:
    public_app.api.client.environ_base["HTTP_ACCEPT"] = HTML
    assert public_app.ask().content_type == "text/html; charset=utf-8"


def test_only_the_person_in_the_browser_decides(public_app: OtherApp, account: Person) -> None:
    denied = told(public_app.decide(public_app.log_in(account), "deny"))
    assert denied["error"] == "access_denied"
    assert "code" not in denied


def test_the_metadata_is_as_its_standard_wants_it(api: Api) -> None:
    answer = api.get(METADATA)
    metadata = rfc8414.AuthorizationServerMetadata(answer.json)
    metadata.validate(metadata_classes=[rfc9207.AuthorizationServerMetadata])
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert {"profile:read", "profile:write"} <= {*answer.json["scopes_supported"]}
    for name in ("authorization", "token", "revocation"):
        address = answer.json[f"{name}_endpoint"]
        assert address.startswith("https://localhost/oauth/")
        assert api.client.open(address.removeprefix("https://localhost")).status_code != 404


def test_the_issuer_is_the_setting(
    make_app: MakeApp, make_other_app: MakeOtherApp, account: Person
) -> None:
    app = make_app(OAUTH_ISSUER="http://localhost:5000")
    asking = make_other_app("--public", app=app)
    answer = told(asking.decide(asking.log_in(account)))
    assert answer["iss"] == "http://localhost:5000"
    # Without TLS no browser would keep a cookie that wants it.
    cookie = asking.ask().headers["Set-Cookie"]
    assert cookie.startswith("oauth=")
    assert "Secure" not in cookie


@pytest.mark.parametrize("way", ["basic", "form"])
def test_a_confidential_client_shows_its_secret(
    other_app: OtherApp, account: Person, way: str
) -> None:
    def request(secret: str) -> dict[str, Any]:
        if way == "basic":
            return {"headers": basic(other_app.client_id, secret)}
        return {"changes": {"client_id": other_app.client_id, "client_secret": secret}}

    code = other_app.get_code(account)
    for secret in ("wrong", f"{other_app.secret}a", "", "\N{SNOWMAN}"):
        assert other_app.exchange(code, 401, **request(secret))["error"] == "invalid_client"
    assert other_app.exchange(code, **request(str(other_app.secret)))["token_type"] == "Bearer"


def test_an_unknown_client_is_told_how_to_authenticate(other_app: OtherApp) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    for headers, more in (
        (basic("x", "y"), {}),
        (basic(other_app.client_id, "y"), {}),
        ({"Authorization": "Basic"}, {}),
        ({"Authorization": "Basic ////"}, {}),
        ({"Authorization": "Basic gICA"}, {}),
        ({"Authorization": "Bearer x"}, {}),
        ({}, {}),
        ({}, {"client_id": other_app.client_id}),
        ({}, {"client_id": "x"}),
        ({}, {"client_id": "x", "client_secret": "y"}),
    ):
        answer = other_app.send(TOKEN, form | more, 401, headers=headers)
        assert answer.json["error"] == "invalid_client"
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="oauth"'
        assert other_app.send(REVOKE, {"token": "x"} | more, 401, headers=headers)


def test_a_client_authenticates_in_one_way(other_app: OtherApp) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_secret": other_app.secret}
    headers = basic(other_app.client_id, str(other_app.secret))
    assert other_app.send(TOKEN, form, 400, headers=headers).json["error"] == "invalid_request"


def test_a_secret_in_the_url_is_ignored(other_app: OtherApp) -> None:
    query = {"client_id": other_app.client_id, "client_secret": other_app.secret}
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    other_app.send(TOKEN, form, 401, headers={}, query_string=query)


def test_a_parameter_that_comes_twice_is_refused(other_app: OtherApp, account: Person) -> None:
    code = other_app.get_code(account)
    changes = {"code": [code, code]}
    assert other_app.exchange("", 400, changes=changes)["error"] == "invalid_request"
    form = {"token": ["a", "b"]}
    assert other_app.send(REVOKE, form, 400).json["error"] == "invalid_request"
    assert other_app.send(TOKEN, {"a": "b"}, 400).json["error"] == "invalid_request"
    # What is unknown is passed over (RFC 6749 section 3.2).
    assert other_app.exchange(code, changes={"unknown": "a"})["access_token"]


def test_refreshing_rotates_and_a_second_use_ends_the_grant(
    other_app: OtherApp, account: Person
) -> None:
    first = other_app.grant(account)
    second = other_app.refresh(first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    other_app.call(second, "GET", ME, 200)
    assert other_app.refresh(first["refresh_token"], 400)["error"] == "invalid_grant"
    other_app.call(second, "GET", ME, 401)
    assert other_app.refresh(second["refresh_token"], 400)["error"] == "invalid_grant"


def test_a_refresh_token_is_valid_only_for_its_client(
    other_app: OtherApp, public_app: OtherApp, account: Person
) -> None:
    tokens = other_app.grant(account)
    assert public_app.refresh(tokens["refresh_token"], 400)["error"] == "invalid_grant"
    assert other_app.refresh(tokens["refresh_token"])["access_token"]
    for other in (tokens["access_token"], "x", ""):
        assert "error" in other_app.refresh(other, 400)


def test_tokens_of_log_ins_and_of_grants_are_refreshed_at_different_endpoints(
    api: Api, other_app: OtherApp, account: Person
) -> None:
    tokens = other_app.grant(account)
    headers = {"Authorization": f"Bearer {tokens['refresh_token']}"}
    api.post(REFRESH, headers=headers, status=401)
    assert other_app.refresh(account.refresh_token, 400)["error"] == "invalid_grant"
    # Neither was used up at the other's door.
    assert other_app.refresh(tokens["refresh_token"])["access_token"]
    api.post(REFRESH, headers=account.refresh_headers, status=200)


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "unknown"])
def test_revoking_a_token_ends_its_grant_and_no_other(
    public_app: OtherApp, account: Person, name: str, hint: str | None
) -> None:
    ended, other = public_app.grant(account), public_app.grant(account)
    form = {"token": ended[name]} | ({"token_type_hint": hint} if hint else {})
    for _ in range(2):
        answer = public_app.send(REVOKE, form)
        assert answer.data == b""
        assert answer.headers["Cache-Control"] == "no-store"
    public_app.call(ended, "GET", ME, 401)
    assert public_app.refresh(ended["refresh_token"], 400)["error"] == "invalid_grant"
    public_app.call(other, "GET", ME, 200)
    public_app.api.get(ME, account)


def test_a_token_is_revoked_by_its_client_alone(
    other_app: OtherApp, public_app: OtherApp, account: Person
) -> None:
    tokens = other_app.grant(account)
    refused = public_app.send(REVOKE, {"token": tokens["access_token"]}, 400)
    assert refused.json["error"] == "invalid_grant"
    other_app.call(tokens, "GET", ME, 200)
    # A log-in is no client's, and an unknown token is over already.
    for token in (account.access_token, account.refresh_token, "x"):
        other_app.send(REVOKE, {"token": token})
    other_app.api.get(ME, account)
    assert other_app.send(REVOKE, {"a": "b"}, 400).json["error"] == "invalid_request"


def test_what_ends_sessions_ends_grants(app: Flask, public_app: OtherApp, account: Person) -> None:
    tokens = public_app.grant(account)
    code = public_app.get_code(account)
    page = public_app.log_in(account)
    change = {"currentPassword": account.password, "newPassword": "a new one, and long"}
    public_app.api.put("/api/v1/me/password", account, json=change)
    public_app.call(tokens, "GET", ME, 401)
    assert public_app.refresh(tokens["refresh_token"], 400)["error"] == "invalid_grant"
    assert public_app.exchange(code, 400)["error"] == "invalid_grant"
    public_app.post(CONSENT, {"ticket": ticket_of(page), "decision": "allow"}, 400)
    with app.app_context():
        (left,) = Account.objects.first().sessions
        assert left.client_id is None


def test_an_account_that_is_deleted_grants_nothing(public_app: OtherApp, account: Person) -> None:
    code, page = public_app.get_code(account), public_app.log_in(account)
    public_app.api.delete(ME, account)
    assert public_app.exchange(code, 400)["error"] == "invalid_grant"
    public_app.post(CONSENT, {"ticket": ticket_of(page), "decision": "allow"}, 400)


def test_grants_and_log_ins_do_not_push_each_other_out(
    make_app: MakeApp, make_other_app: MakeOtherApp, make_account: MakeAccount, log_in: LogIn
) -> None:
    app = make_app(SESSION_LIMIT=2, OAUTH_GRANT_LIMIT=2)
    account = make_account(app=app)
    other_app = make_other_app("--public", app=app)
    first, second, third = (other_app.grant(account) for _ in range(3))
    other_app.call(first, "GET", ME, 401)
    other_app.call(second, "GET", ME, 200)
    other_app.api.get(ME, account)
    phone, tablet = (log_in(account, app=app) for _ in range(2))
    other_app.api.get(ME, account, status=401)
    for person in (phone, tablet):
        other_app.api.get(ME, person)
    other_app.call(third, "GET", ME, 200)


def test_a_grant_ends_however_often_it_is_refreshed(
    app: Flask, public_app: OtherApp, account: Person, database: Database[dict[str, Any]]
) -> None:
    tokens = public_app.grant(account)
    month = timedelta(seconds=app.extensions["settings"].SESSION_MAX_SECONDS)
    began = datetime.now(UTC) - month + timedelta(minutes=1)
    database.accounts.update_one({}, {"$set": {"sessions.1.createdAt": began}})
    tokens = public_app.refresh(tokens["refresh_token"])
    assert 0 < tokens["expires_in"] <= 60
    payload = jwt.decode(tokens["refresh_token"], options={"verify_signature": False})
    ends = datetime.fromtimestamp(payload["exp"], UTC)
    assert ends <= began + month
    database.accounts.update_one({}, {"$set": {"sessions.1.createdAt": began - month}})
    public_app.call(tokens, "GET", ME, 401)
    assert public_app.refresh(tokens["refresh_token"], 400)["error"] == "invalid_grant"


def test_a_grant_is_stored_with_its_client_and_scope(
    app: Flask, public_app: OtherApp, account: Person
) -> None:
    public_app.grant(account)
    with app.app_context():
        own, granted = Account.objects.first().sessions
    assert (own.client_id, own.scope) == (None, None)
    assert (str(granted.client_id), granted.scope) == (public_app.client_id, "profile:read")


#: if cookiecutter.cors
def test_no_other_origin_can_read_pages(make_app: MakeApp, make_other_app: MakeOtherApp) -> None:
    asking = make_other_app("--public", app=make_app(CORS_ORIGINS=("https://pages.example",)))
    origin = {"Origin": "https://pages.example"}
    page = asking.api.get(AUTHORIZE, query_string=asking.question(), headers=origin)
    assert "Access-Control-Allow-Origin" not in page.headers
    tokens = asking.api.post(TOKEN, data={"a": "b"}, headers=origin, status=400)
    assert tokens.headers["Access-Control-Allow-Origin"] == "https://pages.example"


#: endif
#: if cookiecutter.throttling
def test_pages_and_tokens_have_limits(make_app: MakeApp, make_other_app: MakeOtherApp) -> None:
    asking = make_other_app("--public", app=make_app(RATELIMIT_AUTH="1 per hour"))
    asking.post(LOGIN, {"ticket": ""}, 400)
    asking.post(LOGIN, {"ticket": ""}, 429)


#: endif
def test_a_loopback_app_gets_its_code(make_other_app: MakeOtherApp, account: Person) -> None:
    here = make_other_app("--public", redirect_uris=("http://127.0.0.1:5173/cb?a=b", CALLBACK))
    back = here.decide(here.log_in(account))
    assert back.headers["Location"].startswith("http://127.0.0.1:5173/cb?a=b&code=")
    assert told(back)["a"] == "b"
    assert VERIFIER not in back.headers["Location"]


def test_pages_and_metadata_are_right_under_a_path(make_app: MakeApp) -> None:
    api = Api(make_app(SCRIPT_NAME="/shop"))
    metadata = api.get(f"/shop{METADATA}").json
    issuer = metadata["issuer"]
    assert metadata["authorization_endpoint"] == f"{issuer}/shop{AUTHORIZE}"
    assert metadata["token_endpoint"] == f"{issuer}/shop{TOKEN}"
    assert metadata["revocation_endpoint"] == f"{issuer}/shop{REVOKE}"


def test_forms_are_sent_under_the_path_of_the_page(
    make_app: MakeApp, make_other_app: MakeOtherApp, account: Person
) -> None:
    other = make_other_app("--public", app=make_app(SCRIPT_NAME="/shop"))
    login = other.ask()
    consent = other.log_in(account, login)
    for page, path in ((login, LOGIN), (consent, CONSENT)):
        assert f'action="/shop{path}"' in page.text
#: if cookiecutter.mail


def test_an_account_that_nobody_confirmed_lets_no_app_in(public_app: OtherApp) -> None:
    body = {"email": "a@example.com", "password": PASSWORD, "displayName": "A"}
    public_app.api.post(SIGN_UP, json=body, base_url=BASE, status=202)
    form = {"email": body["email"], "ticket": ticket_of(public_app.ask())}
    page = public_app.post(LOGIN, {**form, "password": PASSWORD}, 403)
    assert "The address is not confirmed yet." in page.text
    wrong = public_app.post(LOGIN, {**form, "password": f"{PASSWORD} not"}, 401)
    assert "is wrong." in wrong.text
#: endif
