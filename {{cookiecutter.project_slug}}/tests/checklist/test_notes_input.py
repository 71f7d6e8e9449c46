"""Input: what only a list and a resource of one's own can show, on the sample resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.fixtures.accounts import CANARY
from tests.fixtures.attacks import Attack

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.contents import ReadContents

NOTES: Final = "/api/v1/me/notes"
NOTE: Final = {"title": "A title", "body": "A body"}
UUID: Final = "0197a1f2-3c4d-7e5f-8a6b-9c0d1e2f3a4b"
WRITES: Final = ("PUT", "PATCH", "DELETE")

# What a list does not take.
QUERIES: Final = {
    "a limit of nothing": "limit=",
    "a limit of zero": "limit=0",
    "a negative limit": "limit=-1",
    "a limit too large": "limit=101",
    "10^9": "limit=1000000000",
    "2^70": "limit=1180591620717411303424",
    "5,000 digits": "limit=" + "9" * 3_900,
    "a fraction": "limit=1.5",
    "a whole fraction": "limit=1.0",
    "an exponent": "limit=1e1",
    "a sign": "limit=%2B5",
    "a space": "limit=%205",
    "an underscore": "limit=1_0",
    "hexadecimal": "limit=0x10",
    "NaN": "limit=NaN",
    "Infinity": "limit=Infinity",
    "true": "limit=true",
    "null": "limit=null",
    "a digit of another script": "limit=%E0%A5%A7",
    "a wide digit": "limit=%EF%BC%95",
    "NUL after a digit": "limit=5%00",
    "two limits": "limit=5&limit=6",
    "the same limit twice": "limit=5&limit=5",
    "limits in a list": "limit[]=5",
    "a limit of an operator": "limit[$gt]=5",
    "another case": "Limit=5",
    "$where": "sort=$where",
    "a code to sort by": f"sort=$where:{CANARY}",
    "another member": "sort=account",
    "the stored name": "sort=created_at",
    "a path to sort by": "sort=account.passwordHash",
    "two signs": "sort=--createdAt",
    "a plus": "sort=%2BcreatedAt",
    "two members": "sort=createdAt,title",
    "nothing to sort by": "sort=",
    "a cursor of nothing": "cursor=",
    "garbage": f"cursor={CANARY}",
    "a dot": "cursor=.",
    "a signature of nothing": f"cursor=.{CANARY}",
    "a cursor without its signature": "cursor=WyItY3JlYXRlZEF0Iix0cnVlLDAsIjAwIl0",
    "a cursor of another's key": "cursor=WyItY3JlYXRlZEF0Iix0cnVlLDAsIjAwIl0.c2lnbmF0dXJl",
    "JSON": f"cursor=%5B%22-createdAt%22,%22{CANARY}%22%5D",
    "an operator as cursor": "cursor[$gt]=",
    "NUL": "cursor=%00",
    "no UTF-8": "cursor=%ff%fe",
    "a cursor too long": "cursor=" + "a" * 3_000,
    "a compressed cursor": "cursor=.eJyrVkrOz0nVUSpKLc4vLUpOVbJSUDI1MlWqBQBkPQcN.AA",
    "a number as moment": "createdAfter=0",
    "a fraction as moment": "createdBefore=0.5",
    "a day": "createdAfter=2026-01-31",
    "a moment without offset": "createdAfter=2026-01-31T09:26:53",
    "a moment that no calendar has": "createdAfter=2026-02-30T00:00:00Z",
    "a moment before all": "createdAfter=0001-01-01T00:00:00%2B23:59",
    "a moment after all": "createdBefore=9999-12-31T23:59:59-23:59",
    "a far offset": "createdAfter=2026-01-31T00:00:00%2B99:99",
    "digits of another script in a moment": "createdAfter=%D9%A2026-01-31T00:00:00Z",
    "an operator on a moment": "createdAfter[$gt]=2026-01-31T00:00:00Z",
    "a look-up": "title__startswith=a",
    "a raw look-up": "__raw__=%7B%7D",
    "an operator": f"title[$regex]=.*{CANARY}",
    "another's account": f"account={UUID}",
}

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
    """Return the path of a note that `caller` has: whoever gets through can change it."""
    location: str = api.post(NOTES, caller, json=NOTE).headers["Location"]
    return location


@pytest.fixture
def attack(unhurried_app: Flask, caller: Person, read_contents: ReadContents, place: str) -> Attack:
    """Return what sends hostile requests where there is a note to change."""
    del place
    return Attack(unhurried_app, caller, read_contents)


@pytest.mark.checklist("input.validate")
def test_a_list_takes_what_it_names_and_nothing_else(attack: Attack) -> None:
    for what, query in QUERIES.items():
        attack.send(
            "GET",
            NOTES,
            status=422,
            what=what,
            query_string=query,
            headers=attack.caller.headers,
        )


@pytest.mark.checklist("input.validate")
def test_a_cursor_is_good_for_its_own_order_alone(attack: Attack) -> None:
    api, caller = attack.api, attack.caller
    api.post(NOTES, caller, json=NOTE)
    attack = Attack(api.client.application, caller, attack.read_contents)
    cursor = api.get(f"{NOTES}?limit=1", caller).json["nextCursor"]
    api.get(f"{NOTES}?limit=1&cursor={cursor}", caller)
    changed = [cursor[:-1], cursor[1:], f"{cursor}a", cursor.swapcase(), cursor.replace(".", "..")]
    queries = [f"cursor={cursor}&sort=title", *(f"cursor={text}" for text in changed)]
    for query in queries:
        attack.send(
            "GET", NOTES, status=422, what=query, query_string=query, headers=caller.headers
        )


@pytest.mark.checklist("input.validate")
def test_the_other_end_of_time_is_a_moment(api: Api, caller: Person, place: str) -> None:
    everything = "createdAfter=0001-01-01T00:00:00Z&createdBefore=9999-12-31T23:59:59.999999Z"
    (note,) = api.get(f"{NOTES}?{everything}", caller).json["items"]
    assert place.endswith(note["id"])


@pytest.mark.checklist("input.validate")
def test_a_tag_that_is_not_the_notes_own_lets_nobody_write(attack: Attack, place: str) -> None:
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
def test_a_tag_that_is_not_the_notes_own_is_no_hindrance_to_reading(
    attack: Attack, place: str
) -> None:
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
        #: if cookiecutter.security_headers
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        #: endif
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
    [("Accept", "application/xml", 406), ("Content-Type", "text/plain", 415)],
    ids=["Accept", "Content-Type"],
)
def test_a_note_is_not_touched_by_what_cannot_be_negotiated(
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
def test_reading_a_note_with_another_method_in_a_header_is_reading(
    attack: Attack, place: str, method: str
) -> None:
    headers = {**attack.caller.headers, "X-HTTP-Method-Override": method}
    attack.reach("GET", place, status=200, what=method, headers=headers)
