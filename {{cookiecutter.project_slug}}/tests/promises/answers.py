"""Rules for every answer, log line and stored document of the suite, in any test.

Each function yields mistakes by the id of the checklist's item; tests/plugins/recorder.py calls
them for everything that the suite sees.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.http import PROBLEM_MEDIA_TYPE
from app.routes import API_PREFIX
from tests.fixtures.accounts import CANARY
#: if cookiecutter.xml
from tests.fixtures.xml import XML, members_of, parse_strictly
#: endif

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    # The id of an item, and what broke it.
    Faults = Iterator[tuple[str, str]]

MEMBER: Final = re.compile(r"[a-z][a-zA-Z0-9]*")
TOKEN: Final = re.compile(rb"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")
# An e-mail or an IPv4 address: neither is in an audit event.
PERSONAL: Final = re.compile(rb"@|\b\d{1,3}(\.\d{1,3}){3}\b")
SECRETS: Final = re.compile(rb"(?i)\$argon2|" + CANARY.encode())
CLAIMS: Final = {"iss", "aud", "sub", "iat", "nbf", "exp", "jti", "type", "fresh"}
#: if cookiecutter.oauth == "server"
CLAIMS.add("scope")
#: endif

# Media types whose content is looked at.
#: if cookiecutter.xml
READ: Final = {"application/json", XML}
#: else
READ: Final = {"application/json"}
#: endif

# Standards fix the names in these.
#: if cookiecutter.jwt_algorithm == "HS256" and cookiecutter.oauth != "server"
STANDARD_NAMES: Final = ("/openapi.json",)
#: else
STANDARD_NAMES: Final = ("/openapi.json", "/.well-known/")
#: endif
#: if cookiecutter.api_docs != "none"
# Pages and their files are no data.
PAGES: Final = "/docs/"
#: endif
TOKEN_ROUTES: Final = (
    f"{API_PREFIX}/auth/login",
    f"{API_PREFIX}/auth/refresh",
    f"{API_PREFIX}/me/password",
    #: if cookiecutter.second_factor
    f"{API_PREFIX}/me/second-factor/confirm",
    #: endif
    #: if cookiecutter.oauth == "client"
    f"{API_PREFIX}/auth/oauth/<provider>/callback",
    #: endif
    #: if cookiecutter.oauth == "server"
    "/oauth/token",
    #: endif
)
#: if cookiecutter.oauth == "server"
# Pages, and answers of protocols with their own formats.
OAUTH: Final = "/oauth/"
#: endif


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it left the app; *rule* is None where no route was found."""

    method: str
    rule: str | None
    status: int
    headers: Mapping[str, str]
    body: bytes
    # An answer of a view without a contract, which may be anything.
    is_raw: bool = False
    # The media types that the operation's contract names.
    gives: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.rule or '(no route)'}: {self.status}"

    @property
    def media_type(self) -> str:
        """The content type without its parameters, or nothing."""
        return self.headers.get("Content-Type", "").partition(";")[0]

    def is_below(self, *prefixes: str) -> bool:
        """Whether the answer is of a route that begins so."""
        return (self.rule or "").startswith(prefixes)


def find_faults(answer: Answer) -> Faults:
    """Yield everything that is wrong with an answer."""
    yield from _find_secrets(answer)
    yield from _find_claims(answer)
    if answer.is_raw and answer.media_type != PROBLEM_MEDIA_TYPE:
        return
    #: if cookiecutter.api_docs != "none"
    if answer.is_below(PAGES) and answer.media_type != PROBLEM_MEDIA_TYPE:
        return
    #: endif
    #: if cookiecutter.oauth == "server"
    if answer.is_below(OAUTH) and answer.media_type == "text/html":
        return
    #: endif
    if answer.status in {204, 304} or not answer.body:
        if answer.body or (answer.media_type and answer.method != "HEAD"):
            yield "output.content-type", f"{answer}: a type or a body where neither belongs"
        return
    if answer.status < 400 and answer.media_type in {*answer.gives} - READ:
        return
    try:
        document = read_strictly(answer)
    except ValueError as error:
        yield "output.content-type", f"{answer}: {error}"
        return
    yield from _find_names(answer, document)
    yield from _find_hidden_errors(answer, document)


def find_in_log(logger: str, line: str) -> Faults:
    """Yield what a log line must not hold."""
    text = line.encode(errors="replace")
    if SECRETS.search(text) or TOKEN.search(text):
        yield "output.no-secrets", f"a line of the logger {logger} holds a secret"


def find_in_document(collection: str, document: Mapping[str, Any]) -> Faults:
    """Yield what a stored document lacks."""
    if not isinstance(document["_id"], UUID):
        yield "proc.uuid", f"{collection}: an _id is {type(document['_id']).__name__}, no UUID"
    for name in ("createdAt", "updatedAt"):
        if not isinstance(document.get(name), datetime):
            yield "conv.timestamps", f"{collection}: a document has no {name}"
    if collection == "audit_events":
        said = "\n".join(str(value) for value in document.values()).encode()
        if SECRETS.search(said) or PERSONAL.search(said) or TOKEN.search(said):
            yield "output.no-secrets", f"{collection}: an event holds what it must not"


def read_strictly(answer: Answer) -> Any:
    """Return the content of a body; raises ValueError if it breaks the rules of its type."""
    wanted = "application/json" if answer.status < 400 else PROBLEM_MEDIA_TYPE
    #: if cookiecutter.xml
    if answer.status < 400 and answer.media_type == XML:
        return members_of(parse_strictly(answer.body))
    #: endif
    #: if cookiecutter.oauth == "server"
    if _is_oauth(answer):
        wanted = "application/json"
    #: endif
    if answer.media_type != wanted:
        message = f"the type is {answer.media_type or 'missing'} instead of {wanted}"
        raise ValueError(message)
    return json.loads(
        answer.body.decode("utf-8"),
        parse_constant=_refuse_constant,
        object_pairs_hook=_refuse_repeated,
    )


#: if cookiecutter.oauth == "server"
def _is_oauth(answer: Answer) -> bool:
    """Tell whether an answer is RFC 6749's own, an error response included."""
    return answer.is_below(OAUTH) and answer.media_type == "application/json"


#: endif
def _refuse_constant(name: str) -> None:
    message = f"{name} is no JSON"
    raise ValueError(message)


def _refuse_repeated(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(members)) < len(members):
        message = "a member stands twice"
        raise ValueError(message)
    return dict(members)


def _find_secrets(answer: Answer) -> Faults:
    seen = b"\n".join([answer.body, *(text.encode() for text in answer.headers.values())])
    if SECRETS.search(seen):
        yield "output.no-secrets", f"{answer}: the answer holds a password or its hash"
    if TOKEN.search(seen):
        is_issuing = answer.rule in TOKEN_ROUTES and answer.status == 200
        if not is_issuing or answer.headers.get("Cache-Control") != "no-store":
            yield "output.no-secrets", f"{answer}: the answer holds a token, or may be stored"


def _find_claims(answer: Answer) -> Faults:
    for token in TOKEN.findall(answer.body):
        payload = token.split(b".")[1]
        claims = json.loads(urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
        if superfluous := set(claims) - CLAIMS:
            yield "jwt.payload", f"{answer}: a token says {sorted(superfluous)}"
        if any("@" in str(value) for value in claims.values()):
            yield "jwt.payload", f"{answer}: a token holds an e-mail address"


def _find_names(answer: Answer, document: Any) -> Faults:
    if answer.is_below(*STANDARD_NAMES) and answer.status < 400:
        return
    #: if cookiecutter.oauth == "server"
    if _is_oauth(answer):
        return
    #: endif
    for name in _names(document):
        if not MEMBER.fullmatch(name):
            yield "conv.camel-case", f"{answer}: the member {name!r}"


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            yield from _names(child)


def _find_hidden_errors(answer: Answer, document: Any) -> Faults:
    if answer.status < 400 and isinstance(document, dict) and {"error", "errors"} & set(document):
        yield "output.status", f"{answer}: an error document"
