"""OAuth: a log-in is finished once, in the browser in which it began."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from app.database.documents import utc_now
from tests.fixtures.provider_logins import CALLBACK_PATH, query_of

if TYPE_CHECKING:
    from pymongo.database import Database

    from tests.fixtures.issuers import Issuer
    from tests.fixtures.provider_logins import Browser, OpenBrowser

pytestmark = pytest.mark.checklist("oauth.state")


def problem_of(answer: Any) -> str:
    return str(answer.json["type"]).rpartition("/")[2]


@pytest.mark.parametrize("provider", ["oidc", "github"])
@pytest.mark.parametrize(
    "state", [None, "", "x", "a" * 43], ids=["missing", "empty", "short", "made up"]
)
def test_a_wrong_state_is_refused_before_the_provider_is_asked(
    browser: Browser, issuer: Issuer, provider: str, state: str | None
) -> None:
    back = browser.approve(browser.begin(provider))
    answer = browser.finish(back, state=state, status=400)
    assert problem_of(answer) == "login-state"
    assert not issuer.asked_for("/token") + issuer.asked_for("/login/oauth/access_token")


def test_a_wrong_state_with_the_right_beginning_is_refused_too(browser: Browser) -> None:
    """The browser's cookie is found by the beginning of the state."""
    back = browser.approve(browser.begin())
    state = query_of(back)["state"]
    browser.finish(back, state=state[:16] + "x" * 27, status=400)
    browser.finish(back, state=state[:16], status=400)
    browser.finish(back)


def test_a_state_is_accepted_once(browser: Browser, issuer: Issuer) -> None:
    back = browser.approve(browser.begin())
    cookie = browser.cookie
    browser.finish(back)
    browser.cookie = cookie
    assert problem_of(browser.finish(back, status=400)) == "login-state"
    assert len(issuer.asked_for("/token")) == 1


def test_a_state_is_used_up_by_a_log_in_that_fails(browser: Browser, issuer: Issuer) -> None:
    issuer.claims["nonce"] = "another"
    back = browser.approve(browser.begin())
    browser.finish(back, status=403)
    issuer.claims.clear()
    browser.finish(back, status=400)


def test_a_provider_that_refuses_uses_the_state_up_and_is_not_repeated(browser: Browser) -> None:
    sent = browser.begin()
    back = f"{query_of(sent)['redirect_uri']}?state={query_of(sent)['state']}"
    answer = browser.finish(
        back, status=403, error="access_denied", error_description="<b>canary</b>"
    )
    assert problem_of(answer) == "login-refused"
    assert "denied" not in answer.text
    browser.finish(back, status=400, code="x")


def test_another_browser_cannot_finish_or_use_up_a_log_in(
    browser: Browser, open_browser: OpenBrowser
) -> None:
    """An attacker sends a victim the return address of the attacker's own log-in."""
    back = browser.approve(browser.begin())
    victim = open_browser()
    victim.finish(back, status=400)
    victim.begin()
    victim.finish(back, status=400)
    browser.finish(back)


def test_the_cookie_alone_or_another_secret_opens_nothing(browser: Browser) -> None:
    back = browser.approve(browser.begin())
    cookie = browser.cookie
    for other in ("", "x", "a" * 43, f"{cookie}a"):
        browser.cookie = other
        browser.finish(back, status=400)
    browser.cookie = cookie
    browser.finish(back)


def test_an_answer_of_one_provider_is_refused_for_another(browser: Browser) -> None:
    back = urlsplit(browser.approve(browser.begin("github")))
    other = back._replace(path=CALLBACK_PATH.format(provider="oidc")).geturl()
    browser.finish(other, status=400)
    browser.finish(back.geturl())


def test_a_log_in_that_took_too_long_is_refused(
    browser: Browser, database: Database[dict[str, Any]]
) -> None:
    back = browser.approve(browser.begin())
    (pending,) = database["pending_logins"].find()
    assert timedelta(0) < pending["expiresAt"] - pending["createdAt"] <= timedelta(minutes=10)
    # MongoDB removes expired documents late; they are invalid before that.
    over = {"$set": {"expiresAt": utc_now() - timedelta(milliseconds=1)}}
    database["pending_logins"].update_one({}, over)
    browser.finish(back, status=400)


def test_two_log_ins_share_nothing_that_can_be_guessed(open_browser: OpenBrowser) -> None:
    seen: dict[str, list[bytes]] = {}
    for _ in range(20):
        another = open_browser()
        sent = query_of(another.begin())
        for name in ("state", "nonce", "code_challenge"):
            seen.setdefault(name, []).append(_bytes_of(sent[name]))
        seen.setdefault("cookie", []).append(_bytes_of(another.cookie))
    for name, values in seen.items():
        assert all(len(value) * 8 >= 128 for value in values), name
        # Each of the first 16 bytes differs somewhere: none of them is fixed.
        assert all(len({value[place] for value in values}) > 1 for place in range(16)), name
    everything = [value for values in seen.values() for value in values]
    assert len(set(everything)) == len(everything)


def test_stored_values_cannot_finish_a_log_in(
    browser: Browser, database: Database[dict[str, Any]]
) -> None:
    state = query_of(browser.begin())["state"]
    (pending,) = database["pending_logins"].find()
    assert not {state, browser.cookie} & {str(value) for value in pending.values()}


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(browser: Browser) -> None:
    header = browser.api.get("/api/v1/auth/oauth/oidc", status=302).headers["Set-Cookie"]
    name, *attributes = header.split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"} <= set(attributes)
    assert not name.startswith("__Host-")
    assert "Domain" not in header


def _bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
