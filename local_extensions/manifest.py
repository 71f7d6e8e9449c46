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
SHIPPED = ("docker", "kubernetes")
HOSTED = ("github", "gitlab")

OWNERS = (
    Owner(
        "security_headers",
        ON,
        (
            "app/hooks/security_headers.py",
            "tests/promises/test_security_headers.py",
            "tests/promises/test_transport.py",
            "tests/hooks/test_security_headers.py",
        ),
    ),
    Owner(
        "throttling",
        ON,
        (
            "app/throttle/",
            "config/throttle.py",
            "tests/promises/test_throttling.py",
            "tests/mechanics/throttle/",
        ),
    ),
    Owner(
        "cors",
        ON,
        (
            "app/hooks/cors.py",
            "tests/mechanics/browser/test_cors.py",
            "tests/mechanics/browser/test_provider_page.py",
            "tests/hooks/test_cors.py",
        ),
    ),
    Owner("api_docs", PAGES, ("app/openapi/page/", "tests/openapi/page/")),
    Owner(
        "api_docs",
        ("swagger",),
        ("app/openapi/page/swagger/", "tests/mechanics/browser/test_swagger.py"),
    ),
    Owner(
        "api_docs", ("redoc",), ("app/openapi/page/redoc/", "tests/mechanics/browser/test_redoc.py")
    ),
    Owner(
        "oauth",
        ("client",),
        (
            "app/identities/",
            "config/providers.py",
            "tests/mechanics/browser/test_provider_logins.py",
            "tests/mechanics/browser/test_provider_page.py",
            "tests/promises/test_account_linking.py",
            "tests/promises/test_id_tokens.py",
            "tests/promises/test_login_servers.py",
            "tests/promises/test_login_state.py",
            "tests/promises/test_provider_logins.py",
            "tests/config/test_providers.py",
            "tests/fixtures/issuers.py",
            "tests/fixtures/provider_logins.py",
            "tests/identities/",
            "tests/second_factor/test_provider_logins.py",
        ),
    ),
    Owner(
        "oauth",
        ("server",),
        (
            "app/oauth/",
            "config/oauth_server.py",
            "tests/mechanics/browser/test_oauth.py",
            "tests/promises/test_oauth.py",
            "tests/promises/test_oauth_pages.py",
            "tests/fixtures/oauth.py",
            "tests/oauth/",
            "tests/second_factor/test_oauth_pages.py",
        ),
    ),
    Owner(
        "field_encryption",
        ON,
        (
            "app/encryption/",
            "config/encryption.py",
            "tests/promises/test_field_encryption.py",
            "tests/promises/test_personal_data.py",
            "tests/encryption/",
            "tests/fixtures/encryption.py",
            "tests/identities/test_encrypted_identities.py",
            "tests/second_factor/test_encrypted_secrets.py",
        ),
    ),
    Owner("field_encryption", (False,), ("tests/second_factor/test_secret_key.py",)),
    Owner(
        "second_factor",
        ON,
        (
            "app/mail/templates/second-factor-removed.en.html",
            "app/mail/templates/second-factor-removed.en.txt",
            "app/mail/templates/second-factor-removed.ko.html",
            "app/mail/templates/second-factor-removed.ko.txt",
            "app/mail/templates/second-factor-set-up.en.html",
            "app/mail/templates/second-factor-set-up.en.txt",
            "app/mail/templates/second-factor-set-up.ko.html",
            "app/mail/templates/second-factor-set-up.ko.txt",
            "app/oauth/templates/oauth/login_with_code.html",
            "app/second_factor/",
            "config/second_factor.py",
            "tests/second_factor/",
            "tests/fixtures/second_factors.py",
            "tests/promises/test_second_factor.py",
        ),
    ),
    Owner(
        "xml",
        ON,
        (
            "app/xml/",
            "tests/notes/test_in_xml.py",
            "tests/promises/test_in_xml.py",
            "tests/promises/test_xml.py",
            "tests/fixtures/xml.py",
            "tests/xml/",
        ),
    ),
    Owner(
        "mail",
        ON,
        (
            "app/accounts/confirmations.py",
            "app/accounts/emails.py",
            "app/accounts/languages.py",
            "app/accounts/letter_docs.py",
            "app/accounts/letter_tokens.py",
            "app/accounts/letter_views.py",
            "app/accounts/recovery.py",
            "app/accounts/sign_ups.py",
            "config/letter_tokens.py",
            "tests/accounts/test_emails.py",
            "tests/accounts/test_languages.py",
            "tests/accounts/test_letter_tokens.py",
            "tests/accounts/test_letters_at_once.py",
            "tests/accounts/test_notices.py",
            "tests/accounts/test_recovery.py",
            "tests/accounts/test_sign_ups.py",
            "tests/config/test_letter_tokens.py",
            "tests/fixtures/letters.py",
            "tests/identities/test_notices.py",
            "tests/second_factor/test_notices.py",
            "tests/staff/test_unconfirmed.py",
        ),
    ),
    Owner("xml", (False,), ("tests/promises/test_no_xml.py",)),
    Owner(
        "uploads",
        ON,
        (
            "app/files/",
            "config/object_store.py",
            "deploy/gateway/store.conf",
            "dev/object_store_process.py",
            "dev/object_store.py",
            "tests/mechanics/browser/test_uploads.py",
            "tests/promises/test_uploads.py",
            "tests/config/test_object_store.py",
            "tests/mechanics/dev/test_object_store.py",
            "tests/exports/test_exported_files.py",
            "tests/files/",
            "tests/fixtures/object_store.py",
        ),
    ),
    Owner(
        "observability",
        ON,
        (
            "app/observability/",
            "config/telemetry.py",
            "monitoring/",
            "tests/promises/test_observability.py",
            "tests/config/test_telemetry.py",
            "tests/fixtures/broken_server.py",
            "tests/fixtures/collectors.py",
            "tests/observability/",
        ),
    ),
    Owner("mail", (False,), ("tests/oauth/test_one_time_passwords.py",)),
    Owner(
        "observability",
        (False,),
        ("app/server/access_log.py", "tests/server/test_access_log.py"),
    ),
    Owner(
        "mail",
        ON,
        (
            "app/mail/",
            "config/mail.py",
            "dev/outbox.py",
            "dev/outbox_process.py",
            "tests/mechanics/dev/test_outbox.py",
            "tests/fixtures/mail.py",
            "tests/mail/",
        ),
    ),
    # A worker asks the database where no broker wakes it.
    Owner("mail", ON, ("app/jobs/polling.py", "tests/jobs/test_polling.py")),
    Owner("task_queue", (False,), ("app/jobs/polling.py", "tests/jobs/test_polling.py")),
    Owner(
        "task_queue",
        ON,
        (
            "app/exports/",
            "app/jobs/commands.py",
            "app/jobs/queue.py",
            "app/jobs/worker.py",
            "config/queue.py",
            "dev/broker.py",
            "dev/broker_process.py",
            "tests/promises/test_workers.py",
            "tests/mechanics/dev/test_broker.py",
            "tests/exports/",
            "tests/fixtures/belongings.py",
            "tests/fixtures/queue.py",
            "tests/jobs/test_attempts.py",
            "tests/jobs/test_commands.py",
            "tests/jobs/test_queue.py",
            "tests/jobs/test_service.py",
            "tests/jobs/test_worker.py",
        ),
    ),
    Owner(
        "deploy",
        SHIPPED,
        (
            ".dockerignore",
            "Dockerfile",
            "compose.yaml",
            "deploy/",
            "tests/mechanics/deploy/",
            "tests/fixtures/gateway.py",
        ),
    ),
    Owner("deploy", ("docker",), ("deploy/database.yaml", "deploy/stack.yaml")),
    Owner(
        "deploy",
        ("kubernetes",),
        ("deploy/gateway/kubernetes/", "deploy/gateway/kustomization.yaml", "deploy/kubernetes/"),
    ),
    Owner("deploy", SHIPPED, (".github/workflows/release.yml", ".github/workflows/rollback.yml")),
    Owner("ci", ("github",), (".github/", "tests/promises/test_github.py")),
    Owner(
        "ci",
        ("gitlab",),
        (".gitlab/", ".gitlab-ci.yml", "renovate.json", "tests/promises/test_gitlab.py"),
    ),
    Owner(
        "ci",
        HOSTED,
        (
            ".gitleaks.toml",
            ".pre-commit-config.yaml",
            "SECURITY.md",
            "deploy/connect.sh",
            "tests/promises/test_review.py",
        ),
    ),
    Owner(
        "jwt_algorithm",
        KEY_PAIRS,
        (
            "app/tokens/key_set.py",
            "app/tokens/signing_keys.py",
            "config/jwk.py",
            "config/key_pairs.py",
            "tests/promises/test_key_rotation.py",
            "tests/config/test_jwk.py",
            "tests/config/test_key_pairs.py",
            "tests/tokens/test_key_set.py",
            "tests/tokens/test_signing_keys.py",
        ),
    ),
)

SHARED = (
    Shared((("deploy", SHIPPED), ("security_headers", ON)), ("tests/fixtures/tls.py",)),
    Shared(
        (("mail", ON), ("task_queue", ON)),
        (
            "app/jobs/",
            "config/jobs.py",
            "deploy/kubernetes/base/worker.yaml",
            "dev/worker.py",
            "tests/jobs/",
            "worker.py",
        ),
    ),
    Shared(
        (("api_docs", PAGES), ("cors", ON), ("oauth", ("client", "server")), ("uploads", ON)),
        ("tests/mechanics/browser/chromium.py", "tests/mechanics/browser/conftest.py"),
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
