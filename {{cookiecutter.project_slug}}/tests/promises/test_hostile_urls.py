"""Input: hostile query strings and paths are refused or ignored, on every route."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest

from tests.fixtures.accounts import CANARY
from tests.fixtures.operations import each
from tests.promises.resources import names_a_thing

if TYPE_CHECKING:
    from tests.fixtures.attacks import Attack
    from tests.fixtures.examples import Example
    from tests.fixtures.operations import Operation

pytestmark = pytest.mark.checklist("input.validate")

PAGES: Final = ("application/json", "text/html")

# No operation has a parameter of these names; none of them reaches a query.
QUERIES: Final = {
    "an operator": f"email[$ne]={CANARY}",
    "an operator, encoded": f"email%5B%24ne%5D={CANARY}",
    "an operator alone": f"$where=sleep(1000)||{CANARY}",
    "a look-up of mongoengine": f"pw__startswith={CANARY}",
    "another look-up": f"password_hash__ne={CANARY}",
    "a raw look-up": f"__raw__={CANARY}",
    "another's account": f"account={CANARY}",
    "an unknown name": f"{CANARY}=1",
    "a name twice": f"{CANARY}=1&{CANARY}=2",
    "a name without a value": CANARY,
    "a value without a name": f"={CANARY}",
    "brackets": f"{CANARY}[]=1&{CANARY}[0]=1",
    "a semicolon": f"a=1;{CANARY}=2",
    "NUL": f"{CANARY}%00=%00",
    "no UTF-8": f"%ff%fe={CANARY}%c0%af",
    "a torn escape": f"{CANARY}%=%u0041",
    "a line end": f"a=1%0d%0aSet-Cookie:%20a={CANARY}",
    "markup": f"a=%3Cscript%3E{CANARY}%3C/script%3E",
    "JSON": f"%7B%22{CANARY}%22:%7B%22$ne%22:null%7D%7D",
    "overlong": f"{CANARY}=" + "a" * 3_900,
    "a thousand names": "&".join(f"{CANARY}{number}=1" for number in range(1000)),
}

# Used in the place of a UUID in a path.
IDENTIFIERS: Final = {
    "an integer": "654321",
    "zero": "0",
    "a negative number": "-1",
    "an ObjectId": "507f1f77bcf86cd799439011",
    "a name": CANARY,
    "a UUID without hyphens": "0197a1f23c4d7e5f8a6b9c0d1e2f3a4b",
    "a UUID in braces": "%7B0197a1f2-3c4d-7e5f-8a6b-9c0d1e2f3a4b%7D",
    "a UUID too long": "0197a1f2-3c4d-7e5f-8a6b-9c0d1e2f3a4b0",
    "no digit of a UUID": "0197a1f2-3c4d-7e5f-8a6b-9c0d1e2f3a4g",
    "digits of another script": "\u0660197a1f2-3c4d-7e5f-8a6b-9c0d1e2f3a4b",
    "an operator": "%7B%22$ne%22:null%7D",
    "a dollar": "$where",
    "a parent": "..",
    "a parent, encoded": "%2e%2e",
    "a parent and more": "../../../etc/passwd",
    "an encoded slash": "..%2f..%2fetc%2fpasswd",
    "a backslash": "..%5c..%5cetc%5cpasswd",
    "NUL": "%00",
    "a UUID and NUL": "0197a1f2-3c4d-7e5f-8a6b-9c0d1e2f3a4b%00",
    "a line end": "%0d%0aSet-Cookie:a=b",
    "no UTF-8": "%ff%fe",
    "an overlong slash": "%c0%af",
    "markup": "%3Cscript%3E",
    "3,000 letters": "a" * 3_000,
    "null": "null",
    "undefined": "undefined",
    "NaN": "NaN",
    "a star": "*",
}

# Nothing exists at these paths for any caller.
PATHS: Final = (
    "/api",
    "/api/",
    "/api/v1",
    "/api/v1/",
    "/api/v0/me",
    "/api/v1/ME",
    "/api/v1/me.json",
    "/api/v1/me;a=b",
    "/api/v1/me%00",
    "/api/v1/me%20",
    "/api/v1/me%2f",
    "/api/v1/me/",
    "/api//v1/me",
    "/api/v1/../v1/me",
    "/api/v1/%2e%2e/v1/me",
    "/api/v1/me/../../../../etc/passwd",
    "/api/v1/users/654321",
    "/api/v1/me/" + "a/" * 1_000,
    "/.env",
    "/.git/config",
    "/config/base.py",
    "/wsgi.py",
    "/static/../wsgi.py",
    "/static/%2e%2e/%2e%2e/wsgi.py",
    "/admin",
    "/console",
    "/?__debugger__=yes&cmd=1",
    "/phpmyadmin/",
    "/apispec_1.json",
    "/flasgger_static/index.css",
)


def reads_query(operation: Operation) -> bool:
    """Tell whether the operation looks at the parameters of a query."""
    #: if cookiecutter.oauth == "client"
    # What a provider adds to the address is ignored: RFC 6749 section 4.1.2.
    if operation.path.endswith("/callback"):
        return False
    #: endif
    return not operation.contract.has_free_query


def ignores_query(operation: Operation) -> bool:
    """Tell whether the operation is a page or a probe, to which parameters mean nothing."""
    # There are many large files, all served by one function.
    is_page = operation.media_type in PAGES
    return operation.contract.has_free_query and is_page and not operation.parameters


@each(reads_query)
def test_a_parameter_that_no_operation_has_is_refused(attack: Attack, example: Example) -> None:
    for what, query in QUERIES.items():
        attack.send(status=422, what=what, **example.request(query_string=query))


@each(ignores_query)
def test_a_parameter_means_nothing_to_probes_and_pages(attack: Attack, example: Example) -> None:
    for what, query in QUERIES.items():
        request = example.request(query_string=query)
        attack.reach(status=example.success, what=what, **request)


@each(names_a_thing)
def test_an_identifier_that_is_no_uuid_names_nothing(
    attack: Attack, operation: Operation, example: Example
) -> None:
    before, after = re.split(r"\{\w+\}", operation.path, maxsplit=1)
    after = re.sub(r"\{\w+\}", lambda _: str(uuid4()), after)
    for what, identifier in IDENTIFIERS.items():
        # Whoever has a token learns that nothing is there, whatever the path has become.
        path = f"{before}{identifier}{after}"
        headers = {**attack.caller.headers, **example.headers}
        attack.send(status=404, what=what, **example.request(path=path, headers=headers))


def test_hostile_paths_are_not_found(attack: Attack) -> None:
    for path in PATHS:
        attack.send("GET", path, status=404, what=path, headers=attack.caller.headers)
