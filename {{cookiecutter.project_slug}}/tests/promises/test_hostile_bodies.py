"""Input: hostile bodies on every operation that takes one are refused, and nothing is echoed.

Every body that can hold it contains CANARY of tests/fixtures/accounts.py, which no answer and no
log line may repeat.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.fixtures.accounts import CANARY
from tests.fixtures.members import Member, schema_of
from tests.fixtures.operations import each, takes_json

if TYPE_CHECKING:
    from tests.fixtures.attacks import Attack
    from tests.fixtures.examples import Example

pytestmark = pytest.mark.checklist("input.validate")

WORD: Final = CANARY.encode()

# No JSON, or more of it than anybody needs.
UNREADABLE: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "a space": (b" ", 400),
    "a word": (WORD, 400),
    "half an object": (b'{"' + WORD + b'": ', 400),
    "an object and more": (b'{"' + WORD + b'": 1}}', 400),
    "two objects": (b'{"' + WORD + b'": 1}{}', 400),
    "a comma too many": (b'{"' + WORD + b'": 1,}', 400),
    "a comment": (b'/* */{"' + WORD + b'": 1}', 400),
    "single quotes": (b"{'" + WORD + b"': 1}", 400),
    "no quotes": (b"{" + WORD + b": 1}", 400),
    "a form": (b"email=" + WORD + b"&password=" + WORD, 400),
    "XML": (b"<email>" + WORD + b"</email>", 400),
    "a pickle": (b"\x80\x04\x95\x1e\x00\x00\x00" + WORD + b"R.", 400),
    "BSON": (b"\x16\x00\x00\x00\x02x\x00\x07\x00\x00\x00" + WORD + b"\x00\x00", 400),
    "NaN": (b'{"' + WORD + b'": NaN}', 400),
    "Infinity": (b'{"' + WORD + b'": Infinity}', 400),
    "minus Infinity": (b'{"' + WORD + b'": -Infinity}', 400),
    "1e999": (b'{"' + WORD + b'": 1e999}', 400),
    "a leading zero": (b'{"' + WORD + b'": 01}', 400),
    "a lone surrogate": (b'{"' + WORD + b'": "\\ud800"}', 400),
    "a lone surrogate in a name": (b'{"' + WORD + b'\\udfff": 1}', 400),
    "a torn escape": (b'{"' + WORD + b'": "\\u12"}', 400),
    "a raw NUL": (b'{"' + WORD + b'": "\x00"}', 400),
    "a byte order mark": (b'\xef\xbb\xbf{"' + WORD + b'": 1}', 400),
    "UTF-16": (('{"' + CANARY + '": 1}').encode("utf-16"), 400),
    "UTF-32": (('{"' + CANARY + '": 1}').encode("utf-32"), 400),
    "latin-1": (b'{"' + WORD + b'": "\xe9"}', 400),
    "overlong UTF-8": (b'{"' + WORD + b'": "\xc0\xaf"}', 400),
    "CESU-8": (b'{"' + WORD + b'": "\xed\xa0\xbd\xed\xb8\x80"}', 400),
    "gzip": (b"\x1f\x8b\x08\x00" + WORD, 400),
    "60,000 brackets": (b"[" * 60_000, 400),
    "200,000 brackets": (b"[" * 200_000, 413),
    "a megabyte": (b'{"' + WORD + b'": "' + b"x" * 1_000_000 + b'"}', 413),
    "a megabyte of spaces": (b" " * 1_000_000, 413),
    "deep objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
}

# JSON, but no object of the schema.
MISFIT: dict[str, Any] = {
    "an empty list": [],
    "a list of objects": [{CANARY: CANARY}],
    "null": None,
    "true": True,
    "a number": 1,
    "a string": CANARY,
    "an empty object": {},
    "an operator": {"$where": f"sleep(1000) || '{CANARY}'"},
    "an unknown member": {CANARY: CANARY},
    "an empty name": {"": CANARY},
    "NUL in a name": {f"\0{CANARY}": 1},
    "a dotted name": {f"email.{CANARY}": 1},
    "a prototype": {"__proto__": {"isAdmin": CANARY}, "constructor": {"prototype": CANARY}},
    "a Python name": {"__class__": {"__init__": {"__globals__": CANARY}}},
    "a thousand members": {f"{CANARY}{number}": number for number in range(1000)},
    "nested lists": json.loads("[" * 500 + f'"{CANARY}"' + "]" * 500),
}


@each(takes_json)
def test_bodies_that_are_no_json_are_refused(attack: Attack, example: Example) -> None:
    for what, (body, status) in UNREADABLE.items():
        attack.body(example, body, status=status, what=what)


@each(takes_json)
def test_json_that_is_no_object_of_the_schema_is_refused(attack: Attack, example: Example) -> None:
    whole = Member((), schema_of(example.operation), example.body)
    for what, document in MISFIT.items():
        if whole.takes(document):
            # Nothing is required of this one.
            continue
        body = json.dumps(document).encode()
        assert attack.body(example, body, status=422, what=what).json["errors"], what
