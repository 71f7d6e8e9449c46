"""What the gateway keeps: public answers, and nothing that came for somebody."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPResponse
    from pathlib import Path

    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.gateway import Gateway, StartGateway
    from tests.fixtures.processes import StartServer

pytestmark = pytest.mark.checklist("input.gateway")

DOCUMENT: Final = "/openapi.json"
ME: Final = "/api/v1/me"
HIT: Final = "gateway; hit"
MISS: Final = "gateway; fwd=miss"
BYPASS: Final = "gateway; fwd=bypass"


class Resource(BaseHTTPRequestHandler):
    """What stands in the place of an app."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(resource: type[Resource]) -> Iterator[int]:
    """Serve *resource* within the block; yield the port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), resource) as app:
        threading.Thread(target=app.serve_forever, daemon=True).start()
        yield app.server_port
        app.shutdown()


def source_of(answer: HTTPResponse) -> str | None:
    """Return where an answer came from (RFC 9211)."""
    assert answer.status == 200
    return answer.headers["Cache-Status"]


def test_the_document_is_kept(gateway: Gateway) -> None:
    first, second = (gateway.ask("GET", DOCUMENT) for _ in range(2))
    assert [source_of(first), source_of(second)] == [MISS, HIT]
    assert first.body == second.body
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    #: if cookiecutter.throttling
    # What is left of somebody else's limit is no news.
    assert (first.headers["RateLimit"] is None, second.headers["RateLimit"]) == (False, None)
    #: endif
    assert source_of(gateway.ask("HEAD", DOCUMENT)) == HIT


@pytest.mark.parametrize("name", ["Authorization", "Cookie"])
def test_nothing_that_names_its_caller_is_kept_or_taken_from_what_is(
    gateway: Gateway, name: str
) -> None:
    for text in ("Bearer canary", "0"):
        assert source_of(gateway.ask("GET", DOCUMENT, **{name: text})) == BYPASS
    assert source_of(gateway.ask("GET", DOCUMENT)) == MISS
    assert source_of(gateway.ask("GET", DOCUMENT, **{name: "Bearer canary"})) == BYPASS


def test_what_a_client_cannot_read_is_not_taken_from_what_is_kept(gateway: Gateway) -> None:
    assert source_of(gateway.ask("GET", DOCUMENT)) == MISS
    assert gateway.ask("GET", DOCUMENT, Accept="image/png").status == 406
    assert source_of(gateway.ask("GET", DOCUMENT)) == HIT


def test_accounts_never_see_what_others_were_answered(
    gateway: Gateway, make_account: MakeAccount, tmp_path: Path
) -> None:
    people = [make_account(display_name=f"canary {number}") for number in range(2)]
    for _ in range(2):
        for person in people:
            answer = gateway.ask("GET", ME, **person.headers)
            assert source_of(answer) == BYPASS
            assert answer.headers["Cache-Control"] == "no-store"
            assert json.loads(answer.body)["email"] == person.email
        assert gateway.ask("GET", ME).status == 401
    kept = [path.read_bytes() for path in tmp_path.glob("gateway-*/run/cache/*")]
    assert not [text for text in kept if b"canary" in text or b"@" in text]


class Conditions(Resource):
    """A resource of somebody's, which remembers under what conditions it was asked for."""

    heard: ClassVar[list[tuple[str, str | None, str | None]]] = []

    def do_GET(self) -> None:
        """Remember, and refuse."""
        self.heard.append((self.command, self.headers["If-None-Match"], self.headers["If-Match"]))
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.send_response(412)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"own")

    def do_PUT(self) -> None:
        """Do the same."""
        self.do_GET()


def test_conditions_of_a_caller_are_the_apps_to_judge(start_gateway: StartGateway) -> None:
    Conditions.heard.clear()
    with served(Conditions) as port:
        gateway = start_gateway(port)
        for method, body in (("GET", None), ("PUT", {})):
            for name in ("If_None_Match", "If_Match"):
                sent = {name: '"a"', "Authorization": "Bearer canary"}
                answer = gateway.ask(method, "/own", body, **sent)
                assert (answer.status, answer.body) == (412, b"own")
    assert Conditions.heard == [
        (method, *tags) for method in ("GET", "PUT") for tags in (('"a"', None), (None, '"a"'))
    ]


def test_a_refusal_is_not_kept(gateway: Gateway, make_account: MakeAccount) -> None:
    assert gateway.ask("GET", ME).status == 401
    assert gateway.ask("GET", ME, **make_account().headers).status == 200


def test_what_is_kept_is_served_while_the_app_is_away(
    start_gateway: StartGateway, start_server: StartServer
) -> None:
    server = start_server("-m", "gunicorn", TRUSTED_PROXIES="1")
    gateway = start_gateway(server.port)
    kept = gateway.ask("GET", DOCUMENT)
    assert source_of(kept) == MISS
    server.stop()
    away = gateway.ask("GET", DOCUMENT)
    assert (source_of(away), away.body) == (HIT, kept.body)
    assert gateway.ask("GET", ME).status == 503


class PublicResource(Resource):
    """A resource of the owner's that everybody may keep for a second."""

    conditions: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        """Answer, or say that the copy is current."""
        condition = self.headers["If-None-Match"]
        self.conditions.append(condition)
        self.send_response(304 if condition == '"v1"' else 200)
        self.send_header("ETag", '"v1"')
        self.send_header("Cache-Control", "public, max-age=1")
        self.end_headers()
        if condition != '"v1"':
            self.wfile.write(b"public")


def test_a_public_resource_is_asked_for_by_its_etag_and_outlives_the_app(
    start_gateway: StartGateway,
) -> None:
    PublicResource.conditions.clear()
    with served(PublicResource) as port:
        gateway = start_gateway(port)
        assert source_of(gateway.ask("GET", "/public")) == MISS
        deadline = time.monotonic() + 20
        # What a client has is its own affair: the gateway asks by what it has itself.
        while len(PublicResource.conditions) < 2 and time.monotonic() < deadline:
            answer = gateway.ask("GET", "/public", If_None_Match='"another"')
            assert (source_of(answer), answer.body) == (HIT, b"public")
            time.sleep(0.1)
        assert PublicResource.conditions == [None, '"v1"']
    time.sleep(1.5)
    assert source_of(gateway.ask("GET", "/public")) == HIT
    assert gateway.ask("GET", "/public", If_Match='"another"').status == 412


#: if cookiecutter.api_docs != "none"
def test_the_files_of_the_page_are_kept_with_their_etags_and_the_page_is_not(
    start_gateway: StartGateway, start_server: StartServer
) -> None:
    server = start_server("-m", "gunicorn", TRUSTED_PROXIES="1", DOCS_ENABLED="1")
    gateway = start_gateway(server.port)
    pages = [gateway.ask("GET", "/docs/") for _ in range(2)]
    assert [source_of(page) for page in pages] == [MISS, MISS]
    assert [page.headers["Cache-Control"] for page in pages] == ["no-store"] * 2
    first, second = (gateway.ask("GET", "/docs/favicon.svg") for _ in range(2))
    assert [source_of(first), source_of(second)] == [MISS, HIT]
    tag = second.headers["ETag"]
    assert tag == first.headers["ETag"]
    server.stop()
    current = gateway.ask("GET", "/docs/favicon.svg", If_None_Match=tag)
    assert (current.status, current.body) == (304, b"")
    assert gateway.ask("GET", "/docs/favicon.svg", If_None_Match='"another"').status == 200


#: endif
#: if cookiecutter.jwt_algorithm != "HS256"
def test_the_public_keys_are_kept_as_long_as_the_app_says(gateway: Gateway) -> None:
    answers = [gateway.ask("GET", "/.well-known/jwks.json") for _ in range(2)]
    assert [source_of(answer) for answer in answers] == [MISS, HIT]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"public, max-age=300"}


#: endif
#: if cookiecutter.cors
def test_what_is_kept_for_one_origin_is_not_served_to_another(
    start_gateway: StartGateway, start_server: StartServer
) -> None:
    origins = ("https://a.example", "https://b.example")
    server = start_server("-m", "gunicorn", TRUSTED_PROXIES="1", CORS_ORIGINS=",".join(origins))
    gateway = start_gateway(server.port)
    assert gateway.ask("GET", DOCUMENT).headers["Access-Control-Allow-Origin"] is None
    for _ in range(2):
        for origin in origins:
            answer = gateway.ask("GET", DOCUMENT, Origin=origin)
            assert answer.headers["Access-Control-Allow-Origin"] == origin


#: endif
def test_what_changes_something_is_never_kept(gateway: Gateway, account: Person) -> None:
    body = {"email": account.email, "password": account.password}
    tokens = {
        json.loads(gateway.ask("POST", "/api/v1/auth/login", body).body)["accessToken"]
        for _ in range(2)
    }
    assert len(tokens) == 2
