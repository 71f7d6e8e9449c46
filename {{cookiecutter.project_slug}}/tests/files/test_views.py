"""The caller's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import pytest

from tests.fixtures.api import Api
from tests.fixtures.object_store import send

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import Person

FILES: Final = "/api/v1/me/files"
FILE: Final = {"fileName": "영수증.png", "contentType": "image/png", "size": 5}
CONTENT: Final = b"12345"
STORED: Final = {"status": "stored"}
MEMBERS: Final = {
    "id",
    *FILE,
    "status",
    "url",
    "createdAt",
    "updatedAt",
    "expiresAt",
    "upload",
}


@pytest.fixture
def announced(api: Api, account: Person) -> TestResponse:
    """Return the answer to a file that was just announced."""
    return api.post(FILES, account, json=FILE)


@pytest.fixture
def path(announced: TestResponse) -> str:
    """Return the path of a file."""
    return announced.headers["Location"]


def test_an_announced_file_has_its_own_location(announced):
    shown = announced.json
    assert announced.headers["Location"] == f"{FILES}/{shown['id']}"
    assert set(shown) == MEMBERS
    assert UUID(shown["id"]).version == 7
    assert {name: shown[name] for name in FILE} == FILE
    assert (shown["status"], shown["createdAt"]) == ("pending", shown["updatedAt"])
    assert shown["createdAt"] < shown["upload"]["expiresAt"] < shown["expiresAt"]


def test_a_form_is_shown_as_long_as_the_file_is_pending(api, account, announced, path):
    assert api.get(path, account).json == announced.json
    assert send(announced.json["upload"], CONTENT).status == 204
    stored = api.patch(path, account, json=STORED).json
    assert (stored["status"], stored["upload"], stored["expiresAt"]) == ("stored", None, None)
    assert stored["url"] == announced.json["url"]
    assert api.get(path, account).json == stored
    assert api.patch(path, account, json=STORED).json == stored


def test_a_file_that_was_not_uploaded_is_not_stored(api, account, path):
    answer = api.patch(path, account, json=STORED, status=409)
    assert answer.json["type"] == "/problems/upload-missing"


@pytest.mark.parametrize("status", ["pending", "removed", "", None, "STORED", ["stored"]])
def test_the_only_change_of_a_file_is_to_stored(api, account, path, status):
    api.patch(path, account, json={"status": status}, status=422)


def test_a_deleted_file_is_gone(api, account, path, announced, objects):
    send(announced.json["upload"], CONTENT)
    assert api.delete(path, account).data == b""
    assert objects.names() == set()
    api.get(path, account, status=404)
    api.patch(path, account, json=STORED, status=404)
    api.delete(path, account, status=404)
    assert api.get(FILES, account).json == {"items": [], "nextCursor": None}


@pytest.mark.checklist("proc.me")
def test_a_file_of_another_account_is_not_there(api, account, stranger, path, announced):
    calls = [
        api.get(path, stranger, status=404),
        api.patch(path, stranger, json=STORED, status=404),
        api.delete(path, stranger, status=404),
    ]
    missing = api.get(f"{FILES}/{uuid4()}", stranger, status=404)
    for answer in calls:
        for name in ("type", "detail", "title", "errors"):
            assert answer.json[name] == missing.json[name]
    assert api.get(FILES, stranger).json["items"] == []
    assert api.get(path, account).json == announced.json


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("fileName", ""),
        ("fileName", "a" * 256),
        ("fileName", "a/b.png"),
        ("fileName", "a\\b.png"),
        ("fileName", "../../etc/passwd"),
        ("fileName", "a\nb.png"),
        ("fileName", "a\x00.png"),
        ("fileName", "gpj\u202e.exe"),
        ("fileName", 1),
        ("contentType", "text/html"),
        ("contentType", "image/svg+xml"),
        ("contentType", "image/png; charset=utf-8"),
        ("contentType", ""),
        ("size", 0),
        ("size", -1),
        ("size", 10_485_761),
        ("size", 2**63),
        ("size", 1.5),
        ("size", "5"),
        ("size", True),
    ],
)
def test_invalid_announcements_are_refused(api, account, member, value, read_contents):
    api.get(FILES, account)
    before = read_contents()
    answer = api.post(FILES, account, json={**FILE, member: value}, status=422)
    assert [error["pointer"] for error in answer.json["errors"]] == [f"/{member}"]
    assert read_contents() == before


@pytest.mark.parametrize("name", ["한글.png", "👩🏽‍🚀.png", 'a"b;c.png', "${filename}", "."])
def test_any_other_name_is_accepted(api, account, name):
    announced = api.post(FILES, account, json={**FILE, "fileName": name})
    assert send(announced.json["upload"], CONTENT).status == 204
    stored = api.patch(announced.headers["Location"], account, json=STORED).json
    assert stored["fileName"] == name


def test_a_decomposed_name_is_composed(api, account):
    taken_apart = {**FILE, "fileName": "\u1112\u1161\u11ab.png"}
    assert api.post(FILES, account, json=taken_apart).json["fileName"] == "한.png"


def test_too_many_pending_files_are_refused_until_some_are_gone(api, account, app):
    places = [
        api.post(FILES, account, json=FILE).headers["Location"]
        for _ in range(app.config["UPLOAD_PENDING_LIMIT"])
    ]
    answer = api.post(FILES, account, json=FILE, status=409)
    assert answer.json["type"] == "/problems/too-many-pending-files"
    api.delete(places[0], account)
    api.post(FILES, account, json=FILE)


def test_the_newest_files_come_first_a_page_at_a_time(api, account):
    ids = [api.post(FILES, account, json=FILE).json["id"] for _ in range(5)]
    first = api.get(FILES, account, query_string={"limit": 3}).json
    assert [file["id"] for file in first["items"]] == ids[:1:-1]
    query = {"limit": 3, "cursor": first["nextCursor"]}
    second = api.get(FILES, account, query_string=query).json
    assert [file["id"] for file in second["items"]] == ids[1::-1]
    assert second["nextCursor"] is None


@pytest.mark.parametrize(("sort", "names"), [("fileName", "abc"), ("-fileName", "cba")])
def test_files_come_in_the_order_asked_for(api, account, sort, names):
    for name in "bca":
        api.post(FILES, account, json={**FILE, "fileName": name})
    listed = api.get(FILES, account, query_string={"sort": sort}).json["items"]
    assert "".join(file["fileName"] for file in listed) == names


def test_files_are_filtered_by_their_status(api, account, announced, path):
    pending = api.post(FILES, account, json=FILE).json
    send(announced.json["upload"], CONTENT)
    stored = api.patch(path, account, json=STORED).json
    for status, expected in (("pending", pending), ("stored", stored)):
        listed = api.get(FILES, account, query_string={"status": status}).json
        assert listed == {"items": [expected], "nextCursor": None}


@pytest.mark.parametrize(
    "query", ["limit=0", "sort=size", "status=removed", "status=", "cursor=x", "name=x", "key=x"]
)
def test_unknown_query_parameters_are_refused(api, account, query):
    assert api.get(FILES, account, query_string=query, status=422).json["errors"]


def test_reading_is_two_round_trips_that_write_nothing(api, account, path, listen):
    for wanted in (FILES, path):
        api.get(wanted, account)
        with listen() as commands:
            api.get(wanted, account)
        found = [(command.name, command.collection) for command in commands]
        assert found == [("find", "accounts"), ("find", "files")]


def test_deleting_an_account_removes_every_link_from_files_to_it(
    api, account, stranger, announced, database
):
    other = api.post(FILES, stranger, json=FILE).json
    api.delete("/api/v1/me", account)
    kept: dict[str, Any] = {str(file["_id"]): file.get("account") for file in database.files.find()}
    assert kept == {announced.json["id"]: None, other["id"]: stranger.id}


@pytest.mark.checklist("input.validate")
@pytest.mark.parametrize(
    ("name", "content_type", "is_taken"),
    [
        ("a.png", "image/png", True),
        ("A.PNG", "image/png", True),
        ("a.png. ", "image/png", True),
        ("영수증", "image/png", True),
        ("a.jpeg", "image/jpeg", True),
        ("a.jpg", "image/png", False),
        ("invoice.exe", "image/png", False),
        ("invoice.exe.", "application/pdf", False),
        ("invoice.exe . ", "application/pdf", False),
        (".exe", "application/pdf", False),
        ("report.final", "application/pdf", False),
        ("invoice.pdf.scr", "application/pdf", False),
        ("data.owners", "application/x-owners", True),
        ("data.exe", "application/x-owners", False),
        # With the type and the names of both, 2,046 bytes and 2,056.
        ("가" * 195 + "abc.png", "image/png", True),
        ("가" * 196 + "abc.png", "image/png", False),
        ("가" * 197, "application/pdf", False),
    ],
)
def test_a_name_fits_its_type_and_the_store(make_app, account, name, content_type, is_taken):
    types = ("image/png", "image/jpeg", "application/pdf", "application/x-owners")
    api = Api(make_app(UPLOAD_CONTENT_TYPES=types))
    body = {"fileName": name, "contentType": content_type, "size": 5}
    if is_taken:
        api.post(FILES, account, json=body)
        return
    answer = api.post(FILES, account, json=body, status=422)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/fileName"]
    assert name not in answer.text
