"""Nothing of a feature that is off is left in a project: no import, no setting, no word."""

from __future__ import annotations

import re

import pytest

from tests.rendering import render

# The checklist names what is off, and says so.
EXEMPT = {"CHECKLIST.md", "tests/checklist/items.toml"}
WORDS = {
    (
        "security_headers",
        False,
    ): r"nosniff|strict-transport|hsts|x-frame|REQUIRES_HTTPS|InsecureTransport",
    (
        "throttling",
        False,
    ): r"throttl|ratelimit|rate limit|flask.limiter|\blimits\b.*>=|leas(?:ed|ing)",
    ("cors", False): r"\bcors\b|CORS_|cross-origin|access-control",
    ("api_docs", "none"): r"swagger.?ui|redoc|docs_page|DOCS_ENABLED|flask.openapi|/docs/",
    ("api_docs", "swagger"): r"redoc",
    ("api_docs", "redoc"): r"swagger.?ui",
    ("field_encryption", False): r"encrypt|fernet|FIELD_|blind index",
    (
        "jwt_algorithm",
        "HS256",
    ): r"jwks|well.known|JWT_PRIVATE|RETIRED_PUBLIC|key pairs|\b(?:RS|ES)256|EdDSA",
    ("jwt_algorithm", "RS256"): r"JWT_SECRET_KEY|\bHS256|EdDSA|Ed25519|ES256",
    ("jwt_algorithm", "ES256"): r"JWT_SECRET_KEY|\bHS256|EdDSA|Ed25519|RS256",
    ("jwt_algorithm", "EdDSA"): r"JWT_SECRET_KEY|\bHS256|RS256|ES256",
    ("license", "Proprietary"): r"MIT License|Apache License",
    ("license", "MIT"): r"proprietary|Apache License",
    ("license", "Apache-2.0"): r"proprietary|MIT License",
}


@pytest.mark.parametrize(("answer", "words"), WORDS.items(), ids=lambda each: str(each)[:40])
def test_what_is_off_is_not_mentioned(answer, words):
    name, value = answer
    project = render({name: value})
    found = [
        f"{path}:{number}: {line.strip()}"
        for path, text in project.items()
        if path not in EXEMPT
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(words, line, re.IGNORECASE)
    ]
    assert not found, "\n".join(found)
    assert not [path for path in project if re.search(words, path, re.IGNORECASE)]
