"""Every answer has a request id; a client's own is used only if it is a UUID."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

HEADER = "X-Request-ID"


def test_every_answer_has_an_id_of_its_own(api):
    first, second = (api.get("/health/live").headers[HEADER] for _ in range(2))
    assert first != second
    assert UUID(first).version == UUID(second).version == 7


def test_problems_carry_the_id_that_their_document_names(api):
    answer = api.get("/nothing", status=404)
    assert answer.headers[HEADER] == answer.json["requestId"]
    assert answer.json["instance"] == f"urn:uuid:{answer.json['requestId']}"


def test_a_uuid_of_the_client_is_taken(api):
    offered = str(uuid4())
    assert api.get("/health/live", headers={HEADER: offered}).headers[HEADER] == offered


def test_a_uuid_in_capitals_is_taken_in_lower_case(api):
    offered = str(uuid4())
    answer = api.get("/health/live", headers={HEADER: offered.upper()})
    assert answer.headers[HEADER] == offered


@pytest.mark.parametrize(
    "offered",
    [
        "",
        "1",
        "not-a-uuid",
        "0" * 32,
        "{01234567-89ab-cdef-0123-456789abcdef}",
        "urn:uuid:01234567-89ab-cdef-0123-456789abcdef",
        "01234567-89ab-cdef-0123-456789abcdeg",
        "01234567-89ab-cdef-0123-456789abcdef, x",
        "x" * 36,
        "request failed\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0",
    ],
)
def test_anything_but_a_uuid_is_not_taken(api, offered):
    answer = api.get("/health/live", headers={HEADER: offered})
    assert answer.headers[HEADER] != offered
    assert UUID(answer.headers[HEADER]).version == 7


def test_the_log_names_the_request_that_was_refused(api, caplog):
    caplog.set_level("INFO", logger="app")
    answer = api.get("/api/v1/me", status=401, headers={"Authorization": "Bearer x"})
    assert answer.headers[HEADER] in caplog.text
