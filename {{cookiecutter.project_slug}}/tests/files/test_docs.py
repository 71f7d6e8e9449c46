"""The API document says of files what this deployment's settings allow."""

from __future__ import annotations

from tests.fixtures.api import Api


def test_the_document_has_the_limits_of_the_settings(make_app):
    app = make_app(UPLOAD_CONTENT_TYPES=("text/csv",), UPLOAD_MAX_BYTES=1000)
    document = Api(app).get("/openapi.json").json
    members = document["components"]["schemas"]["AnnounceFile"]["properties"]
    assert members["contentType"]["enum"] == ["text/csv"]
    assert (members["size"]["minimum"], members["size"]["maximum"]) == (1, 1000)


def test_the_document_of_one_app_leaves_that_of_another_alone(make_app):
    Api(make_app(UPLOAD_MAX_BYTES=1000)).get("/openapi.json")
    document = Api(make_app()).get("/openapi.json").json
    members = document["components"]["schemas"]["AnnounceFile"]["properties"]
    assert members["size"]["maximum"] == 10_485_760
