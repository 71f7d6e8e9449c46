"""The checks of all answers, and the judgement on the suite as a whole.

The promises themselves are judged when the suite ends: see tests/plugins/recorder.py.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.fixtures.accounts import CANARY
from tests.fixtures.queries import Query
from tests.promises.answers import Answer, find_faults, find_in_document, find_in_log
from tests.promises.items import read_items
from tests.promises.whole_suite import (
    ALWAYS,
    Call,
    Documented,
    Record,
    judge,
    read_documented,
)

JSON = {"Content-Type": "application/json"}
PROBLEM = {"Content-Type": "application/problem+json"}
KEPT = Call("GET", "/kept", 200)


def _token(**claims) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": "someone", **claims}, {"signature": "x"})
    return ".".join(
        urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )


def _faults(body=b"{}", *, status=200, headers=JSON, rule="/things", method="GET") -> set[str]:
    return {item for item, _ in find_faults(Answer(method, rule, status, headers, body))}


@pytest.mark.parametrize(
    "good",
    [
        {},
        {"body": b'{"someName": [{"a1B": "snake_case"}]}'},
        {"body": b'{"type": "x"}', "status": 404, "headers": PROBLEM},
        {"body": b"", "status": 204, "headers": {}},
        {"body": b"", "status": 304, "headers": {"ETag": '"1"'}},
        {"body": b"", "status": 308, "headers": {"Location": "/x"}},
        {"body": b'{"some-name": 1}', "rule": "/openapi.json"},
        {"body": b"", "method": "HEAD"},
    ],
)
def test_good_answers_have_no_faults(good):
    assert _faults(**good) == set()


@pytest.mark.parametrize(
    "body", [b'{"snake_case": 1}', b'{"a": [{"B": 1}]}', b'{"": 1}', b'[[{"a-b": 1}]]']
)
def test_other_names_than_camel_case_are_found_at_every_depth(body):
    assert _faults(body) == {"conv.camel-case"}


@pytest.mark.parametrize(
    "bad",
    [
        {"headers": {"Content-Type": "text/html"}},
        {"headers": {}},
        {"headers": PROBLEM},
        {"status": 404},
        {"body": b"{"},
        {"body": b'{"a": NaN}'},
        {"body": b'{"a": 1, "a": 2}'},
        {"body": b'"\xff"'},
        {"body": b"", "status": 204},
        {"body": b"{}", "status": 204, "headers": {}},
        {"body": b"", "status": 304},
        {"body": b"<html>", "status": 404, "headers": {"Content-Type": "text/html"}},
    ],
)
def test_wrong_types_and_broken_bodies_are_found(bad):
    assert _faults(**bad) == {"output.content-type"}


@pytest.mark.parametrize("text", [CANARY, CANARY.upper(), "$argon2id$v=19$m=1", _token()])
def test_secrets_are_found_in_bodies_headers_and_log_lines(text):
    assert "output.no-secrets" in _faults(json.dumps({"a": text}).encode())
    assert "output.no-secrets" in _faults(headers={**JSON, "ETag": text})
    assert dict(find_in_log("app", f"it was {text}")).keys() == {"output.no-secrets"}


def test_an_ordinary_log_line_has_no_faults():
    assert [*find_in_log("app", "GET /api/v1/me 200")] == []


def test_tokens_come_from_the_token_endpoints_and_are_not_stored():
    body = json.dumps({"accessToken": _token()}).encode()
    unstored = {**JSON, "Cache-Control": "no-store"}
    assert _faults(body, rule="/api/v1/auth/login", headers=unstored) == set()
    assert _faults(body, rule="/api/v1/auth/login") == {"output.no-secrets"}
    assert _faults(body, rule="/api/v1/me", headers=unstored) == {"output.no-secrets"}


@pytest.mark.parametrize("claims", [{"email": "x"}, {"iss": "minji@example.com"}])
def test_tokens_that_say_too_much_are_found(claims):
    body = json.dumps({"accessToken": _token(**claims)}).encode()
    unstored = {**JSON, "Cache-Control": "no-store"}
    assert _faults(body, rule="/api/v1/auth/login", headers=unstored) == {"jwt.payload"}


@pytest.mark.parametrize("body", [b'{"error": "x"}', b'{"errors": []}'])
def test_errors_that_look_like_successes_are_found(body):
    assert _faults(body) == {"output.status"}


def test_documents_without_timestamps_or_uuid_are_found():
    now = datetime.now(UTC)
    good = {"_id": UUID(int=1), "createdAt": now, "updatedAt": now}
    assert [*find_in_document("things", good)] == []
    for name, bad in {"_id": 1, "createdAt": None, "updatedAt": "2026-01-31"}.items():
        assert len([*find_in_document("things", {**good, name: bad})]) == 1


@pytest.mark.parametrize("value", ["minji@example.com", "203.0.113.9", f"{CANARY} sings"])
def test_an_audit_event_that_holds_something_personal_is_found(value):
    now = datetime.now(UTC)
    good = {"_id": UUID(int=1), "createdAt": now, "updatedAt": now, "what": "login-failed"}
    assert [*find_in_document("audit_events", good)] == []
    assert len([*find_in_document("audit_events", {**good, "actor": value})]) == 1


def _judged(record: Record) -> dict[tuple[str, str], list[str]]:
    documented = Documented({("GET", "/kept")}, {KEPT, Call("GET", "/kept", 404)})
    return {(item, promise): faults for item, promise, faults in judge(record, documented)}


@pytest.mark.checklist("cicd.test-every-api")
def test_a_route_that_was_never_called_is_named():
    judged = _judged(Record())
    expected = ["GET /kept was never called"]
    assert judged["cicd.test-every-api", "every route is called"] == expected


def test_an_answer_that_is_not_documented_is_named():
    judged = _judged(Record(calls={KEPT, Call("GET", "/kept", 418)}))
    expected = ["GET /kept: 418 is not documented"]
    assert judged["output.status", "every answer is documented"] == expected


def test_a_documented_answer_that_was_never_seen_is_named():
    judged = _judged(Record(calls={KEPT}))
    expected = ["GET /kept: 404 was never seen"]
    assert judged["output.status", "every documented answer is seen"] == expected


def test_an_answer_that_a_failed_test_may_have_been_about_to_see_is_not_named():
    judged = _judged(Record(calls={KEPT}, disturbed={"GET /kept"}))
    assert judged["output.status", "every documented answer is seen"] == []


def test_a_query_that_no_index_serves_is_named():
    by_name = Query.of("find", "accounts", {"displayName": "Minji"}, ())
    ordered = Query.of("find", "accounts", {"_id": 1}, (("displayName", 1),))
    by_id = Query.of("find", "accounts", {"_id": 1, "displayName": {"$gt": "M"}}, ())
    judged = _judged(Record(calls={KEPT}, queries={by_name, ordered, by_id}))
    assert judged[None, "every query of a request is served by an index"] == [
        "find in accounts by _id in the order of displayName: no index serves it",
        "find in accounts by displayName: no index serves it",
    ]


def test_routes_that_only_a_test_has_do_not_count():
    calls = {KEPT, Call("GET", "/kept", 404), Call("GET", "/of-a-test", 418)}
    assert not any(_judged(Record(calls=calls)).values())


def test_faults_of_all_processes_are_judged_together():
    record, other = Record(), Record()
    other.add_faults([("jwt.payload", "one"), ("jwt.payload", "one")])
    record.add(other.dump())
    assert _judged(record)["jwt.payload", ALWAYS["jwt.payload"]] == ["one"]


def test_records_of_processes_add_up():
    query = Query.of("find", "things", {"a": 1, "b": {"$gt": 2}}, (("c", -1),))
    record = Record(calls={KEPT})
    other = Record({Call("PUT", "/kept", 200)}, {"PUT /kept"}, {query})
    record.add(json.loads(json.dumps(other.dump())))
    assert record.calls == {KEPT, Call("PUT", "/kept", 200)}
    assert record.disturbed == {"PUT /kept"}
    assert record.queries == {query}


def test_every_promise_belongs_to_an_item_of_the_checklist():
    items = {item.id for item in read_items()}
    assert {verdict.item for verdict in judge(Record(), read_documented())} <= {*items, None}
