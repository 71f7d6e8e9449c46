"""Read an XML body into the same values as from JSON, as a stream, without building a tree.

defusedxml refuses every document type, and with it every entity, without reading it. XML that is
not well-formed, or exceeds the limits below, is malformed, as torn JSON is. Everything else is
validated by the schema; only mistakes that JSON cannot have are found here. They are reported at
the end, so that a body which is torn further down counts as malformed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NoReturn

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from app.errors import FieldError, InvalidInputError, MalformedRequestError
from app.http import MOST_ERRORS
from app.xml.notation import NAMESPACE, UNFIT, decode, is_space, read_value

if TYPE_CHECKING:
    from app.xml.shapes import Shape

# More than any schema needs, and far below Python's recursion limit.
MOST_LEVELS: Final = 32
MOST_ELEMENTS: Final = 10_000

_NIL: Final = "{" + NAMESPACE + "}nil"
_TRUE: Final = {"true", "1"}
_FALSE: Final = {"false", "0"}


def read_document(body: bytes, shape: Shape) -> Any:
    """Return what *body* is in JSON; raises MalformedRequestError or InvalidInputError."""
    # Bodies are in UTF-8, but Expat also detects UTF-16, in which every "<" has a NUL.
    if b"\0" in body:
        raise MalformedRequestError
    reader = _Reader(shape)
    parser = DefusedXMLParser(target=reader, encoding="utf-8", forbid_dtd=True)
    parser.parser.XmlDeclHandler = _check_declaration
    try:
        parser.feed(body)
        return parser.close()
    except (ParseError, DefusedXmlException) as error:
        raise MalformedRequestError from error


def _check_declaration(version: str, encoding: str | None, standalone: int) -> None:
    del standalone
    if version != "1.0" or (encoding or "utf-8").lower() != "utf-8":
        raise MalformedRequestError


@dataclass(slots=True)
class _Element:
    """An element that is still open; without a shape it is unknown."""

    shape: Shape | None
    pointer: str
    mistakes: list[FieldError]
    is_nil: bool = False
    is_coded: bool = False
    texts: list[str] = field(default_factory=list)
    members: dict[str, Any] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    has_elements: bool = False

    def find_child(self, name: str) -> _Element:
        """Return a child element that begins here."""
        self.has_elements = True
        shape, step = None, name
        if self.shape is not None and self.shape.kind == "array":
            shape, step = self.shape.item, str(len(self.items))
            if name != shape.name:
                self._refuse(f"Must hold elements called {shape.name} alone.")
        elif self.shape is not None:
            shape = self.shape.members.get(name)
        # The name of an unknown element is the client's own text: it is not repeated.
        pointer = self.pointer if shape is None else f"{self.pointer}/{step}"
        child = _Element(shape, pointer, self.mistakes)
        if shape is not None and name in self.members:
            child._refuse("Must be given once.")
        return child

    def _refuse(self, detail: str) -> None:
        self.mistakes.append(FieldError(self.pointer, detail))

    def add(self, name: str, value: Any) -> None:
        """Add the value of a child element that has ended."""
        if self.shape is not None and self.shape.kind == "array":
            self.items.append(value)
        else:
            self.members[name] = value

    def read_attributes(self, attributes: dict[str, str]) -> None:
        """Read the two attributes that a value may have; there are no others."""
        if self.shape is None:
            return
        for name, value in attributes.items():
            if name == _NIL and value in _TRUE | _FALSE:
                self.is_nil = value in _TRUE
            elif name == "encoding" and value == "base64" and self.shape.kind == "string":
                self.is_coded = True
            else:
                self._refuse("Takes no attributes but xsi:nil and encoding.")
                break

    @property
    def value(self) -> Any:
        """The value of the element."""
        if self.shape is None:
            return None
        text = "".join(self.texts)
        if self.is_nil:
            if text or self.has_elements:
                self._refuse("Must be empty where it is nil.")
            return None
        if self.shape.kind in {"object", "array"}:
            if not is_space(text):
                self._refuse("Must hold elements and no text.")
            return self.items if self.shape.kind == "array" else self.members
        if self.has_elements:
            return UNFIT
        return decode(text) if self.is_coded else read_value(text, self.shape.kind)


class _Reader:
    """Receives the events of the parser, in order."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._open: list[_Element] = []
        self._count = 0
        self._document: Any = None
        self._mistakes: list[FieldError] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        self._count += 1
        if len(self._open) == MOST_LEVELS or self._count > MOST_ELEMENTS:
            raise MalformedRequestError
        element = self._open[-1].find_child(name) if self._open else self._find_root(name)
        element.read_attributes(attributes)
        self._open.append(element)

    def _find_root(self, name: str) -> _Element:
        if name == self._shape.name:
            return _Element(self._shape, "", self._mistakes)
        self._mistakes.append(FieldError("", f"The root element must be {self._shape.name}."))
        return _Element(None, "", self._mistakes)

    def data(self, text: str) -> None:
        """Add a piece of text, CDATA included."""
        if self._open[-1].shape is not None:
            self._open[-1].texts.append(text)

    def end(self, name: str) -> None:
        """End an element."""
        value = self._open.pop().value
        if self._open:
            self._open[-1].add(name, value)
        else:
            self._document = value

    def pi(self, *_: str) -> NoReturn:
        """Refuse a processing instruction: this API has no use for any."""
        raise MalformedRequestError

    def close(self) -> Any:
        """Return the whole document; raises InvalidInputError."""
        if self._mistakes:
            raise InvalidInputError(errors=tuple(self._mistakes[:MOST_ERRORS]))
        return self._document
