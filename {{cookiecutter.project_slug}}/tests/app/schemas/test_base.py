"""What all schemas share."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from app.schemas.base import Line, Representation, Schema, Text


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


def test_what_was_read_stays_as_it_is():
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
