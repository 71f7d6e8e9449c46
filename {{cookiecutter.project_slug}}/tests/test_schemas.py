"""What all schemas share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from app.schemas import InDigits, Line, Moment, Representation, Schema, Text, Timestamp


class Given(Schema):
    """What goes in."""

    some_name: str


class Shown(Representation):
    """What comes out."""

    some_name: str


def test_members_are_read_in_camel_case():
    assert Given.model_validate({"someName": "x"}).some_name == "x"


@pytest.mark.checklist("conv.camel-case")
def test_members_in_snake_case_are_refused():
    with pytest.raises(ValidationError):
        Given.model_validate({"some_name": "x"})


def test_unknown_members_are_refused():
    with pytest.raises(ValidationError):
        Given.model_validate({"someName": "x", "another": 1})


def test_a_parsed_body_is_immutable():
    with pytest.raises(ValidationError):
        Given(someName="x").some_name = "y"


def test_members_are_shown_in_camel_case_and_no_others():
    shown = Shown.model_validate({"some_name": "x", "secret": "y"})
    assert shown.model_dump() == {"someName": "x"}


@pytest.mark.parametrize("text", ["", "a", "김", "a\nb", "\u202e", "😀"])
def test_text_has_every_character(text):
    assert TypeAdapter(Text).validate_python(text) == text


@pytest.mark.parametrize("text", ["\0", "a\0b", "a\n\0"])
def test_text_has_no_nul(text):
    with pytest.raises(ValidationError):
        TypeAdapter(Text).validate_python(text)


@pytest.mark.parametrize("text", ["", "a b", "김", "\u00a0", "😀"])
def test_a_line_has_every_character_that_is_seen(text):
    assert TypeAdapter(Line).validate_python(text) == text


@pytest.mark.parametrize("text", ["\0", "\n", "a\n", "a\r\nb", "\t", "\x1b[0m", "\x7f"])
def test_a_line_has_no_control_characters(text):
    with pytest.raises(ValidationError):
        TypeAdapter(Line).validate_python(text)


@pytest.mark.parametrize(
    "text",
    ["2026-01-31T09:26:53Z", "2026-01-31t18:26:53.000000+09:00", "2026-01-30T21:56:53-11:30"],
)
def test_a_moment_is_read_in_utc(text):
    moment = TypeAdapter(Moment).validate_python(text)
    assert moment == datetime(2026, 1, 31, 9, 26, 53, tzinfo=UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "",
        "0",
        "1769851613",
        "2026-01-31",
        "2026-01-31T09:26:53",
        "2026-01-31 09:26:53Z",
        "2026-02-30T09:26:53Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        0,
        None,
    ],
)
def test_invalid_moments_are_refused(value):
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(value)


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("-5", -5), ("007", 7)])
def test_a_number_is_written_in_digits(text, number):
    assert TypeAdapter(Annotated[int, InDigits]).validate_python(text) == number


@pytest.mark.parametrize(
    "text", ["", " 5", "+5", "5.0", "1_0", "1e1", "0x5", "\u0665", "5\n", "9" * 19]
)
def test_a_number_is_written_in_no_other_way(text):
    with pytest.raises(ValidationError):
        TypeAdapter(Annotated[int, InDigits]).validate_python(text)


@pytest.mark.parametrize(
    ("microsecond", "text"),
    [(0, "2026-01-31T09:26:53.000Z"), (110_000, "2026-01-31T09:26:53.110Z")],
)
def test_a_timestamp_is_written_in_milliseconds_always(microsecond, text):
    moment = datetime(2026, 1, 31, 9, 26, 53, microsecond, tzinfo=UTC)
    assert TypeAdapter(Timestamp).dump_python(moment) == text
