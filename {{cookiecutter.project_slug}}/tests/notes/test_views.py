"""The caller's notes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests.fixtures.api import Api

NOTES = "/api/v1/me/notes"
NOTE = {"title": "장보기", "body": "우유, 김치, 두부"}
MEMBERS = {"id", "title", "body", "createdAt", "updatedAt"}


@pytest.fixture
def written(api, account):
    """Return the answer to a note that was just written."""
    return api.post(NOTES, account, json=NOTE)


@pytest.fixture
def path(written) -> str:
    """Return the path of a note."""
    return written.headers["Location"]


def test_a_new_note_has_its_own_location(written):
    assert written.headers["Location"] == f"{NOTES}/{written.json['id']}"
    assert written.headers["ETag"] == '"1"'
    assert set(written.json) == MEMBERS
    assert UUID(written.json["id"]).version == 7
    assert written.json["createdAt"] == written.json["updatedAt"]


def test_a_note_is_read_as_it_was_written(api, account, written, path):
    answer = api.get(path, account)
    assert answer.json == written.json
    assert answer.headers["ETag"] == written.headers["ETag"]


@pytest.mark.checklist("conv.timestamps")
def test_a_replaced_note_has_a_new_etag_and_the_same_created_at(api, account, written, path):
    answer = api.put(path, account, json={"title": "새", "body": ""})
    assert (answer.json["title"], answer.json["body"]) == ("새", "")
    assert answer.json["createdAt"] == written.json["createdAt"]
    assert answer.json["updatedAt"] > written.json["updatedAt"]
    assert answer.headers["ETag"] == '"2"'
    assert api.get(path, account).json == answer.json


@pytest.mark.parametrize("change", [{"title": "새"}, {"body": "새"}, {"title": "새", "body": "새"}])
def test_a_changed_note_keeps_its_other_members(api, account, path, change):
    answer = api.patch(path, account, json=change)
    assert {name: answer.json[name] for name in NOTE} == {**NOTE, **change}


def test_a_change_that_changes_nothing_is_refused(api, account, path):
    answer = api.patch(path, account, json={}, status=422)
    expected = {"pointer": "", "detail": "Name at least one member to change."}
    assert answer.json["errors"] == [expected]


def test_a_deleted_note_is_gone(api, account, path):
    assert api.delete(path, account).data == b""
    api.get(path, account, status=404)
    api.delete(path, account, status=404)


@pytest.mark.checklist("proc.me")
def test_a_note_of_another_account_is_not_there(api, stranger, account, path):
    calls = [
        api.get(path, stranger, status=404),
        api.put(path, stranger, json=NOTE, status=404),
        api.patch(path, stranger, json=NOTE, status=404),
        api.delete(path, stranger, status=404),
    ]
    missing = api.get(f"{NOTES}/{uuid4()}", stranger, status=404)
    for answer in calls:
        for name in ("type", "detail", "title", "errors"):
            assert answer.json[name] == missing.json[name]
    assert api.get(NOTES, stranger).json == {"items": [], "nextCursor": None}
    api.get(path, account)


@pytest.mark.checklist("proc.uuid")
@pytest.mark.parametrize(
    "note_id", ["1", "x", "0" * 24, "0" * 32, "None", "..", "01234567-89ab-7def-8123-456789abcdefg"]
)
def test_what_is_no_uuid_names_no_note(api, account, note_id):
    api.get(f"{NOTES}/{note_id}", account, status=404)


@pytest.mark.parametrize(
    "condition",
    [
        ({"If-Match": '"1"'}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": '"9", "1"'}, 200),
        ({"If-Match": '"9"'}, 412),
        ({"If-Match": 'W/"1"'}, 412),
        ({"If-None-Match": '"9"'}, 200),
        ({"If-None-Match": '"1"'}, 412),
        ({"If-None-Match": 'W/"1"'}, 412),
        ({"If-None-Match": "*"}, 412),
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_writers_can_name_the_etag_that_they_know(api, account, path, method, condition):
    headers, status = condition
    is_deletion = method == "DELETE"
    expected = 204 if is_deletion and status == 200 else status
    request = {} if is_deletion else {"json": {"title": "새", "body": "새"}}
    api.call(method, path, account, headers=headers, status=expected, **request)
    if status == 412:
        assert api.get(path, account).headers["ETag"] == '"1"'


@pytest.mark.parametrize(
    "condition",
    [
        ({"If-None-Match": '"1"'}, 304),
        ({"If-None-Match": 'W/"1"'}, 304),
        ({"If-None-Match": '"9", "1"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"9"'}, 200),
        ({"If-Match": '"1"'}, 200),
        ({"If-Match": '"9"'}, 412),
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_readers_can_name_the_etag_that_they_have(api, account, path, method, condition):
    headers, status = condition
    answer = api.call(method, path, account, headers=headers, status=status)
    if status == 304:
        assert answer.headers["ETag"] == '"1"'
        assert answer.data == b""
        assert "Content-Type" not in answer.headers


def test_of_two_writers_of_one_state_one_wins(app, account, path):
    def write(title: str) -> int:
        call = {"json": {"title": title, "body": ""}, "headers": {"If-Match": '"1"'}}
        client = Api(app).client
        call["headers"] |= account.headers
        return client.put(path, **call).status_code

    with ThreadPoolExecutor(2) as threads:
        statuses = [*threads.map(write, ["one", "other"])]
    assert sorted(statuses) == [200, 412]


def test_a_deletion_of_an_old_state_is_refused(api, account, path):
    api.put(path, account, json=NOTE)
    api.delete(path, account, headers={"If-Match": '"1"'}, status=412)
    api.delete(path, account, headers={"If-Match": '"2"'})


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "X \\ \" '", "$ne"])
def test_texts_are_returned_unchanged(api, account, text):
    answer = api.post(NOTES, account, json={"title": text, "body": text})
    assert (answer.json["title"], answer.json["body"]) == (text, text)


def test_the_newest_notes_come_first_a_page_at_a_time(api, account):
    ids = [api.post(NOTES, account, json=NOTE).json["id"] for _ in range(5)]
    first = api.get(NOTES, account, query_string={"limit": 3}).json
    assert [note["id"] for note in first["items"]] == ids[:1:-1]
    query = {"limit": 3, "cursor": first["nextCursor"]}
    second = api.get(NOTES, account, query_string=query).json
    assert [note["id"] for note in second["items"]] == ids[1::-1]
    assert second["nextCursor"] is None
    assert set(second["items"][0]) == MEMBERS


@pytest.mark.parametrize(("sort", "titles"), [("title", "abc"), ("-title", "cba")])
def test_notes_come_in_the_order_asked_for(api, account, sort, titles):
    for title in "bca":
        api.post(NOTES, account, json={"title": title, "body": ""})
    listed = api.get(NOTES, account, query_string={"sort": sort}).json["items"]
    assert "".join(note["title"] for note in listed) == titles


def test_notes_are_filtered_by_when_they_were_written(api, account, database):
    moments = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
    for moment in moments:
        note_id = UUID(api.post(NOTES, account, json=NOTE).json["id"])
        database.notes.update_one({"_id": note_id}, {"$set": {"createdAt": moment}})

    def count(**query: datetime) -> int:
        written = {name: moment.isoformat() for name, moment in query.items()}
        return len(api.get(NOTES, account, query_string=written).json["items"])

    assert count(createdAfter=moments[0]) == 2
    assert count(createdBefore=moments[2]) == 2
    assert count(createdAfter=moments[0], createdBefore=moments[2]) == 1
    assert count(createdAfter=moments[2]) == 0
    assert count(createdAfter=moments[0] - timedelta(milliseconds=1)) == 3


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=1000000000",
        "limit=x",
        "limit=",
        "limit=1&limit=2",
        "sort=$where",
        "sort=body",
        "sort=created_at",
        "sort=",
        "cursor=",
        "cursor=x",
        "cursor=" + "x" * 3000,
        "createdAfter=yesterday",
        "createdAfter=2026-01-31T00:00:00",
        "created_after=2026-01-31T00:00:00Z",
        "title=x",
        "title[$ne]=",
        "title__startswith=x",
        "account=x",
        "%00=1",
    ],
)
def test_unknown_query_parameters_are_refused(api, account, query):
    answer = api.get(NOTES, account, query_string=query, status=422)
    assert answer.json["errors"]


def test_a_cursor_of_another_order_is_refused(api, account):
    for _ in range(2):
        api.post(NOTES, account, json=NOTE)
    cursor = api.get(NOTES, account, query_string={"limit": 1}).json["nextCursor"]
    query = {"limit": 1, "cursor": cursor, "sort": "title"}
    answer = api.get(NOTES, account, query_string=query, status=422)
    assert answer.json["errors"][0]["pointer"] == "/cursor"


def test_a_page_may_have_a_hundred_notes(api, account):
    assert api.get(NOTES, account, query_string={"limit": 100}).json["items"] == []


@pytest.mark.parametrize("is_list", [True, False])
def test_reading_is_two_round_trips_that_write_nothing(api, account, path, listen, is_list):
    wanted = NOTES if is_list else path
    api.get(wanted, account)
    with listen() as commands:
        api.get(wanted, account)
    assert [(command.name, command.collection) for command in commands] == [
        ("find", "accounts"),
        ("find", "notes"),
    ]


def test_deleting_an_account_deletes_its_notes_alone(api, account, stranger, path, database):
    api.post(NOTES, stranger, json=NOTE)
    api.delete("/api/v1/me", account)
    assert [note["account"] for note in database.notes.find()] == [stranger.id]
    assert path


@pytest.mark.checklist("input.validate")
def test_an_account_has_a_bounded_number_of_notes(make_app, account, stranger):
    api = Api(make_app(NOTES_LIMIT=2))
    first, _ = (api.post(NOTES, account, json=NOTE) for _ in range(2))
    problem = api.post(NOTES, account, json=NOTE, status=409)
    assert problem.json["type"] == "/problems/too-many-items"
    assert len(api.get(NOTES, account).json["items"]) == 2
    api.post(NOTES, stranger, json=NOTE)
    api.delete(first.headers["Location"], account)
    api.post(NOTES, account, json=NOTE)


@pytest.mark.checklist("output.no-secrets")
@pytest.mark.parametrize(
    ("headers", "status"),
    [({"If-None-Match": "*"}, 304), ({"If-Match": '"x"'}, 412), ({"Accept": "text/x"}, 406)],
)
def test_an_answer_without_content_is_cached_by_nobody(api, account, headers, status):
    place = api.post(NOTES, account, json=NOTE, status=201).headers["Location"]
    answer = api.get(place, account, headers={**account.headers, **headers}, status=status)
    assert answer.headers.getlist("Cache-Control") == ["no-store"]
