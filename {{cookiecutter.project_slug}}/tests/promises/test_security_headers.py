"""Output: browsers do not guess, frame or load anything, and no answer names the software."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from werkzeug.datastructures import Headers

from tests.fixtures.operations import each
from tests.promises.statuses import collect_answers, make_probed_app

if TYPE_CHECKING:
    from tests.fixtures.examples import Example, World
    from tests.fixtures.operations import Operation
    from tests.fixtures.processes import Server

HOST: Final = b"Host: localhost\r\nX-Forwarded-Proto: https\r\n"
JSON: Final = b"Content-Type: application/json\r\n"
LOGIN: Final = b"POST /api/v1/auth/login HTTP/1.1\r\n" + HOST + JSON

# Answers of the server itself, before the app's code has seen the request.
REFUSED: Final = {
    "garbage": (b"garbage\r\n\r\n", 400),
    "a TLS greeting": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    "an unknown version": (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", 400),
    "two lengths": (LOGIN + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    "a long line": (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "an unknown expectation": (LOGIN + b"Expect: more\r\nContent-Length: 2\r\n\r\n{}", 417),
    "an oversized header": (b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431),
    "too many headers": (b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 100 + b"\r\n", 431),
}
CLOSE: Final = b" HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"
SERVED: Final = {
    "an ordinary answer": (b"GET /health/live" + CLOSE, 200),
    "an answer without a body": (b"HEAD /health/live" + CLOSE, 200),
    "the methods of a path": (b"OPTIONS /health/live" + CLOSE, 204),
    "a stranger's problem": (b"GET /api/v1/me" + CLOSE, 401),
    "nothing": (b"GET /nothing" + CLOSE, 404),
    "a torn body": (LOGIN + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 400),
    "an old protocol": (b"GET /health/live HTTP/1.0\r\n\r\n", 200),
}

TELLING: Final = {"server", "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "via"}
SOFTWARE: Final = re.compile(rb"(?i)gunicorn|werkzeug|flask|python|wsgi|mongo|/?\d+\.\d+")


@pytest.fixture
def answers(make_app, account) -> dict[str, Headers]:
    """Return the headers of an answer of each status."""
    statuses = collect_answers(make_probed_app(make_app), account)
    return {name: answer.headers for name, answer in statuses.items()}


@pytest.fixture
def problems(two_servers) -> dict[str, Headers]:
    """Return the headers of the problems that the server itself answers."""
    return {name: _parse(_exchange(two_servers[0], *REFUSED[name])) for name in REFUSED}


def _may_be_current(operation: Operation) -> bool:
    """Tell whether the operation says that a client's copy is current."""
    return "304" in operation.responses and operation.method == "GET"


def _exchange(server: Server, request: bytes, status: int) -> bytes:
    answer = server.exchange(request)
    assert int(answer.split(b" ", 2)[1]) == status, answer
    return answer


def _parse(answer: bytes) -> Headers:
    _, *lines = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    return Headers([tuple(line.split(": ", 1)) for line in lines])


def _read_policy(headers: Headers) -> dict[str, str]:
    """Return the directives of the one policy that there is."""
    (policy,) = headers.getlist("Content-Security-Policy")
    directives = [directive.strip().partition(" ") for directive in policy.split(";")]
    assert len({name for name, _, _ in directives}) == len(directives), policy
    return {name: value for name, _, value in directives}


def _find_others(answers: dict[str, Headers], name: str, value: str) -> dict[str, list[str]]:
    """Return the values of answers that do not have exactly *value*, once."""
    said = {answer: headers.getlist(name) for answer, headers in answers.items()}
    return {answer: values for answer, values in said.items() if values != [value]}


@pytest.mark.checklist("output.nosniff")
def test_every_answer_has_nosniff_once(answers):
    assert _find_others(answers, "X-Content-Type-Options", "nosniff") == {}


@pytest.mark.checklist("output.nosniff")
def test_answers_of_the_server_itself_have_nosniff_too(problems):
    assert _find_others(problems, "X-Content-Type-Options", "nosniff") == {}


@pytest.mark.checklist("output.frame")
def test_no_answer_may_be_framed(answers):
    assert _find_others(answers, "X-Frame-Options", "DENY") == {}


@pytest.mark.checklist("output.frame")
def test_answers_of_the_server_itself_may_not_be_framed(problems):
    assert _find_others(problems, "X-Frame-Options", "DENY") == {}


@pytest.mark.checklist("output.frame")
def test_the_policy_forbids_frames_too(answers, problems):
    for headers in (*answers.values(), *problems.values()):
        policies = headers.getlist("Content-Security-Policy")
        assert sum("frame-ancestors 'none'" in policy for policy in policies) == 1


@pytest.mark.checklist("output.csp")
def test_an_answer_of_the_api_may_load_nothing(answers, problems):
    #: if cookiecutter.api_docs != "none"
    # The page has its own policy, which has its own test.
    del answers["the docs page"]
    #: endif
    for name, headers in (answers | problems).items():
        policy = _read_policy(headers)
        assert policy["default-src"] == "'none'", name
        assert set(policy.values()) <= {"'none'", ""}, name


@pytest.mark.checklist("output.nosniff", "output.frame", "output.csp")
@each(_may_be_current)
def test_an_answer_that_a_copy_is_current_is_as_protected(world: World, example: Example) -> None:
    tag = world.api.client.open(**example.request()).headers["ETag"]
    request = example.request(headers={**example.headers, "If-None-Match": tag})
    answer = world.api.client.open(**request)
    assert answer.status_code == 304
    assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert answer.headers.getlist("X-Frame-Options") == ["DENY"]
    if example.operation.media_type != "text/html":
        assert {*_read_policy(answer.headers).values()} <= {"'none'", ""}


#: if cookiecutter.api_docs != "none"
@pytest.mark.checklist("output.csp")
def test_the_docs_page_loads_only_from_its_own_origin(answers):
    policy = _read_policy(answers["the docs page"])
    assert policy["default-src"] == "'none'"
    sources = {source for value in policy.values() for source in value.split()}
    assert all(
        source in {"'none'", "'self'", "data:", "blob:"} or re.match(r"'(nonce|sha256)-", source)
        for source in sources
    )
    assert not {"data:", "blob:"} & set(policy.get("script-src", "").split())


#: endif
@pytest.mark.checklist("output.fingerprint")
@pytest.mark.parametrize("name", [*SERVED, *REFUSED])
def test_no_answer_names_the_software(two_servers, name):
    answer = _exchange(two_servers[0], *(SERVED | REFUSED)[name])
    # The status line has the version of the protocol.
    _, _, told = answer.partition(b"\r\n")
    assert not TELLING & {header.lower() for header in _parse(answer).keys()}  # noqa: SIM118 - it yields pairs.
    assert not SOFTWARE.search(told), told


@pytest.mark.checklist("output.fingerprint")
def test_no_status_of_the_app_names_the_software(make_app, make_account):
    app = make_probed_app(make_app)
    told: dict[str, Any] = collect_answers(app, make_account(app=app))
    #: if cookiecutter.api_docs != "none"
    # The viewer of the document is obvious anyway.
    del told["the docs page"]
    #: endif
    for name, answer in told.items():
        assert not TELLING & {header.lower() for header, _ in answer.headers}, name
        assert not re.search(rb"(?i)gunicorn|werkzeug|flask|python|wsgi|mongo", answer.data), name
