"""Documents are written as XML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.schemas import Representation
from app.xml import write_xml
from app.xml.reading import read_document
from app.xml.shapes import shape_of
from app.xml.writing import write_document

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NIL = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'


class ThingOut(Representation):
    """A thing."""

    some_name: str


class BoxOut(Representation):
    """A box of things."""

    things: list[ThingOut]
    words: list[str]
    best_thing: ThingOut | None
    size: int
    is_open: bool


THING = ThingOut(some_name="x")
BOX = BoxOut(things=[THING, THING], words=["a", ""], best_thing=THING, size=3, is_open=True)


def test_members_are_elements_and_lists_have_an_element_for_each_item():
    thing = "<someName>x</someName>"
    assert write_xml(BOX).decode() == (
        f"{HEAD}<box>"
        f"<things><thing>{thing}</thing><thing>{thing}</thing></things>"
        "<words><item>a</item><item></item></words>"
        f"<bestThing>{thing}</bestThing>"
        "<size>3</size><isOpen>true</isOpen></box>"
    )


def test_null_is_distinguished_from_an_empty_list():
    box = BoxOut(things=[], words=[], best_thing=None, size=0, is_open=False)
    written = write_xml(box).decode()
    assert f"<things></things><words></words><bestThing{NIL}/>" in written


@pytest.mark.parametrize(
    ("text", "element"),
    [
        ("", "<someName></someName>"),
        (" \t\n ", "<someName> \t\n </someName>"),
        ("\r\n", "<someName>&#13;\n</someName>"),
        ("]]><!-- &amp; -->", "<someName>]]&gt;&lt;!-- &amp;amp; --&gt;</someName>"),
        ("김 🚀", "<someName>김 🚀</someName>"),
        ("\x01", '<someName encoding="base64">AQ==</someName>'),
    ],
)
def test_texts_are_written_so_that_they_can_be_read_back(text, element):
    assert write_xml(ThingOut(some_name=text)).decode() == f"{HEAD}<thing>{element}</thing>"


def test_a_member_that_the_schema_does_not_know_is_an_error():
    with pytest.raises(KeyError):
        write_document({"anything": 1}, shape_of(ThingOut, "serialization"))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_back_unchanged(text):
    shape = shape_of(ThingOut, "serialization")
    assert read_document(write_xml(ThingOut(some_name=text)), shape) == {"someName": text}
