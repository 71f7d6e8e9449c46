"""What accounts can make, read from the API document.

A resource that is added is tested without a line here, and one that is removed causes no failure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.fixtures.members import resolve
from tests.fixtures.operations import JSON, find_operations

if TYPE_CHECKING:
    from tests.fixtures.examples import World
    from tests.fixtures.operations import Operation


class Thing(NamedTuple):
    """What somebody has made, and what it looked like then."""

    maker: Operation
    place: str
    shown: dict[str, Any]


def makes_a_thing(operation: Operation) -> bool:
    """Tell whether a caller makes something with this operation."""
    return is_making(operation) and operation.is_protected


def is_making(operation: Operation) -> bool:
    """Tell whether something is made by this operation, and not only accepted."""
    is_made = operation.success == 201 or (operation.success == 202 and answers_json(operation))
    return operation.method == "POST" and is_made


def is_one_of_many(operation: Operation) -> bool:
    """Tell whether what the operation makes has an id, and is not the only one of its caller."""
    reading = find_at(operation.path, "GET")
    return reading is None or is_list(reading)


def is_of_the_caller(operation: Operation) -> bool:
    """Tell whether the operation is about what belongs to its caller alone."""
    return re.match(r"/api/v\d+/(me|auth)(/|$)", operation.path) is not None


def names_a_thing(operation: Operation) -> bool:
    """Tell whether a UUID in the path names something."""
    taken = [one for one in operation.details.get("parameters", ()) if one["in"] == "path"]
    return any(one["schema"].get("format") == "uuid" for one in taken)


def answers_json(operation: Operation) -> bool:
    """Tell whether a success is an object in JSON, of a schema of this API."""
    return members_answered(operation) != set()


def members_answered(operation: Operation) -> set[str]:
    """Return the names of the members of a success in JSON."""
    content = operation.responses[str(operation.success)].get("content", {})
    return {*resolve(content.get(JSON, {}).get("schema", {})).get("properties", ())}


def shows_timestamps(operation: Operation) -> bool:
    """Tell whether a success shows when something was made and changed."""
    return {"createdAt", "updatedAt"} <= members_answered(operation)


def is_list(operation: Operation) -> bool:
    """Tell whether the operation answers a list, a page at a time."""
    return operation.method == "GET" and {"items", "nextCursor"} <= members_answered(operation)


def find_at(path: str, method: str) -> Operation | None:
    """Return the operation of that path and method, if there is one."""
    name = f"{method} {path}"
    return next((one for one in find_operations() if str(one) == name), None)


def make(world: World, maker: Operation) -> Thing:
    """Make one thing."""
    answer = world.make(maker)
    return Thing(maker, answer.headers["Location"], answer.json)
