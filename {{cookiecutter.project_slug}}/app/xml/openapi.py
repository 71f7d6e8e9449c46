"""What the API document says of XML: the name of each element, and each example once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.schemas import Schema
from app.xml.shapes import ITEM, name_element, shape_of
from app.xml.writing import write_document

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode


def write_example(schema: type[BaseModel], example: dict[str, Any]) -> str:
    """Return an example as it stands in XML."""
    mode: JsonSchemaMode = "validation" if issubclass(schema, Schema) else "serialization"
    return write_document(example, shape_of(schema, mode)).decode()


def name_elements(definitions: dict[str, dict[str, Any]]) -> None:
    """Give each schema the XML objects (OpenAPI 3.1 section 4.8.26) that say how it is written."""
    for definition in definitions.values():
        if "properties" in definition:
            definition["xml"] = {"name": name_element(definition)}
            members = definition["properties"]
            members |= {name: _name_member(name, member) for name, member in members.items()}


def _name_member(name: str, member: dict[str, Any]) -> dict[str, Any]:
    """Name the element of a member by the member, whatever the schema of its value is called."""
    if "anyOf" in member:
        return member | {"anyOf": [_name_member(name, choice) for choice in member["anyOf"]]}
    if "$ref" in member:
        others = {word: value for word, value in member.items() if word != "$ref"}
        return {**others, "allOf": [{"$ref": member["$ref"]}], "xml": {"name": name}}
    if member.get("type") != "array":
        return member
    items = member["items"]
    named = items if "$ref" in items else {"xml": {"name": ITEM}, **_name_member(ITEM, items)}
    return member | {"items": named, "xml": {"name": name, "wrapped": True}}
