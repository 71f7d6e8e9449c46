"""Literals that are not configuration: changing one changes the contract."""

from __future__ import annotations

API_PREFIX = "/api/v1"
HEALTH_PREFIX = "/health/"
REQUEST_ID_HEADER = "X-Request-ID"
PROBLEM_MEDIA_TYPE = "application/problem+json"

# A mistake or two tell enough; a hostile body must not make a long answer.
MOST_ERRORS = 20
