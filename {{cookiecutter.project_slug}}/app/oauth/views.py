"""Other apps: an account lets them in on two pages, and they exchange codes for tokens.

What an account has granted, it sees and ends below /me.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request
from flask.views import MethodView
from pydantic import ValidationError

from app.accounts import logins, own_sessions, sessions
from app.accounts.callers import Credentials
from app.accounts.errors import WrongCredentialsError
from app.accounts.schemas import LogIn
from app.context import context
from app.decorators import (
    Reply,
    documented,
    #: if cookiecutter.throttling
    limited_by,
    #: endif
    public,
    returns,
    sends,
    with_free_query,
)
from app.errors import Problem
from app.http import JSON_MEDIA_TYPE
from app.oauth import docs, page_tickets, pages, server, service
from app.oauth.authlib_requests import Answer
from app.oauth.decorators import redirects, takes_form, tells_query
from app.oauth.errors import OAuthError
from app.oauth.schemas import (
    GrantsOut,
    OAuthAuthorizationQuery,
    OAuthConsentForm,
    OAuthLoginForm,
    OAuthRevocationForm,
    OAuthTokenForm,
    OAuthTokenOut,
)

if TYPE_CHECKING:
    from uuid import UUID

    from app.accounts.callers import Proven
    from app.oauth.service import OpenGrant

Form = list[tuple[str, str]]

logger = logging.getLogger(__name__)

_NO_STORE = {"Cache-Control": "no-store"}
#: if cookiecutter.second_factor
_CREDENTIALS = ("email", "password", "code")
#: else
_CREDENTIALS = ("email", "password")
#: endif


class AuthorizeView(MethodView):
    """A client sends a browser here."""

    @documented(docs.AUTHORIZE)
    @public
    @tells_query(OAuthAuthorizationQuery)
    @sends("text/html")
    def get(self) -> Response:
        """Show the page on which an account lets another app in."""
        asked = server.examine([*request.args.items(multi=True)])
        if isinstance(asked, Answer):
            return _send_back(asked, HTTPStatus.FOUND)
        return pages.show_login(asked)


class LogInView(MethodView):
    """The account says who it is."""

    @documented(docs.LOG_IN)
    @public
    @with_free_query
    #: if cookiecutter.throttling
    @limited_by("RATELIMIT_AUTH")
    #: endif
    @takes_form(OAuthLoginForm)
    @sends("text/html")
    def post(self, form: Form) -> Response:
        """Log in on the page, and see what the app asks for."""
        fields = _read_fields(form, pages.LOG_IN)
        if fields is None:
            return pages.refuse("expired")
        asked = server.examine([*fields["ticket"].items()])
        if isinstance(asked, Answer):
            return pages.refuse()
        email = str(fields.get("email", ""))
        try:
            granter = _log_in(fields)
        except Problem as problem:
            return pages.show_login(asked, problem, email)
        return pages.show_consent(asked, granter, email)


class ConsentView(MethodView):
    """The account decides."""

    @documented(docs.CONSENT)
    @public
    @with_free_query
    @redirects
    @takes_form(OAuthConsentForm)
    @sends("text/html")
    def post(self, form: Form) -> Response:
        """Let the app in, or do not."""
        fields = _read_fields(form, pages.CONSENT)
        decision = fields and fields.get("decision")
        if fields is None or decision not in {"allow", "deny"}:
            return pages.refuse("expired")
        asked: dict[str, Any] = fields["ticket"]
        granter = page_tickets.take_consent(asked)
        if granter is None or not sessions.is_still(granter):
            return pages.refuse("expired")
        request = {name: text for name, text in asked.items() if name not in page_tickets.CONSENT}
        answer = server.decide(request, granter if decision == "allow" else None)
        return _send_back(answer, HTTPStatus.SEE_OTHER)


class TokenView(MethodView):
    """Clients get their tokens here, and renew them."""

    @documented(docs.TOKEN)
    @public
    @with_free_query
    @takes_form(OAuthTokenForm)
    @sends(JSON_MEDIA_TYPE)
    @returns(OAuthTokenOut)
    def post(self, form: Form) -> Reply:
        """Exchange a code or a refresh token for tokens."""
        answer = _accept(server.exchange(form, request.headers.get("Authorization", "")))
        return Reply(answer.body, _NO_STORE)


class RevokeView(MethodView):
    """Clients give their tokens back here."""

    @documented(docs.REVOKE)
    @public
    @with_free_query
    @takes_form(OAuthRevocationForm)
    @sends(JSON_MEDIA_TYPE)
    @returns(None)
    def post(self, form: Form) -> Reply:
        """End a grant, by any of its tokens."""
        _accept(server.revoke(form, request.headers.get("Authorization", "")))
        return Reply(None, _NO_STORE)


class GrantsView(MethodView):
    """All grants of the caller."""

    @documented(docs.LIST_GRANTS)
    @returns(GrantsOut)
    def get(self) -> dict[str, list[OpenGrant]]:
        """List which other apps may do what."""
        return {"items": service.list_grants(context.caller)}

    @documented(docs.END_GRANTS)
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self) -> None:
        """Shut every other app out."""
        own_sessions.end_others(context.caller, own_sessions.GRANTS)


class GrantView(MethodView):
    """One grant of the caller."""

    @documented(docs.END_GRANT)
    @returns(None, HTTPStatus.NO_CONTENT)
    def delete(self, grant_id: UUID) -> None:
        """End one grant."""
        own_sessions.end(context.caller, grant_id, own_sessions.GRANTS)


def _accept(answer: Answer) -> Answer:
    if answer.status != HTTPStatus.OK:
        raise OAuthError(HTTPStatus(answer.status), answer.body, answer.headers)
    return answer


def _send_back(answer: Answer, status: HTTPStatus) -> Response:
    """Send the browser where the answer says; without a place it gets a page about the problem."""
    if answer.location is None:
        # For whoever is told the request id: the page gives no reason to strangers.
        logger.info("refused request %s: %s", context.request_id, answer.body)
        return pages.refuse()
    response = Response(status=status, headers={"Location": answer.location, **_NO_STORE})
    del response.headers["Content-Type"]
    return response


def _read_fields(form: Form, step: str) -> dict[str, Any] | None:
    """Return the fields of a form that this browser got from us, its ticket read."""
    fields: dict[str, Any] = dict(form)
    if len(fields) < len(form) or pages.is_forged():
        return None
    ticket = page_tickets.read(step, pages.read_browser(), fields.get("ticket", ""))
    return None if ticket is None else {**fields, "ticket": ticket}


def _log_in(fields: dict[str, Any]) -> Proven:
    # A field that is left empty is sent all the same.
    given = {name: fields[name] for name in _CREDENTIALS if fields.get(name)}
    try:
        shown = LogIn.model_validate(given)
    except ValidationError:
        # What no account can have is no account's; the page has one sentence for both.
        raise WrongCredentialsError from None
    return logins.log_in_to_page(
        Credentials(
            email=shown.email,
            password=shown.password.get_secret_value(),
            address=request.remote_addr or "",
            user_agent=request.user_agent.string,
            #: if cookiecutter.second_factor
            code=shown.code.get_secret_value(),
            #: endif
            #: if not cookiecutter.mail
            # No other one can be set on this page.
            may_be_one_time=False,
            #: endif
        )
    )


blueprint = Blueprint("oauth", __name__, template_folder="templates")
blueprint.add_url_rule("/authorize", view_func=AuthorizeView.as_view("authorize"))
blueprint.add_url_rule("/login", view_func=LogInView.as_view("login"))
blueprint.add_url_rule("/consent", view_func=ConsentView.as_view("consent"))
blueprint.add_url_rule("/token", view_func=TokenView.as_view("token"))
blueprint.add_url_rule("/revoke", view_func=RevokeView.as_view("revoke"))


grants = Blueprint("grants", __name__)
grants.add_url_rule("", view_func=GrantsView.as_view("collection"))
grants.add_url_rule("/<uuid:grant_id>", view_func=GrantView.as_view("item"))
