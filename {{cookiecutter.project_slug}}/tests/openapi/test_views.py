"""The document is served to everybody."""

from __future__ import annotations

import json

from tests.fixtures.api import Api


def test_anybody_reads_the_document(api):
    answer = api.get("/openapi.json")
    assert answer.content_type == "application/json"
    assert answer.json["openapi"] == "3.1.0"


def test_the_document_is_made_once(api, app):
    first = api.get("/openapi.json").data
    kept = app.extensions["openapi_document"]
    assert api.get("/openapi.json").data == first
    assert app.extensions["openapi_document"] is kept


def test_the_document_ignores_a_query(api):
    api.get("/openapi.json?v=1")


def test_the_document_names_no_software(api):
    text = json.dumps(api.get("/openapi.json").json["info"]).lower()
    for software in ("flasgger", "werkzeug", "python", "gunicorn", "pydantic"):
        assert software not in text


def test_text_in_all_scripts_is_served_unchanged(api):
    assert "김민지" in api.get("/openapi.json").text


def test_the_document_can_be_closed(make_app):
    api = Api(make_app(OPENAPI_ENABLED=False))
    assert api.get("/openapi.json", status=404).json["type"] == "/problems/not-found"
    api.get("/health/live")
