"""Input: a client that cannot read the answer is refused, and nothing is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.fixtures.operations import JSON, each

if TYPE_CHECKING:
    from tests.fixtures.attacks import Attack
    from tests.fixtures.examples import Example, World
    from tests.fixtures.operations import Operation

pytestmark = pytest.mark.checklist("input.accept")

#: if cookiecutter.xml
SCHEMATIC: Final = {JSON, "application/xml"}
#: else
SCHEMATIC: Final = {JSON}
#: endif

# Each excludes the types in which operations with schemas answer.
UNACCEPTABLE = {
    #: if not cookiecutter.xml
    "xml": "application/xml",
    "anything but JSON": "application/json;q=0, */*",
    "a list without JSON": "text/html, application/xhtml+xml, application/xml;q=0.9",
    #: else
    "XML by an older name": "text/xml",
    "another XML": "application/atom+xml, application/xml-dtd",
    "XML with q=0": "application/xml;q=0",
    "XML of another charset": "application/xml; charset=utf-16",
    "anything but both": "application/json;q=0, application/xml;q=0, */*",
    #: endif
    "html": "text/html",
    "images": "image/*",
    "text": "text/*",
    "another JSON": "application/vnd.api+json",
    "a longer name": "application/jsonx",
    "JSON with q=0": "application/json;q=0",
    "JSON with q=0.000": "application/json ; q=0.000",
    "anything but applications": "application/*;q=0, */*;q=0.5",
    "nothing at all": "*/*;q=0",
    "another charset": "application/json; charset=utf-16",
    "garbage": "garbage",
}
# Each accepts JSON.
ACCEPTABLE = {
    "missing": None,
    "empty": "",
    "blank": " ",
    "anything": "*/*",
    "applications": "application/*",
    "JSON": "application/json",
    "capitals": "Application/JSON",
    "JSON of UTF-8": "application/json; charset=utf-8",
    "as a last resort": "text/html, */*;q=0.1",
    "hardly": "application/json;q=0.001",
    "JSON and nothing else": "application/json, */*;q=0",
    "a long list": "text/html, application/xml;q=0.9, application/json;q=0.1",
}


def accepting(example: Example, accept: str | None) -> dict[str, Any]:
    """Return a request that is right except for its Accept header."""
    request = example.request()
    if accept is not None:
        request["headers"]["Accept"] = accept
    return request


def answers_schemas(operation: Operation) -> bool:
    """Tell whether all that the operation answers follows a schema."""
    return {*operation.media_types} <= SCHEMATIC


def is_read_as_json(operation: Operation) -> bool:
    """Tell whether the operation only reads, and answers JSON to whoever takes anything."""
    return operation.method == "GET" and operation.media_type == JSON


@each()
def test_every_documented_example_is_served(world: World, operation: Operation) -> None:
    world.make(operation)


@each(answers_schemas)
def test_unacceptable_types_are_refused_and_nothing_is_done(
    attack: Attack, example: Example
) -> None:
    for what, accept in UNACCEPTABLE.items():
        attack.send(status=406, what=what, **accepting(example, accept))


@each(is_read_as_json)
def test_acceptable_types_are_served(attack: Attack, example: Example) -> None:
    for what, accept in ACCEPTABLE.items():
        attack.reach(status=example.success, what=what, **accepting(example, accept))


@each()
def test_each_operation_negotiates_its_own_types(
    attack: Attack, operation: Operation, example: Example
) -> None:
    kind = operation.media_type
    unwanted = ", ".join(f"{each};q=0" for each in operation.media_types)
    for accept in ("x/y", f"{kind};q=0", f"*/*, {unwanted}"):
        attack.send(status=406, what=accept, **accepting(example, accept))
    if operation.method == "GET":
        for accept in (kind, f"{kind.partition('/')[0]}/*", f"{kind}; q=0.1, x/y"):
            attack.reach(status=example.success, what=accept, **accepting(example, accept))
