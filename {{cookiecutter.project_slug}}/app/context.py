"""Typed names for what a request carries, instead of bare flask.g.

Values are written once by the hook that owns them; reading one too early is a programming
error that says which hook is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import g

if TYPE_CHECKING:
    from uuid import UUID

    from app.decorators.operation import Operation
    from app.errors import UnauthorizedError
    from app.services.callers import Caller
    #: if cookiecutter.throttling
    from app.services.throttle import Hit
    #: endif
    from app.services.tokens import Claims

_OWNERS = {
    "request_id": "app.hooks.request_id",
    "operation": "app.hooks.routing",
    "caller": "app.hooks.authentication, on routes that are not public",
    "claims": "app.hooks.authentication, on routes that are not public",
    "answer_type": "app.hooks.negotiation",
    "body_type": "app.hooks.negotiation, on operations with @accepts",
    "body": "app.hooks.validation, on operations with @accepts",
    #: if cookiecutter.oauth == "server"
    "form": "app.hooks.validation, on operations with @takes_form",
    #: endif
    "query": "app.hooks.validation, on operations with @takes_query",
}


class RequestContext:
    """What the hooks learned about the request in hand."""

    def _read(self, name: str) -> Any:
        try:
            return getattr(g, name)
        except AttributeError:
            message = f"context.{name} is set by {_OWNERS[name]}: it did not run yet"
            raise RuntimeError(message) from None

    @property
    def request_id(self) -> str:
        """The id that the answer carries and the log lines name."""
        return cast("str", self._read("request_id"))

    @request_id.setter
    def request_id(self, value: str) -> None:
        g.request_id = value

    @property
    def has_request_id(self) -> bool:
        """Whether the first hook ran: it did not when the request could not be parsed."""
        return "request_id" in g

    @property
    def operation(self) -> Operation | None:
        """The contract of the view that will answer; None where nothing is routed."""
        return cast("Operation | None", self._read("operation"))

    @operation.setter
    def operation(self, value: Operation | None) -> None:
        g.operation = value

    #: if cookiecutter.xml
    @property
    def has_operation(self) -> bool:
        """Whether it was looked for which view will answer."""
        return "operation" in g

    #: endif
    @property
    def is_authenticated(self) -> bool:
        """Whether a token was read and its session is alive."""
        return "caller" in g

    @property
    def caller(self) -> Caller:
        """Who is calling: the account as one read found it, and the session used."""
        return cast("Caller", self._read("caller"))

    @caller.setter
    def caller(self, value: Caller) -> None:
        g.caller = value

    @property
    def has_claims(self) -> bool:
        """Whether a genuine token was read; its session may be over."""
        return "claims" in g

    @property
    def claims(self) -> Claims:
        """What the verified token says."""
        return cast("Claims", self._read("claims"))

    @claims.setter
    def claims(self, value: Claims) -> None:
        g.claims = value

    @property
    def token_problem(self) -> UnauthorizedError | None:
        """What was wrong with the token, or with there being none; None where nothing was."""
        return cast("UnauthorizedError | None", g.get("token_problem"))

    @token_problem.setter
    def token_problem(self, value: UnauthorizedError) -> None:
        g.token_problem = value

    #: if cookiecutter.throttling
    @property
    def is_counted(self) -> bool:
        """Whether the throttle has counted the request, or tried to."""
        return "hit" in g

    @property
    def hit(self) -> Hit | None:
        """What the throttle made of the request; None where it counted nothing."""
        return cast("Hit | None", g.get("hit"))

    @hit.setter
    def hit(self, value: Hit | None) -> None:
        g.hit = value

    #: endif
    @property
    def account_id(self) -> UUID:
        """The caller's account id, to which every query of own resources is bound."""
        return self.caller.account_id

    @property
    def answer_type(self) -> str:
        """The media type that the client likes best of what the operation gives."""
        return cast("str", self._read("answer_type"))

    @answer_type.setter
    def answer_type(self, value: str) -> None:
        g.answer_type = value

    @property
    def body_type(self) -> str:
        """The media type of the body, one of those that the operation takes."""
        return cast("str", self._read("body_type"))

    @body_type.setter
    def body_type(self, value: str) -> None:
        g.body_type = value

    @property
    def body(self) -> Any:
        """The parsed body, an instance of the schema named by @accepts."""
        return self._read("body")

    @body.setter
    def body(self, value: Any) -> None:
        g.body = value

    #: if cookiecutter.oauth == "server"
    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of a form as they were sent, on operations with @takes_form."""
        return cast("list[tuple[str, str]]", self._read("form"))

    @form.setter
    def form(self, value: list[tuple[str, str]]) -> None:
        g.form = value

    #: endif
    @property
    def query(self) -> Any:
        """The parsed query string, an instance of the schema named by @takes_query."""
        return self._read("query")

    @query.setter
    def query(self, value: Any) -> None:
        g.query = value


context = RequestContext()
