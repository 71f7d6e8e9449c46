"""Input: what needs a resource with an ETag, tested on the sample resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.fixtures.accounts import CANARY

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.attacks import Attack

NOTES: Final = "/api/v1/me/notes"
NOTE: Final = {"title": "A title", "body": "A body"}
WRITES: Final = ("PUT", "PATCH", "DELETE")

TAGS: Final = {
    "no quotes": CANARY,
    "a torn tag": f'"{CANARY}',
    "a weak tag": f'W/"{CANARY}"',
    "another tag": f'"{CANARY}"',
    "nothing": "",
    "an empty tag": '""',
    "commas": ",,,",
    "another revision": '"2"',
    "a negative revision": '"-1"',
    "a thousand tags": ", ".join(f'"{CANARY}{number}"' for number in range(500)),
    "an operator": '{"$ne": null}',
    "other letters": "\xff\xfe",
}

MARKUP: Final = (
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    '{"$ne": null}',
    "'; DROP TABLE notes; --",
    "javascript:alert(1)",
    "]]><!ENTITY a SYSTEM 'file:///etc/passwd'>",
)


@pytest.fixture
def place(api: Api, caller: Person) -> str:
    """Return the path of a note of `caller`, which a successful attack could change."""
    location: str = api.post(NOTES, caller, json=NOTE).headers["Location"]
    return location


@pytest.fixture
def attack(attack: Attack, place: str) -> Attack:
    """Return what sends hostile requests where there is a note to change."""
    del place
    attack.begin()
    return attack


@pytest.mark.checklist("input.validate")
def test_a_wrong_etag_lets_nobody_write(attack: Attack, place: str) -> None:
    for what, tag in TAGS.items():
        for method in WRITES:
            attack.send(
                method,
                place,
                status=412,
                what=(what, method),
                headers={**attack.caller.headers, "If-Match": tag},
                **({} if method == "DELETE" else {"json": NOTE}),
            )


@pytest.mark.checklist("input.validate")
def test_a_wrong_etag_does_not_prevent_reading(attack: Attack, place: str) -> None:
    for what, tag in TAGS.items():
        headers = {**attack.caller.headers, "If-None-Match": tag}
        attack.reach("GET", place, status=200, what=what, headers=headers)


@pytest.mark.checklist("input.validate")
def test_markup_in_a_note_is_data(api: Api, account: Person) -> None:
    for text in MARKUP:
        place = api.post(NOTES, account, json={"title": text, "body": text}).headers["Location"]
        shown = api.get(place, account)
        assert (shown.json["title"], shown.json["body"]) == (text, text)
        assert shown.content_type == "application/json"
    listed = api.get(f"{NOTES}?sort=createdAt", account).json["items"]
    assert [note["title"] for note in listed] == [*MARKUP]


@pytest.mark.checklist("input.methods")
def test_a_note_is_created_replaced_changed_and_removed(api: Api, account: Person) -> None:
    created = api.post(NOTES, account, json=NOTE)
    place = created.headers["Location"]
    assert api.get(place, account).json == created.json
    replaced = api.put(place, account, json={"title": "b", "body": "c"}).json
    assert (replaced["title"], replaced["body"]) == ("b", "c")
    changed = api.patch(place, account, json={"title": "d"}).json
    assert (changed["title"], changed["body"]) == ("d", "c")
    assert api.get(place, account).json == changed
    api.put(place, account, json={"title": "e"}, status=422)
    answer = api.delete(place, account)
    assert not answer.data
    for method in ("GET", "DELETE"):
        api.call(method, place, account, status=404)
    for method in ("PUT", "PATCH"):
        api.call(method, place, account, json=NOTE, status=404)


@pytest.mark.checklist("input.accept", "input.content-type")
@pytest.mark.parametrize(
    ("header", "value", "status"),
    [("Accept", "text/html", 406), ("Content-Type", "text/plain", 415)],
    ids=["Accept", "Content-Type"],
)
def test_a_refused_negotiation_does_not_change_a_note(
    attack: Attack, place: str, header: str, value: str, status: int
) -> None:
    body: dict[str, Any] = {"data": b'{"title": "b", "body": "c"}'}
    for method, path in (("POST", NOTES), *((method, place) for method in WRITES)):
        headers = {"Content-Type": "application/json", header: value}
        taken = body if method != "DELETE" or status == 415 else {}
        sent = {**attack.caller.headers, **headers}
        attack.send(method, path, status=status, what=method, headers=sent, **taken)


@pytest.mark.checklist("input.methods")
@pytest.mark.parametrize("method", WRITES)
def test_a_method_in_a_header_does_not_change_reading_a_note(
    attack: Attack, place: str, method: str
) -> None:
    headers = {**attack.caller.headers, "X-HTTP-Method-Override": method}
    attack.reach("GET", place, status=200, what=method, headers=headers)
