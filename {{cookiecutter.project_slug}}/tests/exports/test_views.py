"""The caller's exports."""

from __future__ import annotations

import json

import pytest

from tests.fixtures.api import Api
from tests.fixtures.queue import EXPORTS, ask, find_job, finish_job

MEMBERS = {
    "id",
    "status",
    "progress",
    "attempts",
    "content",
    "size",
    "failure",
    "createdAt",
    "updatedAt",
    "finishedAt",
    "expiresAt",
}


@pytest.fixture
def done(app, api, account) -> str:
    """Return where an export is that is done."""
    place = ask(api, account)
    finish_job(app, place)
    return place


def test_an_accepted_export_has_its_own_location(api, account):
    answer = api.post(EXPORTS, account, status=202)
    assert answer.headers["Location"] == f"{EXPORTS}/{answer.json['id']}"
    assert answer.json.keys() == MEMBERS
    assert answer.json["status"] == "pending"
    assert answer.json["progress"] == {"done": 0, "total": None}
    assert api.get(answer.headers["Location"], account).json == answer.json


def test_the_job_names_the_request_that_asked_for_it(api, account):
    answer = api.post(EXPORTS, account, status=202)
    assert find_job(answer.headers["Location"]).request_id == answer.headers["X-Request-ID"]


def test_content_is_at_the_address_that_a_finished_export_names(api, account, done):
    shown = api.get(done, account).json
    assert shown["status"] == "done"
    assert shown["finishedAt"] < shown["expiresAt"]
    answer = api.get(shown["content"], account)
    assert answer.content_type == "application/json"
    assert answer.headers["Content-Length"] == str(shown["size"])
    assert answer.headers["Content-Disposition"].endswith(f'"export-{shown["id"]}.json"')
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.data)["account"]["email"] == account.email


def test_head_of_the_content_has_its_length_and_no_body(api, account, done):
    answer = api.call("HEAD", f"{done}/content", account, status=200)
    assert int(answer.headers["Content-Length"]) > 0
    assert answer.data == b""


def test_content_that_is_not_ready_is_a_conflict(api, account):
    answer = api.get(f"{ask(api, account)}/content", account, status=409)
    assert answer.json["type"] == "/problems/export-not-ready"


def test_too_many_exports_are_a_conflict(make_app, account):
    api = Api(make_app(EXPORT_LIMIT=2))
    place, _ = ask(api, account), ask(api, account)
    answer = api.post(EXPORTS, account, status=409)
    assert answer.json["type"] == "/problems/too-many-exports"
    api.delete(place, account)
    ask(api, account)


def test_a_list_has_pages_in_both_orders(api, account):
    places = [ask(api, account) for _ in range(3)]
    newest = api.get(f"{EXPORTS}?limit=2", account).json
    oldest = api.get(f"{EXPORTS}?limit=2&sort=createdAt", account).json
    following = f"{EXPORTS}?limit=2&sort=createdAt&cursor={oldest['nextCursor']}"
    rest = api.get(following, account).json

    def shown(*pages):
        return [f"{EXPORTS}/{export['id']}" for page in pages for export in page["items"]]

    assert shown(newest) == places[:0:-1]
    assert shown(oldest, rest) == places
    assert rest["nextCursor"] is None


def test_a_deleted_export_is_gone(api, account, done):
    api.delete(done, account)
    for method in ("GET", "DELETE"):
        api.call(method, done, account, status=404)
    api.get(f"{done}/content", account, status=404)
