"""The complete flow of another app: a real client library, a real browser, the real server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest
from requests_oauthlib import OAuth2Session

from tests.fixtures.oauth import AUTHORIZE, REVOKE, TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fixtures.accounts import Person
    from tests.fixtures.oauth import MakeOtherApp, OtherApp
    from tests.fixtures.processes import Server
    from tests.mechanics.browser.chromium import Tab
    from tests.mechanics.browser.conftest import Serve

# A browser takes its time to start on a busy machine.
pytestmark = pytest.mark.timeout(180)

# The headers of a proxy that says a request came over TLS.
FORWARDED: Final = {"X-Forwarded-Proto": "https"}
TITLE: Final = "The app again"
LANGUAGES: Final = {
    "en": ("Log in", "is wrong.", "See your e-mail address and display name"),
    "ko": ("로그인", "맞지 않습니다.", "이메일 주소와 표시 이름 보기"),
}


@dataclass
class Callback:
    """The page of the app to which browsers return, and the parameters of each return."""

    origin: str = ""
    targets: list[str] = field(default_factory=list)

    def show(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Answer as the app does."""
        if environ["PATH_INFO"] == "/callback":
            self.targets.append(f"{self.origin}/callback?{environ['QUERY_STRING']}")
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [f"<!doctype html><title>{TITLE}</title>".encode()]


class Journey:
    """A person with a browser, an app with a client library, and the server between them."""

    def __init__(self, server: Server, callback: Callback, registered: OtherApp) -> None:
        self.origin = f"http://localhost:{server.port}"
        self.registered = registered
        self.callback = callback
        self.library = OAuth2Session(
            registered.client_id,
            redirect_uri=registered.redirect_uri,
            scope=["profile:read"],
            pkce="S256",
        )
        self.library.headers.update(FORWARDED)

    def begin(self, open_page: Callable[[str], Tab], language: str) -> Tab:
        """Send the browser to the server, as the library says."""
        url, _ = self.library.authorization_url(f"{self.origin}{AUTHORIZE}")
        tab = open_page("about:blank")
        headers = {**FORWARDED, "Accept-Language": language}
        tab.send("Network.setExtraHTTPHeaders", headers=headers)
        tab.send("Page.navigate", url=url)
        tab.wait_for("document.querySelector('form[action=\"/oauth/login\"]')")
        return tab

    def take_tokens(self) -> dict[str, Any]:
        """Let the library exchange the code that the browser brought."""
        (target,) = self.callback.targets
        token: dict[str, Any] = self.library.fetch_token(
            f"{self.origin}{TOKEN}",
            authorization_response=target,
            client_secret=self.registered.secret,
        )
        return token


@pytest.fixture
def journey(
    server: Server,
    serve: Serve,
    make_other_app: MakeOtherApp,
    monkeypatch: pytest.MonkeyPatch,
) -> Journey:
    """Return a journey that has not begun."""
    # The library requires TLS, which would end at a proxy.
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    callback = Callback()
    callback.origin = serve(callback.show)
    return Journey(server, callback, make_other_app(redirect_uris=(f"{callback.origin}/callback",)))


def fill_in(tab: Tab, email: str, password: str) -> None:
    """Type into the login page and press Enter, without a mouse."""
    tab.run("document.getElementById('email').select()")
    tab.send("Input.insertText", text=email)
    tab.run("document.getElementById('password').focus()")
    tab.send("Input.insertText", text=password)
    for event in ("keyDown", "keyUp"):
        tab.send(
            "Input.dispatchKeyEvent",
            type=event,
            key="Enter",
            code="Enter",
            text="\r",
            windowsVirtualKeyCode=13,
        )


@pytest.mark.checklist("oauth.redirect-uri", "oauth.code-only", "oauth.state", "oauth.scope")
@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_redirect_to_the_token(
    journey: Journey, open_page: Callable[[str], Tab], account: Person, language: str
) -> None:
    button, mistake, permission = LANGUAGES[language]
    tab = journey.begin(open_page, language)
    assert tab.run("document.documentElement.lang") == language
    tab.wait_for("document.activeElement?.id === 'email'")
    assert tab.run("document.querySelector('button').innerText") == button

    fill_in(tab, account.email, "not the password")
    tab.wait_for(f"document.body?.innerText.includes({json.dumps(mistake)})")
    # Browsers log every answer with an error status; nothing else is amiss.
    assert [text for text in tab.complaints if "status of 401" not in text] == []
    tab.complaints.clear()
    fill_in(tab, account.email, account.password)
    tab.wait_for("document.querySelector('button[value=allow]')")
    assert permission in tab.run("document.body.innerText")
    assert "종이 메모" in tab.run("document.body.innerText")
    tab.run("document.querySelector('button[value=allow]').click()")
    tab.wait_for(f"document.title === {json.dumps(TITLE)}")
    assert tab.complaints == []
    asked = {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in tab.requests}
    assert asked - {"about://", "://"} <= {journey.origin, journey.callback.origin}

    token = journey.take_tokens()
    me = journey.library.get(f"{journey.origin}/api/v1/me")
    assert (me.status_code, me.json()["email"]) == (200, account.email)
    renewed = journey.library.refresh_token(
        f"{journey.origin}{TOKEN}",
        refresh_token=token["refresh_token"],
        auth=(journey.registered.client_id, journey.registered.secret),
    )
    assert renewed["refresh_token"] != token["refresh_token"]
    journey.library.post(
        f"{journey.origin}{REVOKE}",
        data={"token": renewed["refresh_token"]},
        auth=(journey.registered.client_id, journey.registered.secret),
        withhold_token=True,
    ).raise_for_status()
    assert journey.library.get(f"{journey.origin}/api/v1/me").status_code == 401


def test_a_person_who_does_not_agree_goes_back_without_a_code(
    journey: Journey, open_page: Callable[[str], Tab], account: Person
) -> None:
    tab = journey.begin(open_page, "en")
    fill_in(tab, account.email, account.password)
    tab.wait_for("document.querySelector('button[value=deny]')")
    tab.run("document.querySelector('button[value=deny]').click()")
    tab.wait_for(f"document.title === {json.dumps(TITLE)}")
    assert tab.complaints == []
    (target,) = journey.callback.targets
    assert "error=access_denied" in target
    assert "code=" not in target
