"""Write a document as XML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.xml.notation import CODED, NIL, encode, escape, is_tellable, write_value

if TYPE_CHECKING:
    from app.xml.shapes import Shape

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def write_document(document: Any, shape: Shape) -> bytes:
    """Return the bytes of an answer; a member that *shape* does not know is a KeyError."""
    return (_DECLARATION + _write(shape.name, document, shape)).encode()


def _write(name: str, value: Any, shape: Shape) -> str:
    attributes = ""
    if value is None:
        return f"<{name}{NIL}/>"
    if isinstance(value, dict):
        members = shape.members
        content = "".join(_write(member, held, members[member]) for member, held in value.items())
    elif isinstance(value, list):
        item = shape.item
        content = "".join(_write(item.name, held, item) for held in value)
    elif not isinstance(value, str):
        content = write_value(value)
    elif is_tellable(value):
        content = escape(value)
    else:
        attributes, content = CODED, encode(value)
    return f"<{name}{attributes}>{content}</{name}>"
