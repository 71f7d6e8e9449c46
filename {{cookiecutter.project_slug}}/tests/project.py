"""What no code can tell of this project; the promises of tests/promises read it.

A promise calls each operation with the example of the API document. A thing that is named in a path
is made by a POST to the path before it. Where an example needs something else first, NEEDS has a
function that makes it and returns what takes the place of the example's own values:

    from tests.promises.given import Given

    NEEDS = {
        "POST /api/v1/me/orders": lambda world: Given(
            body={"bookId": world.make("POST /api/v1/books").json["id"]}
        ),
    }

Where an operation is right not to keep a promise, EXEMPTIONS says why:

    EXEMPTIONS = {("conv.camel-case", "GET /api/v1/feeds"): "The format is another service's."}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.promises.given import Need

NEEDS: Final[dict[str, Need]] = {}

# What anybody may call without a token, beside what a new project has: a reviewer sees it here.
PUBLIC: Final[set[str]] = set()

# Operations that refuse what their schema lets in, as it does a wrong check digit, and why.
BEYOND_SCHEMA: Final[dict[str, str]] = {}

# By the id of the item, and the operation.
EXEMPTIONS: Final[dict[tuple[str, str], str]] = {}
