"""Literals that are not configuration: changing one changes the contract."""

from __future__ import annotations

API_PREFIX = "/api/v1"
REQUEST_ID_HEADER = "X-Request-ID"
JSON_MEDIA_TYPE = "application/json"
#: if cookiecutter.xml
XML_MEDIA_TYPE = "application/xml"
#: endif
#: if cookiecutter.oauth == "server"
FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"
#: endif
PROBLEM_MEDIA_TYPE = "application/problem+json"

# Enough for a person; a hostile body must not cause a long answer.
MOST_ERRORS = 20
