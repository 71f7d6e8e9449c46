"""How values are written in elements."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.xml.notation import UNFIT, decode, encode, escape, is_tellable, read_value, write_value


@pytest.mark.parametrize("text", ["", "a\tb\nc\rd", "김 🚀 ]]> <&>", "\x7f\x85\u2028\ufeff\ufffd"])
def test_text_that_xml_allows_is_tellable(text):
    assert is_tellable(text)


@pytest.mark.parametrize("character", ["\0", "\x01", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_text_that_xml_forbids_is_not(character):
    assert not is_tellable(f"a{character}b")


def test_characters_with_a_meaning_for_parsers_are_escaped():
    assert escape("a<b>&\r\n") == "a&lt;b&gt;&amp;&#13;\n"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_can_be_read_back_from_base64(text):
    assert decode(encode(text)) == text


def test_base64_may_be_broken_into_lines():
    assert decode(" AQ\n==\t") == "\x01"


@pytest.mark.parametrize("text", ["AQ", "AQ=", "A Q===", "AQ==AQ==", "_-8=", "김", "/w==", "7aCA"])
def test_invalid_base64_or_utf_8_is_unfit(text):
    assert decode(text) is UNFIT


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (" a ", "string", " a "),
        ("1", "string", "1"),
        ("0", "integer", 0),
        (" -12\n", "integer", -12),
        ("123456789012345678", "integer", 123456789012345678),
        ("1.5e3", "number", 1500.0),
        ("-0", "number", -0.0),
        ("true", "boolean", True),
        (" false ", "boolean", False),
    ],
)
def test_a_value_is_read_by_its_kind(text, kind, value):
    assert read_value(text, kind) == value
    assert type(read_value(text, kind)) is type(value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((text, "integer") for text in ("", "+1", "01", "1.0", "1e3", "1_0", "٣", "0x1")),
        ("9" * 19, "integer"),
        *((text, "number") for text in ("", "NaN", "INF", "Infinity", "1e999", ".5", "1.", "1,5")),
        *((text, "boolean") for text in ("", "1", "0", "yes", "True", "TRUE")),
    ],
)
def test_values_that_json_would_not_take_are_unfit(text, kind):
    assert read_value(text, kind) is UNFIT


@pytest.mark.parametrize("value", [0, -7, 2**53, 0.1, 1e22, 5e-324, True, False])
def test_written_values_can_be_read_back(value):
    kind = {bool: "boolean", int: "integer", float: "number"}[type(value)]
    again = read_value(write_value(value), kind)
    assert again == value
    assert math.copysign(1, again) == math.copysign(1, value)
