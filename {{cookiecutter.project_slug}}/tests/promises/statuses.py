"""One answer of each status that the API can give, to test promises about all answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pymongo.errors import AutoReconnect

from app.decorators import public
from app.errors import NotModified

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import Person
    from tests.fixtures.application import MakeApp

JSON: Final = {"Content-Type": "application/json"}
LOGIN: Final = "/api/v1/auth/login"
ME: Final = "/api/v1/me"
NEWCOMER: Final = {"email": "a@example.com", "password": "long enough", "displayName": "a"}
JAILED: Final = {"email": "jailed@example.com", "password": "not the password"}
#: if cookiecutter.cors
ORIGIN: Final = "https://pages.example"
#: endif


class Request(NamedTuple):
    """A request, and the status that it causes."""

    status: int
    method: str
    path: str
    sent: dict[str, Any]
    is_authenticated: bool = False


REQUESTS: Final = {
    "200": Request(200, "GET", ME, {}, is_authenticated=True),
    #: if cookiecutter.mail
    "202 to anybody": Request(202, "POST", "/api/v1/auth/signup", {"json": NEWCOMER}),
    #: else
    "201": Request(201, "POST", "/api/v1/auth/signup", {"json": NEWCOMER}),
    #: endif
    #: if cookiecutter.task_queue
    "202": Request(202, "POST", f"{ME}/exports", {}, is_authenticated=True),
    #: endif
    "304": Request(304, "GET", "/probes/304", {"headers": {"If-None-Match": '"1"'}}),
    "308": Request(308, "GET", "/probes/308", {}),
    "400": Request(400, "POST", LOGIN, {"headers": JSON, "data": "{"}),
    "401": Request(401, "GET", ME, {}),
    "401 of credentials": Request(401, "POST", LOGIN, {"json": JAILED}),
    "403": Request(
        403,
        "PUT",
        f"{ME}/password",
        {"json": {"currentPassword": "not the password", "newPassword": "long enough"}},
        is_authenticated=True,
    ),
    "404": Request(404, "GET", "/nothing", {}),
    "404 of the API": Request(404, "GET", f"{ME}/nothing", {}, is_authenticated=True),
    "405": Request(405, "PUT", ME, {}, is_authenticated=True),
    "406": Request(406, "GET", "/health/live", {"headers": {"Accept": "image/png"}}),
    #: if not cookiecutter.mail
    # After the newcomer above.
    "409": Request(409, "POST", "/api/v1/auth/signup", {"json": NEWCOMER}),
    #: endif
    "413": Request(413, "POST", LOGIN, {"headers": JSON, "data": "x" * 70_000}),
    "415": Request(415, "POST", LOGIN, {"headers": {"Content-Type": "text/plain"}, "data": "x"}),
    "422": Request(422, "POST", LOGIN, {"json": {}}),
    # After the wrong credentials above.
    "429": Request(429, "POST", LOGIN, {"json": JAILED}),
    "500": Request(500, "GET", "/probes/500", {}),
    "503": Request(503, "GET", "/probes/503", {}),
    "OPTIONS": Request(204, "OPTIONS", "/health/live", {}),
    #: if cookiecutter.cors
    "a preflight": Request(
        204,
        "OPTIONS",
        ME,
        {"headers": {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}},
    ),
    #: endif
    "HEAD": Request(200, "HEAD", ME, {}, is_authenticated=True),
    "HEAD of nothing": Request(404, "HEAD", "/nothing", {}),
    #: if cookiecutter.api_docs != "none"
    "the docs page": Request(200, "GET", "/docs/", {}),
    "the way to the docs page": Request(308, "GET", "/docs", {}),
    #: endif
    # Last, since it ends the session.
    "204": Request(204, "POST", "/api/v1/auth/logout", {}, is_authenticated=True),
}


def make_probed_app(make_app: MakeApp) -> Flask:
    """Return an app that answers REQUESTS: some statuses need views that fail on purpose."""
    #: if cookiecutter.cors
    app = make_app(LOGIN_MAX_RETRY=1, CORS_ORIGINS=(ORIGIN,))
    #: else
    app = make_app(LOGIN_MAX_RETRY=1)
    #: endif
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/probes/304", "probe-304", _fail_with(NotModified('"1"')))
    app.add_url_rule("/probes/308/", "probe-308", _fail_with(NotModified('"1"')))
    app.add_url_rule("/probes/500", "probe-500", _fail_with(RuntimeError("broken on purpose")))
    app.add_url_rule("/probes/503", "probe-503", _fail_with(AutoReconnect("away on purpose")))
    return app


def collect_answers(app: Flask, account: Person) -> dict[str, TestResponse]:
    """Return the answer to each of REQUESTS, in their order and under their names."""
    client = app.test_client()
    return {
        name: client.open(
            request.path,
            method=request.method,
            **{
                **request.sent,
                "headers": {
                    **(account.headers if request.is_authenticated else {}),
                    **request.sent.get("headers", {}),
                },
            },
        )
        for name, request in REQUESTS.items()
    }


def _fail_with(error: Exception) -> Callable[[], None]:
    @public
    def fail() -> None:
        raise error

    return fail
