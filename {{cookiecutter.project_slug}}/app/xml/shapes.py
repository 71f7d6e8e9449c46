"""What a schema looks like in XML: which elements it has, and what each of them holds.

XML knows only texts and elements. Whether an element is a list or an object, a number or a text,
only the schema says; it is read from the JSON schema, which the API document shows, too.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode

ITEM = "item"

_PREFIX = "#/$defs/"
_NULL = {"type": "null"}


def name_element(schema: Mapping[str, Any]) -> str:
    """Return the element name for an object of *schema*: `note` for NoteOut."""
    title = str(schema["title"]).removesuffix("Out")
    return to_camel(title[:1].lower() + title[1:])


class Shape:
    """One place of a document: its type, in the words of JSON Schema, and what is below it."""

    def __init__(self, schema: dict[str, Any], definitions: dict[str, dict[str, Any]]) -> None:
        self._definitions = definitions
        self._schema = _resolve(schema, definitions)
        self.kind: str = self._schema.get("type", "string")

    @cached_property
    def name(self) -> str:
        """The name of its element if it is no member of an object."""
        return name_element(self._schema) if self.kind == "object" else ITEM

    @cached_property
    def members(self) -> dict[str, Shape]:
        """The members of an object, by their names in JSON."""
        properties: dict[str, dict[str, Any]] = self._schema.get("properties", {})
        return {name: Shape(member, self._definitions) for name, member in properties.items()}

    @cached_property
    def item(self) -> Shape:
        """Each item of a list."""
        return Shape(self._schema.get("items", {}), self._definitions)


@cache
def shape_of(schema: type[BaseModel], mode: JsonSchemaMode) -> Shape:
    """Return the shape of a body (validation) or of an answer (serialization), made once."""
    described = schema.model_json_schema(mode=mode)
    return Shape(described, described.get("$defs", {}))


def _resolve(schema: dict[str, Any], definitions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Follow references, and a single choice beside null."""
    while True:
        choices = [choice for choice in schema.get("anyOf", ()) if choice != _NULL]
        if "$ref" in schema:
            schema = definitions[schema["$ref"].removeprefix(_PREFIX)]
        elif len(choices) == 1:
            (schema,) = choices
        else:
            return schema
