"""Each media type is read and written, and JSON is the default."""

from __future__ import annotations

import pytest

from app.errors import MalformedRequestError
from app.media_types import MEDIA_TYPES, READERS, WRITERS, read_json, write_json
from app.schemas import Representation, Schema


class Given(Schema):
    """What is read."""

    some_name: str


class Shown(Representation):
    """What is written."""

    some_name: str


def test_every_type_that_is_written_can_be_read():
    assert WRITERS.keys() <= READERS.keys()
    assert MEDIA_TYPES[0] == "application/json"


def test_json_is_read_as_it_is():
    assert read_json('{"a": ["김", 1, null]}'.encode(), Given) == {"a": ["김", 1, None]}


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'"\\ud800"', b"\xff", b"[" * 2000])
def test_invalid_json_is_malformed(body):
    with pytest.raises(MalformedRequestError):
        read_json(body, Given)


def test_json_is_written_under_the_names_of_the_wire():
    assert write_json(Shown(some_name="김")) == '{"someName":"김"}'.encode()
