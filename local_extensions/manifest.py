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
            "app/services/throttle.py",
            "config/throttle.py",
            "tests/app/hooks/test_throttle.py",
            "tests/app/services/test_throttle.py",
            "tests/checklist/test_throttling.py",
        ),
    ),
    Owner(
        "cors",
        ON,
        (
            "app/hooks/cors.py",
            "tests/app/hooks/test_cors.py",
            "tests/browser/test_cors.py",
            "tests/browser/test_provider_page.py",
        ),
    ),
    Owner(
        "api_docs",
        PAGES,
        (
            "app/docs/page/",
            "app/views/docs_page.py",
            "tests/app/docs/page/",
            "tests/app/views/test_docs_page.py",
        ),
    ),
    Owner("api_docs", ("swagger",), ("app/docs/page/swagger/", "tests/browser/test_swagger.py")),
    Owner("api_docs", ("redoc",), ("app/docs/page/redoc/", "tests/browser/test_redoc.py")),
    Owner(
        "oauth",
        ("client",),
        (
            "app/docs/identities.py",
            "app/docs/provider_logins.py",
            "app/models/identities.py",
            "app/models/pending_logins.py",
            "app/schemas/identities.py",
            "app/services/identities.py",
            "app/services/provider_logins.py",
            "app/services/providers/",
            "app/views/identities.py",
            "app/views/provider_login_cookies.py",
            "app/views/provider_logins.py",
            "config/providers.py",
            "tests/app/models/encryption/test_identities.py",
            "tests/app/services/providers/",
            "tests/app/services/test_identities.py",
            "tests/app/views/test_identities.py",
            "tests/app/views/test_provider_login_cookies.py",
            "tests/app/views/test_provider_logins.py",
            "tests/browser/test_provider_logins.py",
            "tests/browser/test_provider_page.py",
            "tests/checklist/test_account_linking.py",
            "tests/checklist/test_id_tokens.py",
            "tests/checklist/test_login_servers.py",
            "tests/checklist/test_login_state.py",
            "tests/checklist/test_provider_logins.py",
            "tests/config/test_providers.py",
            "tests/fixtures/issuers.py",
            "tests/fixtures/provider_logins.py",
        ),
    ),
    Owner(
        "oauth",
        ("server",),
        (
            "app/commands/oauth.py",
            "app/decorators/scopes.py",
            "app/docs/oauth.py",
            "app/docs/oauth_responses.py",
            "app/hooks/scopes.py",
            "app/models/oauth.py",
            "app/schemas/oauth.py",
            "app/services/oauth/",
            "app/templates/",
            "app/views/oauth.py",
            "app/views/oauth_metadata.py",
            "app/views/oauth_pages.py",
            "app/views/oauth_page_texts.py",
            "config/oauth_server.py",
            "tests/app/commands/test_oauth.py",
            "tests/app/services/oauth/",
            "tests/app/views/test_oauth.py",
            "tests/browser/test_oauth.py",
            "tests/checklist/test_oauth.py",
            "tests/checklist/test_oauth_pages.py",
            "tests/fixtures/oauth.py",
        ),
    ),
    Owner(
        "field_encryption",
        ON,
        (
            "app/commands/encryption.py",
            "app/models/encryption/",
            "app/services/encryption.py",
            "config/encryption.py",
            "tests/app/commands/test_encryption.py",
            "tests/app/models/encryption/",
            "tests/app/services/test_encryption.py",
            "tests/app/services/test_database_preparation_with_keys.py",
            "tests/checklist/test_field_encryption.py",
            "tests/checklist/test_personal_data.py",
            "tests/fixtures/encryption.py",
        ),
    ),
    Owner(
        "xml",
        ON,
        (
            "app/docs/xml.py",
            "app/xml/",
            "tests/app/docs/test_xml.py",
            "tests/app/xml/",
            "tests/checklist/test_in_xml.py",
            "tests/checklist/test_xml.py",
            "tests/fixtures/xml.py",
        ),
    ),
    Owner("xml", (False,), ("tests/checklist/test_no_xml.py",)),
    Owner(
        "uploads",
        ON,
        (
            "app/commands/files.py",
            "app/docs/files.py",
            "app/models/files.py",
            "app/schemas/files.py",
            "app/services/files.py",
            "app/services/object_store.py",
            "app/views/files.py",
            "config/object_store.py",
            "dev/object_store_process.py",
            "dev/object_store.py",
            "tests/app/commands/test_files.py",
            "tests/app/docs/test_files.py",
            "tests/app/schemas/test_files.py",
            "tests/app/services/test_files.py",
            "tests/app/services/test_object_store.py",
            "tests/app/views/test_files.py",
            "tests/browser/test_uploads.py",
            "tests/app/tasks/test_exported_files.py",
            "tests/checklist/test_uploads.py",
            "tests/config/test_object_store.py",
            "tests/dev/test_object_store.py",
            "tests/fixtures/object_store.py",
        ),
    ),
    Owner(
        "observability",
        ON,
        (
            "app/models/slow_queries.py",
            "app/observability/",
            "config/telemetry.py",
            "tests/app/models/test_slow_queries.py",
            "tests/app/observability/",
            "tests/checklist/test_observability.py",
            "tests/config/test_telemetry.py",
            "tests/fixtures/broken_server.py",
            "tests/fixtures/collectors.py",
        ),
    ),
    Owner("observability", (False,), ("app/access_log.py", "tests/app/test_access_log.py")),
    Owner(
        "task_queue",
        ON,
        (
            "app/commands/jobs.py",
            "app/docs/exports.py",
            "app/models/exports.py",
            "app/models/jobs.py",
            "app/schemas/exports.py",
            "app/services/job_attempts.py",
            "app/services/exports.py",
            "app/services/jobs.py",
            "app/services/queue.py",
            "app/tasks/",
            "app/views/exports.py",
            "config/jobs.py",
            "dev/broker.py",
            "dev/broker_process.py",
            "dev/worker.py",
            "tests/app/commands/test_jobs.py",
            "tests/app/services/test_job_attempts.py",
            "tests/app/services/test_exports.py",
            "tests/app/services/test_jobs.py",
            "tests/app/services/test_queue.py",
            "tests/app/tasks/",
            "tests/app/views/test_exports.py",
            "tests/checklist/test_workers.py",
            "tests/dev/test_broker.py",
            "tests/fixtures/queue.py",
            "tests/fixtures/belongings.py",
            "worker.py",
        ),
    ),
    Owner(
        "jwt_algorithm",
        KEY_PAIRS,
        (
            "app/docs/well_known.py",
            "app/schemas/public_keys.py",
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
        (("api_docs", PAGES), ("cors", ON), ("oauth", ("client", "server")), ("uploads", ON)),
        ("tests/browser/chromium.py", "tests/browser/conftest.py"),
    ),
)
# What finishes a project, and what says until then that it is not finished.
UNFINISHED = ("GNUmakefile", "conftest.py", "finish_project.py")

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
    """Yield each path that a finished project with *answers* does not have, once."""
    unwanted = [owner.paths for owner in OWNERS if answers[owner.answer] not in owner.keeps_with]
    unwanted += [
        shared.paths
        for shared in SHARED
        if not any(answers[answer] in values for answer, values in shared.kept_by)
    ]
    yield from dict.fromkeys(chain.from_iterable(unwanted))
    # Last, so that what is cut short can be run again.
    yield from UNFINISHED


def to_make(answers: Mapping[str, Any]) -> Iterator[Secret]:
    """Yield each secret that a project with *answers* needs."""
    for secret in SECRETS:
        if secret.answer is None or answers[secret.answer] in secret.made_with:
            yield secret


def left_out(answers: Mapping[str, Any]) -> Iterator[str]:
    """Yield the name of each answer that says no."""
    yield from (name for name, answer in answers.items() if answer is False or answer == "none")
