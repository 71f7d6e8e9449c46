"""Processing: XML is read without fetching what it refers to and without expanding entities."""

from __future__ import annotations

import socket
import time
import tracemalloc
from typing import TYPE_CHECKING, Final

import pytest

from tests.fixtures.application import renewed
from tests.fixtures.attacks import UNHURRIED, Attack
from tests.fixtures.operations import each
from tests.fixtures.xml import body_in_xml, send, takes_xml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from tests.fixtures.application import ShareApp
    from tests.fixtures.database_contents import ReadContents
    from tests.fixtures.examples import Example, World
    from tests.fixtures.processes import Server
    from tests.fixtures.queries import Listen
    from tests.fixtures.xml import Dialect

SECRET: Final = "what the file says"
HEAD: Final = (
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    b"X-Forwarded-Proto: https\r\nContent-Type: application/xml\r\n"
)
LONGEST_BODY: Final = 4_000_000
# Many times the normal time, and far less than the expansion would take.
MOST_SECONDS: Final = 5
# A request itself needs a few copies of its body.
MOST_BYTES: Final = 4_000_000
COPIES: Final = 5
TRIES: Final = 3


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Return a socket that notices every connection to its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        with socket.create_connection(server.getsockname()):
            server.accept()[0].close()
        yield server


def address_of(listener: socket.socket) -> str:
    """Return a URL that leads to the listener."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}/x"


def is_connected_to(listener: socket.socket) -> bool:
    """Tell whether anybody has connected since."""
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


def make_pointers(listener: socket.socket, folder: Path) -> dict[str, bytes]:
    """Return document types that refer to a file and to the listener, in every possible way."""
    file = folder / "secret.txt"
    file.write_text(SECRET, encoding="utf-8")
    address = address_of(listener)
    declared = {
        "an entity that is a file": f'[<!ENTITY e SYSTEM "{file.as_uri()}">]',
        "an entity that is elsewhere": f'[<!ENTITY e SYSTEM "{address}">]',
        "a public entity": f'[<!ENTITY e PUBLIC "-//x" "{address}">]',
        "a parameter entity": f'[<!ENTITY % p SYSTEM "{address}"> %p;]',
        "a parameter entity of a file": f'[<!ENTITY % p SYSTEM "{file.as_uri()}"> %p;]',
        "an external DTD": f'SYSTEM "{address}"',
        "an external DTD that is a file": f'SYSTEM "{file.as_uri()}"',
        "a public DTD": f'PUBLIC "-//x" "{address}"',
        "a DTD and an entity": f'SYSTEM "{address}" [<!ENTITY e SYSTEM "{address}">]',
        "an unparsed entity": f'[<!NOTATION n SYSTEM "{address}"><!ENTITY e SYSTEM "x" NDATA n>]',
        "an entity of its own": '[<!ENTITY e "e">]',
        "a default of an attribute": '[<!ATTLIST title encoding CDATA "base64">]',
        "an empty DTD": "[]",
        "no more than a name": "",
    }
    return {what: f"<!DOCTYPE root {text}>".encode() for what, text in declared.items()}


def examples_of(example: Example, dialect: Dialect, what: bytes) -> list[bytes]:
    """Return the right example of a body behind a document type, plain and with a reference."""
    right = body_in_xml(example.operation, dialect, example.body)
    head, end, rest = right.partition(b"</")
    return [what + right, what + head + b"&e;" + end + rest]


def unfold(levels: int, text: str = "ha" * 20) -> bytes:
    """Return a document type with an entity that is *text* ten times over on each level."""
    entities = [f'<!ENTITY e0 "{text}">']
    for level in range(1, levels):
        again = f"&e{level - 1};" * 10
        entities.append(f'<!ENTITY e{level} "{again}">')
    again = f"&e{levels - 1};" * 10
    return f'<!DOCTYPE root [{"".join(entities)}<!ENTITY e "{again}">]>'.encode()


def make_bombs(example: bytes) -> dict[str, bytes]:
    """Return bodies that are small, or not very large, and that could become much larger."""
    head, end, rest = example.partition(b"</")
    quadratic = b'<!DOCTYPE root [<!ENTITY e "' + b"x" * 20_000 + b'">]>'
    deep = b"<a>" * 100_000
    return {
        "a billion laughs": unfold(9) + head + b"&e;" + end + rest,
        # Parsers that detect the above accept this one.
        "a thousand laughs": unfold(3) + head + b"&e;" + end + rest,
        "a quadratic blow-up": quadratic + head + b"&e;" * 20_000 + end + rest,
        "a depth of 100,000": deep + b"</a>" * 100_000,
        "a depth of 100,000 in a member": head + deep + b"</a>" * 100_000 + end + rest,
        "a depth that does not end": deep,
        # Few elements, but too deep.
        "a depth of 1,000 in a member": head + b"<a>" * 1000 + b"</a>" * 1000 + end + rest,
        "a hundred thousand siblings": head + b"<a/>" * 100_000 + end + rest,
        "ten thousand attributes": head.replace(
            b">", b" a%d=''" * 10_000 % tuple(range(10_000)) + b">", 1
        )
        + b"<a>" * 100
        + end
        + rest,
    }


@pytest.mark.checklist("proc.xxe")
@each(takes_xml)
def test_no_dtd_is_read_and_nothing_is_fetched_for_a_body(
    attack: Attack,
    example: Example,
    dialect: Dialect,
    listener: socket.socket,
    tmp_path: Path,
) -> None:
    for what, doctype in make_pointers(listener, tmp_path).items():
        for body in examples_of(example, dialect, doctype):
            answer = send(attack, example, body, status=400, what=what)
            assert SECRET not in answer.text, what
    assert not is_connected_to(listener)


@pytest.mark.checklist("proc.xxe")
@each(takes_xml)
def test_a_dtd_in_another_encoding_is_refused_too(
    attack: Attack, example: Example, listener: socket.socket
) -> None:
    address = address_of(listener)
    text = f'<!DOCTYPE logIn SYSTEM "{address}"><logIn/>'
    for encoding in ("utf-16", "utf-16-le", "utf-32", "utf-7", "cp037"):
        for declaration in ("", f'<?xml version="1.0" encoding="{encoding}"?>'):
            body = (declaration + text).encode(encoding)
            send(attack, example, body, status=400, what=(encoding, declaration))
    assert not is_connected_to(listener)


@pytest.mark.checklist("proc.xxe")
@each(takes_xml)
def test_processing_instructions_and_inclusions_are_not_followed(
    attack: Attack, example: Example, dialect: Dialect, listener: socket.socket
) -> None:
    address = address_of(listener)
    hint = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation'
    inclusion = f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{address}"/></'
    right = body_in_xml(example.operation, dialect, example.body).decode()
    bodies = {
        "a style sheet": (f'<?xml-stylesheet href="{address}"?>{right}', 400),
        "a schema": (right.replace(">", f' {hint}="{address}">', 1), 422),
        "an inclusion": (right.replace("</", inclusion, 1), 422),
    }
    for what, (body, status) in bodies.items():
        send(attack, example, body.encode(), status=status, what=what)
    assert not is_connected_to(listener)


@pytest.mark.checklist("proc.xxe", "proc.xml-bomb")
def test_the_real_server_neither_fetches_nor_expands_anything(
    server: Server, listener: socket.socket, tmp_path: Path
) -> None:
    doctypes = [*make_pointers(listener, tmp_path).values(), *map(unfold, (9, 3))]
    for doctype in doctypes:
        body = doctype + b"<logIn><email>&e;</email><password>a</password></logIn>"
        head = HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode()
        answer = server.exchange(head + body)
        assert answer.startswith(b"HTTP/1.1 400 "), (doctype, answer)
        assert SECRET.encode() not in answer
    assert not is_connected_to(listener)


@pytest.fixture(scope="module")
def shared_app_at_length(share_app: ShareApp) -> Flask:
    """Return an app that takes long bodies."""
    return share_app(**UNHURRIED, MAX_BODY_BYTES=LONGEST_BODY)


@pytest.fixture
def attack_at_length(
    shared_app_at_length: Flask, world: World, read_contents: ReadContents, listen: Listen
) -> Iterator[Attack]:
    """Return what sends hostile requests to an app that takes long bodies."""
    with renewed(shared_app_at_length) as app:
        attack = Attack(app, world.caller, read_contents, listen)
        yield attack
        attack.end()


@pytest.mark.checklist("proc.xml-bomb")
@each(takes_xml)
def test_a_bomb_is_refused_at_once_and_takes_no_memory(
    attack_at_length: Attack, example: Example, dialect: Dialect
) -> None:
    right = body_in_xml(example.operation, dialect, example.body)
    for what, body in make_bombs(right).items():
        costs = [cost_of(attack_at_length, example, body, what) for _ in range(TRIES)]
        seconds, peak = map(min, zip(*costs, strict=True))
        assert seconds < MOST_SECONDS, what
        assert peak < MOST_BYTES + COPIES * len(body), (what, peak)


def cost_of(attack: Attack, example: Example, body: bytes, what: str) -> tuple[float, int]:
    """Return the seconds of processor and the most bytes that this process took for a request.

    Its other threads take some, too: of several tries the least is the request's own.
    """
    tracemalloc.start()
    try:
        # The CPU time of this process, which does not depend on other load.
        started = time.process_time()
        send(attack, example, body, status=400, what=what)
        seconds = time.process_time() - started
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return seconds, peak


@pytest.mark.checklist("proc.xml-bomb")
@each(takes_xml)
def test_a_bomb_that_is_too_long_is_not_even_read(
    attack: Attack, example: Example, dialect: Dialect
) -> None:
    right = body_in_xml(example.operation, dialect, example.body)
    for what, body in make_bombs(right).items():
        status = 400 if len(body) < 65_536 else 413
        send(attack, example, body, status=status, what=what)
