"""Say which answer owns which files and which secrets of a project.

A path stands where it stands in the project; a folder ends in "/". A file with several owners
stays only when every one of them wants it, a shared one as long as anybody does. Everything that is
not listed belongs to every project.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Owner(NamedTuple):
    """An answer, the values with which it keeps its files, and those files."""

    answer: str
    keeps_with: tuple[str | bool, ...]
    paths: tuple[str, ...]


class Shared(NamedTuple):
    """Files that several answers use, and those answers with the values that keep them."""

    kept_by: tuple[tuple[str, tuple[str | bool, ...]], ...]
    paths: tuple[str, ...]


class Secret(NamedTuple):
    """A line of .env: what it is called, what it does, how it is made, and for which answers."""

    name: str
    kind: str
    comment: str
    answer: str | None = None
    made_with: tuple[str | bool, ...] = ()


ON = (True,)
PAGES = ("swagger", "redoc")
KEY_PAIRS = ("RS256", "ES256", "EdDSA")

OWNERS = (
    Owner(
        "security_headers",
        ON,
        (
            "app/hooks/security_headers.py",
            "tests/app/hooks/test_security_headers.py",
            "tests/checklist/test_security_headers.py",
            "tests/checklist/test_transport.py",
        ),
    ),
    Owner(
        "throttling",
        ON,
        (
            "app/hooks/throttle.py",
            "app/limiter.py",
            "app/services/throttle/",
            "config/rates.py",
            "tests/app/hooks/test_throttle.py",
            "tests/app/services/throttle/",
            "tests/app/test_limiter.py",
            "tests/checklist/test_throttling.py",
        ),
    ),
    Owner(
        "cors",
        ON,
        ("app/hooks/cors.py", "tests/app/hooks/test_cors.py", "tests/browser/test_cors.py"),
    ),
    Owner(
        "api_docs",
        PAGES,
        (
            "app/docs/docs_page.py",
            "app/docs/page/",
            "app/views/docs_page.py",
            "tests/app/docs/page/",
            "tests/app/views/test_docs_page.py",
        ),
    ),
    Owner("api_docs", ("swagger",), ("app/docs/page/swagger/", "tests/browser/test_swagger.py")),
    Owner("api_docs", ("redoc",), ("app/docs/page/redoc/", "tests/browser/test_redoc.py")),
    Owner(
        "field_encryption",
        ON,
        (
            "app/commands/encryption.py",
            "app/models/encryption/",
            "app/services/encryption.py",
            "config/fernet.py",
            "tests/app/commands/test_encryption.py",
            "tests/app/models/encryption/",
            "tests/app/services/test_encryption.py",
            "tests/app/services/test_preparation_with_keys.py",
            "tests/checklist/test_field_encryption.py",
            "tests/fixtures/encryption.py",
        ),
    ),
    Owner(
        "jwt_algorithm",
        KEY_PAIRS,
        (
            "app/docs/well_known.py",
            "app/schemas/keys.py",
            "app/services/signing_keys.py",
            "app/views/well_known.py",
            "config/jwk.py",
            "config/key_pairs.py",
            "tests/app/services/test_signing_keys.py",
            "tests/app/views/test_well_known.py",
            "tests/checklist/test_key_rotation.py",
            "tests/config/test_jwk.py",
            "tests/config/test_key_pairs.py",
        ),
    ),
)

SHARED = (
    Shared(
        (("api_docs", PAGES), ("cors", ON)),
        ("tests/browser/chromium.py", "tests/browser/conftest.py"),
    ),
)

SECRETS = (
    Secret("SECRET_KEY", "token", "Signs what Flask signs."),
    Secret("JWT_SECRET_KEY", "token", "Signs and checks the tokens.", "jwt_algorithm", ("HS256",)),
    Secret(
        "FIELD_ENCRYPTION_KEYS",
        "fernet",
        "Encrypts stored fields; the first of several keys encrypts, all of them decrypt.",
        "field_encryption",
        (True,),
    ),
    Secret(
        "FIELD_INDEX_KEY",
        "token",
        "Finds an encrypted e-mail address again; a new key loses every account.",
        "field_encryption",
        (True,),
    ),
)


def to_prune(answers: Mapping[str, Any]) -> Iterator[str]:
    """Yield each path that *answers* leave out, once."""
    unwanted = [owner.paths for owner in OWNERS if answers[owner.answer] not in owner.keeps_with]
    unwanted += [
        shared.paths
        for shared in SHARED
        if not any(answers[answer] in values for answer, values in shared.kept_by)
    ]
    yield from dict.fromkeys(chain.from_iterable(unwanted))


def to_make(answers: Mapping[str, Any]) -> Iterator[Secret]:
    """Yield each secret that a project with *answers* needs."""
    for secret in SECRETS:
        if secret.answer is None or answers[secret.answer] in secret.made_with:
            yield secret


def left_out(answers: Mapping[str, Any]) -> Iterator[str]:
    """Yield the name of each answer that says no."""
    yield from (name for name, answer in answers.items() if answer is False or answer == "none")
