"""Processing: files go directly to a store, as they were announced, and are served by a CDN.

The store is a real server of S3's protocol, which enforces the policy of an upload. The policy is
also read from its bytes, since other stores enforce less.
"""

from __future__ import annotations

import hashlib
import hmac
import json as codec
import time
from base64 import b64decode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest

from tests.fixtures.api import Api
from tests.fixtures.object_store import ask, send
#: if cookiecutter.mail
from tests.fixtures.sign_ups import confirm_stored
#: endif

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.application import MakeApp
    from tests.fixtures.object_store import Objects

pytestmark = pytest.mark.checklist("proc.cdn")

FILES: Final = "/api/v1/me/files"
NEWCOMER: Final = {"email": "a@example.com", "password": "long enough"}
CONTENT: Final = b"%PDF-1.7 \x00\xff \xea\xb9\x80"
FILE: Final = {
    "fileName": "계약서 1.pdf",
    "contentType": "application/pdf",
    "size": len(CONTENT),
}


@pytest.fixture
def announced(api: Api, account: Person) -> dict[str, Any]:
    """Return a file that was just announced."""
    shown: dict[str, Any] = api.post(FILES, account, json=FILE).json
    return shown


def fields_of(announced: dict[str, Any]) -> dict[str, str]:
    return {field["name"]: field["value"] for field in announced["upload"]["fields"]}


def policy_of(announced: dict[str, Any]) -> dict[str, Any]:
    policy: dict[str, Any] = codec.loads(b64decode(fields_of(announced)["policy"]))
    return policy


def test_an_allowed_upload_goes_to_the_store_and_comes_from_the_cdn(
    make_app: MakeApp, make_account: Any, own_store: dict[str, str], objects: Objects
) -> None:
    app = make_app(**own_store)
    api, account = Api(app), make_account(app=app)
    announced = api.post(FILES, account, json=FILE).json
    assert send(announced["upload"], CONTENT).status == 204
    place = f"{FILES}/{announced['id']}"
    stored = api.patch(place, account, json={"status": "stored"}).json
    assert (stored["status"], stored["upload"], stored["expiresAt"]) == ("stored", None, None)
    assert stored == api.get(place, account).json
    served = ask("GET", stored["url"])
    assert (served.status, served.body) == (200, CONTENT)
    assert served.headers["Content-Type"] == FILE["contentType"]
    assert served.headers["Content-Disposition"] == (
        "attachment; filename=\"___ 1.pdf\"; filename*=UTF-8''%EA%B3%84%EC%95%BD%EC%84%9C%201.pdf"
    )
    api.delete(place, account)
    assert ask("GET", stored["url"]).status in {403, 404}
    assert objects.names() == set()


def test_the_policy_binds_key_size_type_and_time_by_its_bytes(announced):
    policy = policy_of(announced)
    key = announced["url"].rpartition("/")[2]
    conditions = policy["conditions"]
    for bound in (
        {"key": key},
        {"bucket": "files"},
        {"Content-Type": FILE["contentType"]},
        ["content-length-range", FILE["size"], FILE["size"]],
    ):
        assert bound in conditions
    assert not [each for each in conditions if isinstance(each, list) and each[0] == "starts-with"]
    # Every field is in the policy, so that none can be changed or left out.
    bound = {name for each in conditions if isinstance(each, dict) for name in each}
    assert bound == {"bucket", *fields_of(announced)} - {"policy", "x-amz-signature"}
    expires = datetime.fromisoformat(policy["expiration"])
    assert 800 < (expires - datetime.now(UTC)).total_seconds() <= 900


def test_the_policy_is_signed_by_the_standard(announced, own_store):
    fields = fields_of(announced)
    _, *scope = fields["x-amz-credential"].split("/")
    assert scope[1:] == [own_store["S3_REGION"], "s3", "aws4_request"]
    key = b"AWS4" + own_store["S3_SECRET_ACCESS_KEY"].encode()
    for part in (*scope, fields["policy"]):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    assert fields["x-amz-signature"] == key.hex()


@pytest.mark.parametrize(
    ("content", "changes"),
    [
        (CONTENT + b"!", {}),
        (CONTENT[:-1], {}),
        (b"", {}),
        (CONTENT, {"Content_Type": "text/html"}),
        (CONTENT, {"Content_Type": None}),
        (CONTENT, {"Content_Disposition": "inline"}),
        (CONTENT, {"key": "01234567-89ab-4def-8123-456789abcdef"}),
        (CONTENT, {"key": "계약서 1.pdf"}),
        (CONTENT, {"acl": "public-read-write"}),
        (CONTENT, {"x_amz_signature": "0" * 64}),
        (CONTENT, {"policy": "e30="}),
    ],
    ids=[
        "larger",
        "smaller",
        "empty",
        "another type",
        "no type",
        "shown instead of saved",
        "another key",
        "the name as key",
        "one more field",
        "another signature",
        "another policy",
    ],
)
def test_the_store_refuses_uploads_that_differ_from_the_signed_form(
    announced, objects, content, changes
):
    assert send(announced["upload"], content, **changes).status in {400, 403}
    assert objects.names() == set()
    # The same form without the change is accepted.
    assert send(announced["upload"], CONTENT).status == 204


def test_the_store_refuses_late_uploads(make_app, make_account, store_settings, objects):
    app = make_app(**store_settings, UPLOAD_POLICY_SECONDS=1)
    announced = Api(app).post(FILES, make_account(app=app), json=FILE).json
    until = datetime.fromisoformat(policy_of(announced)["expiration"])
    remaining = (until - datetime.now(UTC)).total_seconds()
    assert remaining <= 1
    time.sleep(max(0, remaining))
    assert send(announced["upload"], CONTENT).status == 403
    assert objects.names() == set()


@pytest.mark.parametrize(
    "stored",
    [(CONTENT + b"!", "application/pdf"), (CONTENT, "text/html"), (b"", "application/pdf")],
    ids=["another size", "another type", "empty"],
)
def test_confirmation_refuses_an_object_that_does_not_match(
    api, account, announced, objects, stored
):
    # As in a store that enforces no policy.
    objects.put(announced["url"].rpartition("/")[2], *stored)
    place = f"{FILES}/{announced['id']}"
    answer = api.patch(place, account, json={"status": "stored"}, status=409)
    assert answer.json["type"] == "/problems/upload-mismatch"
    assert objects.names() == set()
    api.get(place, account, status=404)
    assert api.get(FILES, account).json["items"] == []


def test_confirmation_refuses_a_file_without_an_upload(api, account, announced):
    place = f"{FILES}/{announced['id']}"
    answer = api.patch(place, account, json={"status": "stored"}, status=409)
    assert answer.json["type"] == "/problems/upload-missing"
    assert api.get(place, account).json == announced


def test_the_answered_url_is_on_the_cdn_and_its_key_is_a_uuid(app, announced):
    base, _, key = announced["url"].rpartition("/")
    assert base == app.config["CDN_BASE_URL"] == "https://cdn.example"
    assert str(UUID(key)) == key == fields_of(announced)["key"]
    # The address cannot be derived from other values of the file.
    assert UUID(key).version == 4
    assert key != announced["id"]


def test_a_form_signed_by_one_process_is_confirmed_at_another(
    start_server,
    own_store,
    objects,
    #: if cookiecutter.mail
    database,
    #: endif
):
    server = start_server("-m", "gunicorn", TRUSTED_PROXIES="1", WEB_CONCURRENCY="2", **own_store)

    def call(method: str, path: str, json: Any = None) -> Any:
        answer = server.ask(method, f"/api/v1/{path}", json, **headers)
        assert answer.status < 300, (answer.status, answer.body)
        return codec.loads(answer.body or "null")

    headers = {"X_Forwarded_Proto": "https"}
    call("POST", "auth/signup", {**NEWCOMER, "displayName": "김민지"})
    #: if cookiecutter.mail
    confirm_stored(database)
    #: endif
    token = call("POST", "auth/login", NEWCOMER)["accessToken"]
    headers["Authorization"] = f"Bearer {token}"
    for _ in range(4):
        announced = call("POST", "me/files", FILE)
        assert send(announced["upload"], CONTENT).status == 204
        stored = call("PATCH", f"me/files/{announced['id']}", {"status": "stored"})
        assert ask("GET", stored["url"]).body == CONTENT
    assert len(objects.names()) == len(call("GET", "me/files")["items"]) == 4
    for file in call("GET", "me/files")["items"]:
        call("DELETE", f"me/files/{file['id']}")
    assert objects.names() == set()


def test_no_view_takes_a_file(api, account):
    multipart = {"headers": {"Content-Type": "multipart/form-data; boundary=x"}, "data": b"--x--"}
    for method, place in (("POST", FILES), ("PATCH", f"{FILES}/{UUID(int=1)}")):
        api.call(method, place, account, status=415, **multipart)
