"""Input: a list takes only the documented limit, order, cursor and filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.fixtures.accounts import CANARY

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.attacks import Attack

pytestmark = pytest.mark.checklist("input.validate")

NOTES: Final = "/api/v1/me/notes"
NOTE: Final = {"title": "A title", "body": "A body"}
UUID: Final = "0197a1f2-3c4d-7e5f-8a6b-9c0d1e2f3a4b"

# Values that a list refuses.
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
    "a cursor without its tag": "cursor=WyItY3JlYXRlZEF0Iix0cnVlLDAsIjAwIl0",
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


def test_a_list_takes_only_documented_parameters(attack: Attack) -> None:
    for what, query in QUERIES.items():
        attack.send(
            "GET",
            NOTES,
            status=422,
            what=what,
            query_string=query,
            headers=attack.caller.headers,
        )


def test_a_cursor_is_valid_only_for_its_order(attack: Attack) -> None:
    api, caller = attack.api, attack.caller
    for _ in range(2):
        api.post(NOTES, caller, json=NOTE)
    attack.begin()
    cursor = api.get(f"{NOTES}?limit=1", caller).json["nextCursor"]
    api.get(f"{NOTES}?limit=1&cursor={cursor}", caller)
    changed = [
        cursor[:-1],
        cursor[1:],
        f"{cursor}a",
        cursor.swapcase(),
        f"{cursor[:9]}.{cursor[9:]}",
    ]
    queries = [f"cursor={cursor}&sort=title", *(f"cursor={text}" for text in changed)]
    for query in queries:
        attack.send(
            "GET", NOTES, status=422, what=query, query_string=query, headers=caller.headers
        )


def test_a_cursor_is_valid_only_for_its_account(
    attack: Attack, account: Person, stranger: Person
) -> None:
    for person in (account, stranger):
        for _ in range(2):
            attack.api.post(NOTES, person, json=NOTE)
    attack.begin()
    cursor = attack.api.get(f"{NOTES}?limit=1", stranger).json["nextCursor"]
    attack.api.get(f"{NOTES}?limit=1&cursor={cursor}", stranger)
    query = f"cursor={cursor}"
    attack.send("GET", NOTES, status=422, what=query, query_string=query, headers=account.headers)


def test_the_first_and_the_last_moment_are_accepted(api: Api, account: Person) -> None:
    place = api.post(NOTES, account, json=NOTE).headers["Location"]
    everything = "createdAfter=0001-01-01T00:00:00Z&createdBefore=9999-12-31T23:59:59.999999Z"
    (note,) = api.get(f"{NOTES}?{everything}", account).json["items"]
    assert place.endswith(note["id"])
