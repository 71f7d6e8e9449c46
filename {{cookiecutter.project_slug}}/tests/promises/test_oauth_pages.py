"""OAuth: a page is for one browser and one request, and cannot be framed or forged."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any, Final

import pytest

from app.oauth import page_tickets
from tests.fixtures.oauth import BASE, CONSENT, LOGIN, OtherApp, ticket_of, told

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.application import MakeApp
    from tests.fixtures.database_contents import ReadContents
    from tests.fixtures.oauth import MakeOtherApp

MANY: Final = 12
COOKIE: Final = "__Host-oauth"
ELSEWHERE: Final = {
    "another origin": {"Origin": "https://evil.example"},
    "a host of ours within": {"Origin": "https://localhost.evil.example"},
    "another port": {"Origin": "https://localhost:8443"},
    "no origin": {"Origin": "null"},
    "another site": {"Sec_Fetch_Site": "cross-site"},
    "a neighbour": {"Sec_Fetch_Site": "same-site"},
}


def pages_of(public_app: OtherApp, account: Person) -> dict[str, TestResponse]:
    """Return each page there is."""
    login = public_app.ask()
    wrong = {"ticket": ticket_of(login), "email": account.email, "password": "wrong"}
    return {
        "login": login,
        "login again": public_app.post(LOGIN, wrong, 401),
        "consent": public_app.log_in(account, login),
        "refusal": public_app.ask(400, client_id="x"),
        "out of date": public_app.post(LOGIN, {"ticket": ""}, 400),
    }


def form_of(page: TestResponse, account: Person) -> tuple[str, dict[str, str]]:
    """Return the address of a page's form, and its fields when filled in correctly."""
    (path,) = re.findall(r'action="([^"]+)"', page.text)
    fields = {"ticket": ticket_of(page), "email": account.email, "password": account.password}
    return path, fields | {"decision": "allow"}


def test_every_page_has_a_policy_of_its_own_and_stays_out_of_frames(
    public_app: OtherApp, account: Person
) -> None:
    for name, page in pages_of(public_app, account).items():
        directives = page.headers["Content-Security-Policy"].split("; ")
        policy = dict(directive.split(" ", 1) for directive in directives)
        assert policy.keys() == {
            "default-src",
            "style-src",
            "base-uri",
            "form-action",
            "frame-ancestors",
        }
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert re.fullmatch(r"'nonce-[\w-]{20,}'", policy["style-src"])
        back = " https://app.example.com" if name == "consent" else ""
        assert policy["form-action"] == f"'self'{back}"
        assert page.headers.getlist("X-Frame-Options") == ["DENY"]
        assert page.headers.getlist("X-Content-Type-Options") == ["nosniff"]
        assert page.headers["Cache-Control"] == "no-store"
        assert "<script" not in page.text.lower()
        assert not re.search(r"\son\w+=|(?:src|href)=", page.text)


def test_every_page_speaks_the_readers_language(public_app: OtherApp, account: Person) -> None:
    for accepted, language in (
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("fr, ko;q=0.5, en;q=0.4", "ko"),
        ("en-US,en;q=0.9,ko;q=0.1", "en"),
        ("fr", "en"),
        ("", "en"),
    ):
        public_app.api.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = accepted
        for name, page in pages_of(public_app, account).items():
            assert f'<html lang="{language}">' in page.text, name
            assert page.headers["Content-Language"] == language
            assert "Accept-Language" in page.headers["Vary"]
            shown = page.text.replace("종이 메모", "")
            assert bool(re.search("[가-힣]", shown)) == (language == "ko"), name


def test_a_page_can_be_used_with_a_screen_reader_and_without_a_mouse(
    public_app: OtherApp, account: Person
) -> None:
    for name, page in pages_of(public_app, account).items():
        assert page.text.count("<h1>") == 1, name
        assert re.search(r"<title>.+</title>", page.text), name
        labels = re.findall(r'<label for="(\w+)">', page.text)
        shown = re.findall(r'<input id="(\w+)"', page.text)
        assert labels == shown, name
    again = pages_of(public_app, account)["login again"].text
    assert re.search(r'<p class="wrong" id="problem" role="alert">', again)
    assert again.count('aria-describedby="problem" aria-invalid="true"') == 2


def test_a_password_is_hidden_and_comes_whole_from_any_password_manager(
    public_app: OtherApp, account: Person
) -> None:
    for name in ("login", "login again"):
        page = pages_of(public_app, account)[name].text
        (email,) = re.findall(r'<input id="email" [^>]+>', page)
        (password,) = re.findall(r'<input id="password" [^>]+>', page)
        assert 'autocomplete="username"' in email
        assert 'type="password" autocomplete="current-password"' in password
        # Browsers count characters in their own way, and would cut what is pasted.
        assert "maxlength" not in password


def test_the_name_of_an_app_is_text(make_other_app: MakeOtherApp, account: Person) -> None:
    named = make_other_app("--public", name='<script>alert("{email}")</script> {0} %s')
    page = named.ask()
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "<script" not in named.log_in(account, page).text


def test_the_consent_page_says_who_wants_what(public_app: OtherApp, account: Person) -> None:
    page = public_app.log_in(account, scope="profile:read profile:write").text
    assert account.email in page
    assert "종이 메모" in page
    assert "app.example.com" in page
    assert "See your e-mail address and display name" in page
    assert "Change your display name" in page
    assert "Change your display name" not in public_app.log_in(account).text


@pytest.mark.parametrize(
    ("seconds", "lasting"),
    [
        (900, {"en": "15 minutes", "ko": "15분"}),
        (7200, {"en": "2 hours", "ko": "2시간"}),
        (2_592_000, {"en": "30 days", "ko": "30일"}),
        # Nothing lasts longer than the page says.
        (172_801, {"en": "3 days", "ko": "3일"}),
    ],
)
def test_the_consent_page_says_how_long(
    make_app: MakeApp, make_other_app: MakeOtherApp, account: Person, seconds: int, lasting: Any
) -> None:
    asking = make_other_app("--public", app=make_app(SESSION_MAX_SECONDS=seconds))
    for language, text in lasting.items():
        asking.api.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        assert f" {text}" in asking.log_in(account).text


def test_asking_and_logging_in_store_no_grant(
    public_app: OtherApp, account: Person, read_contents: ReadContents
) -> None:
    # The account stores the address of its owner's log-in, once.
    public_app.log_in(account)
    before = read_contents()
    page = public_app.log_in(account)
    assert read_contents() == before
    public_app.decide(page, "deny")
    after = read_contents()
    # Only that this page was used.
    assert len(after.pop("oauth_consents")) == 1
    assert after == before


@pytest.mark.checklist("oauth.code-only")
def test_a_consent_page_decides_once(app: Flask, public_app: OtherApp, account: Person) -> None:
    page = public_app.log_in(account)
    form = {"ticket": ticket_of(page), "decision": "allow"}
    cookie = public_app.api.client.get_cookie(COOKIE)
    barrier = Barrier(MANY)

    def press(_: int) -> int:
        client = app.test_client(use_cookies=False)
        headers = {"Cookie": f"{COOKIE}={cookie.value}"}
        barrier.wait()
        answer = client.post(CONSENT, data=form, base_url=BASE, headers=headers)
        return int(answer.status_code)

    with ThreadPoolExecutor(MANY) as pool:
        statuses = [*pool.map(press, range(MANY))]
    assert sorted(statuses) == [303] + [400] * (MANY - 1)
    public_app.post(CONSENT, {**form, "decision": "deny"}, 400)


def test_the_cookie_is_of_this_host_and_says_nothing(public_app: OtherApp, account: Person) -> None:
    cookie = public_app.ask().headers["Set-Cookie"]
    assert re.match(COOKIE + r"=[\w-]{43}; ", cookie)
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"):
        assert f"; {attribute}" in cookie
    assert "Domain" not in cookie
    # A second tab of the same browser has the same.
    assert public_app.ask().headers["Set-Cookie"].split(";")[0] == cookie.split(";")[0]
    assert public_app.log_in(account)


@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=ELSEWHERE.keys())
@pytest.mark.parametrize("step", ["login", "consent"])
def test_a_form_sent_by_another_origin_does_nothing(
    public_app: OtherApp,
    account: Person,
    read_contents: ReadContents,
    headers: dict[str, str],
    step: str,
) -> None:
    page = public_app.ask() if step == "login" else public_app.log_in(account)
    path, form = form_of(page, account)
    before = read_contents()
    refused = public_app.post(path, form, 400, **headers)
    assert "Location" not in refused.headers
    assert read_contents() == before
    status = 200 if step == "login" else 303
    public_app.post(path, form, status, Origin=BASE, Sec_Fetch_Site="same-origin")


@pytest.mark.parametrize("step", ["login", "consent"])
def test_a_page_is_valid_only_in_its_own_browser(
    app: Flask, public_app: OtherApp, account: Person, step: str
) -> None:
    page = public_app.ask() if step == "login" else public_app.log_in(account)
    path, form = form_of(page, account)
    elsewhere = OtherApp(app, public_app.client_id, None, public_app.redirect_uri)
    elsewhere.post(path, form, 400)
    # With a page of its own, that browser has another cookie.
    elsewhere.ask()
    elsewhere.post(path, form, 400)
    for cookie in ("", "x", "a" * 43):
        elsewhere.api.client.set_cookie(COOKIE, cookie, domain="localhost")
        elsewhere.post(path, form, 400)


def test_a_page_is_valid_only_unchanged_and_for_its_own_step(
    public_app: OtherApp, account: Person
) -> None:
    login, consent = public_app.ask(), public_app.log_in(account)
    _, form = form_of(login, account)
    public_app.post(CONSENT, form, 400)
    _, granted = form_of(consent, account)
    public_app.post(LOGIN, granted, 400)
    ticket = granted["ticket"]
    for torn in ("", ticket[:-1], ticket[1:], f"a{ticket}", ticket.replace(".", "!"), "é" * 40):
        public_app.post(CONSENT, {**granted, "ticket": torn}, 400)
    for decision in ("", "maybe", "ALLOW"):
        public_app.post(CONSENT, {**granted, "decision": decision}, 400)
    assert told(public_app.decide(consent))["code"]


def test_a_repeated_field_is_refused(public_app: OtherApp, account: Person) -> None:
    _, form = form_of(public_app.log_in(account), account)
    repeated: Any = {**form, "decision": ["deny", "allow"]}
    public_app.post(CONSENT, repeated, 400)


def test_a_page_expires(
    public_app: OtherApp, account: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, form = form_of(public_app.ask(), account)
    monkeypatch.setattr(page_tickets, "SECONDS", -1)
    page = public_app.post(LOGIN, form, 400)
    assert "Go back to the app" in page.text
    assert page.headers["X-Request-ID"] in page.text


def test_failed_log_ins_are_jailed_as_in_the_api(
    make_app: MakeApp, make_other_app: MakeOtherApp, make_account: MakeAccount
) -> None:
    app = make_app(LOGIN_MAX_RETRY=2)
    asking, account = make_other_app("--public", app=app), make_account(app=app)
    path, form = form_of(asking.ask(), account)
    for _ in range(2):
        page = asking.post(path, {**form, "password": "wrong"}, 401)
        assert "wrong" in page.text
        assert account.email in page.text
    jailed = asking.post(path, form, 429)
    assert int(jailed.headers["Retry-After"]) > 0
    assert jailed.mimetype == "text/html"
    # Page and API count together.
    asking.api.post("/api/v1/auth/login", json=account.credentials, status=429)


@pytest.mark.parametrize("email", ["nobody@example.com", "no address", "", "a" * 300])
def test_an_unknown_account_gets_the_same_page_as_a_wrong_password(
    public_app: OtherApp, account: Person, email: str
) -> None:
    path, form = form_of(public_app.ask(), account)
    known = public_app.post(path, {**form, "password": "wrong"}, 401)
    unknown = public_app.post(path, {**form, "email": email}, 401)

    def told_of(page: TestResponse, typed: str) -> str:
        text = re.sub(r'(nonce|name="ticket" value)="[^"]+"', "", page.text)
        return text.replace(f'value="{typed}"', "")

    assert told_of(unknown, email) == told_of(known, account.email)


def test_a_client_that_is_removed_meanwhile_gets_nothing(
    app: Flask, public_app: OtherApp, account: Person
) -> None:
    login, consent = public_app.ask(), public_app.log_in(account)
    done = app.test_cli_runner().invoke(args=["oauth", "client", "remove", public_app.client_id])
    assert done.exit_code == 0
    for page in (login, consent):
        path, form = form_of(page, account)
        assert "Location" not in public_app.post(path, form, 400).headers
