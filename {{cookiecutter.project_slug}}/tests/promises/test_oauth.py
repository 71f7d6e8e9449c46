"""OAuth: exact redirect URIs, only codes, required states, and enforced scopes."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

import pytest

from app.oauth.scopes import known_scopes
from tests.fixtures.oauth import (
    AUTHORIZE,
    BASE,
    CALLBACK,
    METADATA,
    STATE,
    TOKEN,
    VERIFIER,
    challenge_of,
    told,
)
from tests.fixtures.operations import find_protected

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.database_contents import ReadContents
    from tests.fixtures.oauth import MakeOtherApp, OtherApp

ME: Final = "/api/v1/me"
ISSUER: Final = "https://localhost"
CLAIMS: Final = {"iss", "aud", "sub", "iat", "nbf", "exp", "jti", "type", "fresh", "scope"}

# None of these is the registered one.
MISMATCHES: Final = {
    "another host": "https://evil.example/callback",
    "another host behind": "https://app.example.com.evil.example/callback",
    "another host before": "https://evilapp.example.com/callback",
    "a subdomain": "https://a.app.example.com/callback",
    "a prefix": "https://app.example.com/call",
    "the root": "https://app.example.com/",
    "no path": "https://app.example.com",
    "a suffix": "https://app.example.com/callback2",
    "a slash behind": "https://app.example.com/callback/",
    "a path below": "https://app.example.com/callback/more",
    "a traversal": "https://app.example.com/callback/../evil",
    "a traversal back": "https://app.example.com/evil/../callback",
    "an encoded traversal": "https://app.example.com/callback/%2e%2e/evil",
    "an encoded letter": "https://app.example.com/%63allback",
    "a query": "https://app.example.com/callback?a=b",
    "an empty query": "https://app.example.com/callback?",
    "plain HTTP": "http://app.example.com/callback",
    "another scheme": "javascript:alert(1)//https://app.example.com/callback",
    "no scheme": "//app.example.com/callback",
    "a user": "https://app.example.com@evil.example/callback",
    "a user before": "https://user@app.example.com/callback",
    "a port": "https://app.example.com:8443/callback",
    "the same port": "https://app.example.com:443/callback",
    "a fragment": "https://app.example.com/callback#a",
    "an empty fragment": "https://app.example.com/callback#",
    "capitals": "https://APP.example.com/callback",
    "a capital in the path": "https://app.example.com/Callback",
    "a dot behind the host": "https://app.example.com./callback",
    "a backslash": "https://app.example.com\\@evil.example/callback",
    "a space": "https://app.example.com/callback ",
    "a tab": "https://app.example.com/call\tback",
    "a line": "https://app.example.com/callback\r\nX: y",
    "a NUL": "https://app.example.com/callback\0",
    "quotes": 'https://app.example.com/callback"',
    "another script": "https://app.example.com/callbacκ",
}
RESPONSE_TYPES: Final = (
    "token",
    "id_token token",
    "code token",
    "code id_token",
    "id_token",
    "code code",
    "none",
    'co"de',
)
GRANT_TYPES: Final = (
    "password",
    "client_credentials",
    "implicit",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    'a"b',
)
STATES: Final = (STATE, "a", "a b", "%41", "a+b", "<script>", '"quoted"', "?&=#", "a" * 1000)
WRONG_EXCHANGES: Final = {
    "a wrong verifier": {"code_verifier": VERIFIER[::-1]},
    "no verifier": {"code_verifier": None},
    "the challenge": {"code_verifier": challenge_of(VERIFIER)},
    "a short verifier": {"code_verifier": "short"},
    "another redirect URI": {"redirect_uri": f"{CALLBACK}2"},
    "no redirect URI": {"redirect_uri": None},
    "another code": {"code": "SplxlOBeZQQYbYS6WxSbIA"},
    "an empty code": {"code": ""},
    "no code": {"code": None},
}
WITHOUT_PROOF: Final = {
    "no challenge": {"code_challenge": None, "code_challenge_method": None},
    "no method, which means plain": {"code_challenge_method": None},
    "plain": {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
    "a method without a challenge": {"code_challenge": None},
    "another method": {"code_challenge_method": "S512"},
    "a short challenge": {"code_challenge": "short"},
}


@pytest.mark.checklist("oauth.redirect-uri")
@pytest.mark.parametrize(
    "changes", [{}, {"response_type": "token"}, {"state": None}, {"scope": "no such scope"}]
)
def test_another_redirect_uri_gets_a_page_and_no_redirect(
    public_app: OtherApp, changes: dict[str, str | None]
) -> None:
    for what, uri in MISMATCHES.items():
        page = public_app.ask(400, redirect_uri=uri, **changes)
        assert "Location" not in page.headers, what
        assert page.mimetype == "text/html", what
        assert not re.search("refresh|evil|example|callback", page.text.lower()), what


@pytest.mark.checklist("oauth.redirect-uri")
def test_the_code_goes_to_the_registered_redirect_uri(other_app: OtherApp, account: Person) -> None:
    back = other_app.decide(other_app.log_in(account))
    assert back.headers["Location"].startswith(f"{CALLBACK}?code=")


@pytest.mark.checklist("oauth.redirect-uri")
def test_a_redirect_uri_may_be_left_out_where_there_is_one(
    make_other_app: MakeOtherApp, account: Person
) -> None:
    one = make_other_app()
    code = one.get_code(account, redirect_uri=None)
    assert one.exchange(code, changes={"redirect_uri": None})["access_token"]
    two = make_other_app(redirect_uris=(CALLBACK, f"{CALLBACK}2"))
    for changes in ({"redirect_uri": None}, {"redirect_uri": ""}):
        assert "Location" not in two.ask(400, **changes).headers
    assert two.ask(redirect_uri=f"{CALLBACK}2")


@pytest.mark.checklist("oauth.redirect-uri")
def test_an_unknown_client_gets_a_page_and_no_redirect(other_app: OtherApp) -> None:
    for client_id in (None, "", "x", "'", str(other_app.client_id).upper(), "\N{SNOWMAN}" * 9):
        assert "Location" not in other_app.ask(400, client_id=client_id).headers


@pytest.mark.checklist("oauth.redirect-uri")
@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_two_clients_or_redirect_uris_get_a_page_and_no_redirect(
    other_app: OtherApp, api: Api, name: str
) -> None:
    question = urlencode([*other_app.question().items(), (name, "https://evil.example/")])
    for query in (question, "&".join(reversed(question.split("&")))):
        page = api.get(AUTHORIZE, query_string=query, status=400)
        assert "Location" not in page.headers


@pytest.mark.checklist("oauth.code-only")
def test_only_codes_are_given(public_app: OtherApp) -> None:
    for response_type in (*RESPONSE_TYPES, "", None):
        back = public_app.ask(302, response_type=response_type)
        answer = told(back)
        wanted = "unsupported_response_type" if response_type else "invalid_request"
        assert answer["error"] == wanted, response_type
        assert not {"code", "access_token"} & answer.keys()
        assert not urlsplit(back.headers["Location"]).fragment


@pytest.mark.checklist("oauth.code-only")
def test_no_token_passes_through_the_browser(other_app: OtherApp, account: Person) -> None:
    back = other_app.decide(other_app.log_in(account))
    assert told(back).keys() - {"iss"} == {"code", "state"}
    assert not urlsplit(back.headers["Location"]).fragment
    assert back.headers["Cache-Control"] == "no-store"
    assert back.data == b""


@pytest.mark.checklist("oauth.code-only")
def test_only_codes_and_refresh_tokens_can_be_exchanged(
    other_app: OtherApp, account: Person
) -> None:
    for grant_type in GRANT_TYPES:
        form = {"grant_type": grant_type, "username": account.email, "password": account.password}
        answer = other_app.send(TOKEN, form, 400)
        assert answer.json["error"] == "unsupported_grant_type", grant_type
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.checklist("oauth.code-only")
def test_the_metadata_says_so(api: Api) -> None:
    metadata = api.get(METADATA).json
    assert metadata["issuer"] == ISSUER
    assert metadata["response_types_supported"] == ["code"]
    assert metadata["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["authorization_response_iss_parameter_supported"] is True


@pytest.mark.checklist("oauth.code-only")
def test_a_reused_code_ends_its_session(other_app: OtherApp, account: Person) -> None:
    code = other_app.get_code(account)
    tokens = other_app.exchange(code)
    renewed = other_app.refresh(tokens["refresh_token"])
    other_app.call(renewed, "GET", ME, 200)
    assert other_app.exchange(code, 400)["error"] == "invalid_grant"
    for dead in (tokens, renewed):
        other_app.call(dead, "GET", ME, 401)
    assert other_app.refresh(renewed["refresh_token"], 400)["error"] == "invalid_grant"


@pytest.mark.checklist("oauth.code-only")
@pytest.mark.parametrize("kind", [(), ("--public",)], ids=["confidential", "public"])
def test_a_wrong_exchange_gets_nothing(
    make_other_app: MakeOtherApp, account: Person, kind: tuple[str, ...]
) -> None:
    asking = make_other_app(*kind)
    code = asking.get_code(account)
    for what, changes in WRONG_EXCHANGES.items():
        refused = asking.exchange(code, 400, changes=changes)
        assert refused["error"] in {"invalid_grant", "invalid_request"}, what
    assert asking.exchange(code)["access_token"]


@pytest.mark.checklist("oauth.code-only")
@pytest.mark.parametrize("kind", [(), ("--public",)], ids=["confidential", "public"])
def test_no_code_without_s256(make_other_app: MakeOtherApp, kind: tuple[str, ...]) -> None:
    asking = make_other_app(*kind)
    for what, changes in WITHOUT_PROOF.items():
        answer = told(asking.ask(302, **changes))
        assert (answer["error"], answer["state"]) == ("invalid_request", STATE), what


@pytest.mark.checklist("oauth.code-only")
def test_a_code_is_valid_only_for_its_client(
    other_app: OtherApp, public_app: OtherApp, account: Person
) -> None:
    for asking, thief in ((other_app, public_app), (public_app, other_app)):
        code = asking.get_code(account)
        assert thief.exchange(code, 400)["error"] == "invalid_grant"
        assert asking.exchange(code)["access_token"]


@pytest.mark.checklist("oauth.state")
def test_a_request_without_a_state_is_refused(public_app: OtherApp) -> None:
    for state in (None, "", "\N{SNOWMAN}", "a\nb", "a" * 1001):
        answer = told(public_app.ask(302, state=state))
        assert (answer["error"], answer.get("iss")) == ("invalid_request", ISSUER)
        assert "code" not in answer


@pytest.mark.checklist("oauth.state")
def test_a_state_is_returned_unchanged_with_the_issuer(
    public_app: OtherApp, account: Person
) -> None:
    for state in STATES:
        for decision, wanted in (("allow", "code"), ("deny", "error")):
            answer = told(public_app.decide(public_app.log_in(account, state=state), decision))
            assert (answer["state"], answer.get("iss")) == (state, ISSUER)
            assert wanted in answer
        refused = told(public_app.ask(302, state=state, scope="unknown"))
        assert (refused["state"], refused.get("iss")) == (state, ISSUER)


@pytest.mark.checklist("oauth.state")
def test_a_state_that_is_given_twice_is_refused(other_app: OtherApp, api: Api) -> None:
    query = urlencode([*other_app.question().items(), ("state", "another")])
    page = api.get(AUTHORIZE, query_string=query, base_url=BASE, status=400)
    assert "Location" not in page.headers


@pytest.mark.checklist("oauth.scope")
def test_without_a_scope_a_request_gets_the_default(other_app: OtherApp, account: Person) -> None:
    for scope in (None, ""):
        assert other_app.grant(account, scope=scope)["scope"] == "profile:read"
    both = "profile:write profile:read"
    assert other_app.grant(account, scope=both)["scope"] == both


@pytest.mark.checklist("oauth.scope")
def test_a_scope_outside_the_clients_is_refused_and_not_reduced(
    make_other_app: MakeOtherApp, app: Flask
) -> None:
    narrow = make_other_app("--public", scopes=("profile:read",))
    with app.app_context():
        assert "profile:write" in known_scopes()
    for scope in ("unknown", "profile:write", "*", "me", "profile:", "PROFILE:READ"):
        for asked in (scope, f"profile:read {scope}", f"{scope} profile:read"):
            answer = told(narrow.ask(302, scope=asked))
            assert (answer["error"], answer["state"]) == ("invalid_scope", STATE), asked


@pytest.mark.checklist("oauth.scope")
def test_a_token_without_the_scope_is_refused_with_its_name(
    other_app: OtherApp, account: Person
) -> None:
    reading = other_app.grant(account)
    other_app.call(reading, "GET", ME, 200)
    answer = other_app.call(reading, "PATCH", ME, 403, json={"displayName": "changed"})
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer error="insufficient_scope", scope="profile:write"'
    )
    assert answer.json["type"] == "/problems/insufficient-scope"
    writing = other_app.grant(account, scope="profile:write")
    other_app.call(writing, "PATCH", ME, 200, json={"displayName": "changed"})
    other_app.call(writing, "GET", ME, 403)


@pytest.mark.checklist("oauth.scope")
def test_operations_without_a_scope_are_closed_to_other_apps(
    other_app: OtherApp, account: Person, read_contents: ReadContents
) -> None:
    asking = other_app.grant(account, scope="profile:read profile:write")
    closed = [route for route in find_protected() if not route.contract.scopes]
    assert {f"{ME}/password", "/api/v1/auth/logout"} <= {route.path for route in closed}
    before = read_contents()
    for route in closed:
        wanted = 401 if route.path == "/api/v1/auth/refresh" else 403
        other_app.call(asking, route.method, route.path, wanted)
    assert read_contents() == before
    other_app.call(asking, "DELETE", ME, 403)


@pytest.mark.checklist("jwt.payload")
def test_the_payload_of_another_apps_token_says_its_scope_and_nothing_more(
    public_app: OtherApp, account: Person
) -> None:
    tokens = public_app.grant(account)
    for name in ("access_token", "refresh_token"):
        claims = json.loads(urlsafe_b64decode(tokens[name].split(".")[1] + "=="))
        assert claims.keys() == CLAIMS
        assert claims["scope"] == "profile:read"
        assert account.email not in str(claims)


@pytest.mark.checklist("oauth.scope")
def test_a_refresh_may_narrow_and_never_widen_the_scope(
    other_app: OtherApp, account: Person
) -> None:
    both = "profile:read profile:write"
    tokens = other_app.grant(account, scope=both)
    narrowed = other_app.refresh(tokens["refresh_token"], scope="profile:read")
    assert narrowed["scope"] == "profile:read"
    other_app.call(narrowed, "PATCH", ME, 403, json={"displayName": "changed"})
    # RFC 6749 section 6: the grant itself is as wide as before.
    whole = other_app.refresh(narrowed["refresh_token"])
    assert set(whole["scope"].split()) == set(both.split())
    reading = other_app.grant(account)
    for wider in (both, "profile:write", "unknown"):
        refused = other_app.refresh(reading["refresh_token"], 400, scope=wider)
        assert refused["error"] == "invalid_scope"
    other_app.refresh(reading["refresh_token"])
