"""Typed names for what a request carries, instead of bare flask.g.

Values are written once by the hook that owns them; reading one too early is a programming
error that says which hook is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from flask import g

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.accounts.callers import Caller
    from app.errors import UnauthorizedError
    from app.operations import Operation
    #: if cookiecutter.throttling
    from app.throttle import Hit
    #: endif
    from app.tokens import Claims

T = TypeVar("T")
_UNSET: Final = object()


# flask.g of the request in hand: asking the proxy takes seven times as long.
_g: Final[Callable[[], object]] = g._get_current_object  # noqa: SLF001 - Werkzeug documents it.


class Value(Generic[T]):
    """A value of the request in hand, which *owner* writes; *default* is read until then."""

    def __init__(self, owner: str, default: Any = _UNSET) -> None:
        self._owner = owner
        self._default = default

    def __set_name__(self, context_class: type, name: str) -> None:
        """Keep the value in flask.g under the name that it has here."""
        self._name = name

    def __get__(self, context: RequestContext, context_class: type) -> T:
        """Return the value; raises RuntimeError where there is none yet."""
        value = _g().__dict__.get(self._name, self._default)
        if value is _UNSET:
            message = f"context.{self._name} is set by {self._owner}: it did not run yet"
            raise RuntimeError(message)
        return value  # type: ignore[no-any-return]  # flask.g has no types

    def __set__(self, context: RequestContext, value: T) -> None:
        """Write the value."""
        _g().__dict__[self._name] = value


class RequestContext:
    """What the hooks learned about the request in hand."""

    # The id that the answer carries and the log lines name.
    request_id: Value[str] = Value("app.hooks.headers")
    # The contract of the view that will answer; None where nothing is routed.
    operation: Value[Operation | None] = Value("app.hooks.routing")
    # What the verified token says.
    claims: Value[Claims] = Value("app.hooks.authentication, on routes that are not public")
    # What was wrong with the token, or that there was none; None if it was right.
    token_problem: Value[UnauthorizedError | None] = Value("app.hooks.authentication", None)
    # Who is calling: the account as one read found it, and the session used.
    caller: Value[Caller] = Value("app.hooks.authentication, on routes that are not public")
    #: if cookiecutter.throttling
    # What the throttle counted for the request; None if it counted nothing.
    hit: Value[Hit | None] = Value("app.throttle.hooks", None)
    #: endif
    # The media type of the answer, as chosen by Accept.
    answer_type: Value[str] = Value("app.hooks.negotiation")
    # The media type of the body, one of those that the operation takes.
    body_type: Value[str] = Value("app.hooks.negotiation, on operations with @accepts")
    # The parsed body, an instance of the schema named by @accepts.
    body: Value[Any] = Value("app.hooks.validation, on operations with @accepts")
    #: if cookiecutter.oauth == "server"
    # The fields of a form as they were sent.
    form: Value[list[tuple[str, str]]] = Value(
        "app.hooks.validation, on operations with @takes_form"
    )
    #: endif
    # The parsed query string, an instance of the schema named by @takes_query.
    query: Value[Any] = Value("app.hooks.validation, on operations with @takes_query")

    @property
    def has_request_id(self) -> bool:
        """Whether the first hook ran: it did not when the request could not be parsed."""
        return "request_id" in _g().__dict__

    #: if cookiecutter.xml
    @property
    def has_operation(self) -> bool:
        """Whether routing has looked up the view that will answer."""
        return "operation" in _g().__dict__

    #: endif
    @property
    def has_claims(self) -> bool:
        """Whether a genuine token was read; its session may be over."""
        return "claims" in _g().__dict__

    @property
    def is_authenticated(self) -> bool:
        """Whether a token was read and its session is alive."""
        return "caller" in _g().__dict__

    #: if cookiecutter.throttling
    @property
    def is_counted(self) -> bool:
        """Whether the throttle has counted the request, or tried to."""
        return "hit" in _g().__dict__

    #: endif
    @property
    def account_id(self) -> UUID:
        """The caller's account id, to which every query of own resources is bound."""
        return self.caller.account_id


context = RequestContext()
