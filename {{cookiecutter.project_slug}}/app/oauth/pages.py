"""The pages of the authorization server: without a script, and under a policy of their own."""

from __future__ import annotations

from math import ceil
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import Response, render_template, request

from app.accounts.errors import AccountSuspendedError
from app.context import context
from app.extensions import settings
from app.oauth import name_issuer, page_tickets
from app.oauth.page_texts import WORDS
from app.oauth.scopes import known_scopes
#: if cookiecutter.second_factor
from app.second_factor.errors import SecondFactorRequiredError
#: endif

if TYPE_CHECKING:
    from app.accounts.callers import Proven
    from app.errors import Problem
    from app.oauth.server import Asked

LOG_IN: Final = "log-in"
CONSENT: Final = "consent"
# Of the largest there are two at least, so that no language needs its singular.
_UNITS: Final = (("days", 86_400), ("hours", 3600), ("minutes", 60))


def show_login(asked: Asked, problem: Problem | None = None, email: str = "") -> Response:
    """Ask for the account; after a *problem* once more, with the status that it has."""
    browser = page_tickets.name_browser(read_browser())
    retry_after = problem.headers.get("Retry-After") if problem else None
    response = _render(
        #: if cookiecutter.second_factor
        "login_with_code.html",
        #: else
        "login.html",
        #: endif
        client=asked.client.name,
        email=email,
        problem=problem and _word_for(problem),
        seconds=retry_after,
        ticket=page_tickets.issue(LOG_IN, browser, asked.parameters),
    )
    if problem is not None:
        response.status_code = problem.status
        response.headers.update(problem.headers)
    _remember(response, browser)
    return response


def _word_for(problem: Problem) -> str:
    if "Retry-After" in problem.headers:
        return "jailed"
    #: if cookiecutter.second_factor
    if isinstance(problem, SecondFactorRequiredError):
        return "required"
    #: endif
    return "suspended" if isinstance(problem, AccountSuspendedError) else "wrong"


def show_consent(asked: Asked, granter: Proven, email: str) -> Response:
    """Say who asks for what, and ask whether that is right."""
    language, known = _language(), known_scopes()
    parts = urlsplit(asked.redirect_uri)
    content = {**asked.parameters, **page_tickets.describe_consent(granter)}
    return _render(
        "consent.html",
        # Chromium holds the redirect that follows a form against form-action, too.
        form_action=f"{parts.scheme}://{parts.netloc}",
        client=asked.client.name,
        email=email,
        target=parts.netloc,
        lasting=_name_duration(settings.SESSION_MAX_SECONDS, language),
        scopes=[getattr(known[name], language) for name in asked.scopes if name in known],
        ticket=page_tickets.issue(CONSENT, read_browser() or "", content),
    )


def refuse(kind: str = "refused") -> Response:
    """Say that nothing comes of this, to a person who may have to tell somebody."""
    response = _render("problem.html", kind=kind, request_id=context.request_id)
    response.status_code = 400
    return response


def read_browser() -> str | None:
    """Return the secret by which this browser's pages are known."""
    return request.cookies.get(_cookie_name())


def is_forged() -> bool:
    """Tell whether a page elsewhere sent the form; browsers say so in one header or another."""
    origin = request.headers.get("Origin")
    if origin is not None:
        own = {request.host, urlsplit(name_issuer()).netloc}
        return urlsplit(origin).netloc not in own
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}


def _render(template: str, *, form_action: str = "", **values: Any) -> Response:
    language, nonce = _language(), token_urlsafe(16)
    words, targets = WORDS[language], f"'self' {form_action}".strip()

    def say(key: str) -> str:
        return words[key].format_map({"client": "", **values})

    text = render_template(f"oauth/{template}", language=language, nonce=nonce, say=say, **values)
    response = Response(text, mimetype="text/html")
    response.headers["Content-Language"] = language
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; "
        f"form-action {targets}; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    # With no-referrer a browser would send its forms without an Origin to hold them against.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _language() -> str:
    best: str = request.accept_languages.best_match([*WORDS], default="en")
    return best


def _name_duration(seconds: int, language: str) -> str:
    """Return a duration of 15 minutes or more in words, rounded up: nothing lasts longer."""
    unit, size = next(each for each in _UNITS if seconds >= 2 * each[1])
    return WORDS[language][unit].format(count=ceil(seconds / size))


def _is_secure() -> bool:
    return name_issuer().startswith("https:")


def _cookie_name() -> str:
    # RFC 6265bis section 4.1.3: no other host and no plain page can set a cookie of such a name.
    return "__Host-oauth" if _is_secure() else "oauth"


def _remember(response: Response, browser: str) -> None:
    response.set_cookie(
        _cookie_name(),
        browser,
        max_age=page_tickets.SECONDS,
        path="/",
        secure=_is_secure(),
        httponly=True,
        samesite="Lax",
    )
