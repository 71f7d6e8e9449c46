"""Nothing of a feature that is off is left in a project: no import, no setting, no word."""

from __future__ import annotations

import re

import pytest

from tests.rendering import render

# The checklist names what is off, and says so. HTML pages keep headers of their own in any case.
EXEMPT = {"CHECKLIST.md", "tests/checklist/items.toml"}
PAGES = {"app/views/docs_page.py", "tests/app/views/test_docs_page.py"}
WORDS = {
    ("security_headers", False): r"(?i:nosniff|strict-transport|hsts|x-frame)"
    r"|REQUIRES_HTTPS|InsecureTransport",
    ("throttling", False): r"(?i:throttl|ratelimit|rate limit|flask.limiter)",
    ("cors", False): r"(?i:\bcors\b|cross-origin|access-control)|CORS_",
    (
        "api_docs",
        "none",
    ): r"(?i:swagger-ui|redoc|flask.openapi)|docs_page|DOCS_ENABLED|[\"'`]/docs/",
    ("api_docs", "swagger"): r"(?i:redoc)",
    ("api_docs", "redoc"): r"(?i:swagger-ui)",
    ("field_encryption", False): r"(?i:encrypt|fernet|blind index)|FIELD_(?:ENCRYPTION|INDEX)",
    ("jwt_algorithm", "HS256"): r"(?i:jwks|key pairs)|JWT_PRIVATE|RETIRED_PUBLIC",
    **dict.fromkeys(
        [("jwt_algorithm", name) for name in ("RS256", "ES256", "EdDSA")], r"JWT_SECRET_KEY"
    ),
    ("license", "Proprietary"): r"MIT License|Apache License",
    ("license", "MIT"): r"(?i:proprietary)|Apache License",
    ("license", "Apache-2.0"): r"(?i:proprietary)|MIT License",
}


@pytest.mark.parametrize(
    ("answer", "words"),
    WORDS.items(),
    ids=lambda each: "=".join(map(str, each)) if isinstance(each, tuple) else "",
)
def test_what_is_off_is_not_mentioned(answer, words):
    name, value = answer
    project = render({name: value})
    found = [
        f"{path}:{number}: {line.strip()}"
        for path, text in project.items()
        if path not in EXEMPT | (PAGES if name == "security_headers" else set())
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(words, line)
    ]
    assert not found, "\n".join(found)
    assert not [path for path in project if re.search(words, path)]
