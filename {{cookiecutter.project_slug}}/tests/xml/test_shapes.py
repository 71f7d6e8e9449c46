"""The shape of a schema in XML comes from its JSON schema."""

from __future__ import annotations

from typing import Literal

import pytest

from app.schemas import Representation, Schema
from app.xml.shapes import Shape, shape_of


class PartOut(Representation):
    """A part of the whole."""

    size: int


class WholeOut(Representation):
    """A schema with members of every type."""

    some_name: str
    count: int
    weight: float
    is_new: bool
    kind: Literal["a", "b"]
    part: PartOut
    last_part: PartOut | None
    parts: list[PartOut]
    words: list[str] | None
    inner: list[list[int]]
    next_whole: WholeOut | None


class WriteWhole(Schema):
    """A schema with one member."""

    some_name: str


@pytest.fixture
def shape() -> Shape:
    """Return the shape of a schema with members of every type."""
    return shape_of(WholeOut, "serialization")


def test_an_element_is_called_as_its_schema_is(shape):
    assert shape.name == "whole"
    assert shape_of(WriteWhole, "validation").name == "writeWhole"


def test_members_have_the_kinds_of_json_schema_under_the_names_of_the_wire(shape):
    assert {name: member.kind for name, member in shape.members.items()} == {
        "someName": "string",
        "count": "integer",
        "weight": "number",
        "isNew": "boolean",
        "kind": "string",
        "part": "object",
        "lastPart": "object",
        "parts": "array",
        "words": "array",
        "inner": "array",
        "nextWhole": "object",
    }


def test_items_are_called_as_their_schema_or_item(shape):
    assert shape.members["parts"].item.name == "part"
    assert shape.members["words"].item.name == "item"
    assert shape.members["inner"].item.name == "item"
    assert shape.members["inner"].item.item.kind == "integer"


def test_a_schema_may_hold_itself(shape):
    assert shape.members["nextWhole"].members["nextWhole"].members.keys() == shape.members.keys()


def test_a_shape_is_made_once():
    assert shape_of(WholeOut, "serialization") is shape_of(WholeOut, "serialization")


def _places(shape: Shape, depth: int = 0) -> list[Shape]:
    below = [*shape.members.values(), *([shape.item] if shape.kind == "array" else [])]
    assert depth < 20
    return [shape, *(place for each in below for place in _places(each, depth + 1))]


def test_every_schema_of_the_api_can_be_written_in_xml(app):
    """An object with arbitrary members has no element names in XML."""
    tried = 0
    for operation in app.extensions["operations"].values():
        shapes = []
        if "application/xml" in operation.gives and operation.returns:
            shapes.append(shape_of(operation.returns, "serialization"))
        if operation.body and "application/xml" in operation.takes:
            shapes.append(shape_of(operation.body, "validation"))
        for place in (place for shape in shapes for place in _places(shape)):
            assert place.kind != "object" or place.members, operation
            tried += 1
    assert tried > 20
