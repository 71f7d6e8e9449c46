"""What an account can own, read from the API document.

A resource that is added is tested without a line here, and one that is removed causes no failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
#: if cookiecutter.uploads

from tests.fixtures.object_store import send
#: endif

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api

METHODS: Final = ("get", "put", "patch", "delete")


class Owned(NamedTuple):
    """A thing that an account has made, and what the document says can be done with it."""

    collection: str
    place: str
    shown: dict[str, Any]
    operations: dict[str, dict[str, Any]]

    def request(self, method: str) -> dict[str, Any]:
        """Return the request for *method*: the documented example, or nothing."""
        return request_of(self.operations[method])


class Documented(NamedTuple):
    """An operation of the API document."""

    method: str
    path: str
    operation: dict[str, Any]


def read_document(api: Api) -> dict[str, Any]:
    """Return the document as it is served."""
    served: dict[str, Any] = api.get("/openapi.json").json
    return served


def operations_of(document: dict[str, Any]) -> Iterator[Documented]:
    """Yield every operation of the document."""
    for path, item in document["paths"].items():
        #: if cookiecutter.oauth == "server"
        if path.startswith("/oauth/"):
            # OAuth has its own rules, which tests/oauth/test_views.py tests.
            continue
        #: endif
        for method, operation in item.items():
            yield Documented(method.upper(), path, operation)


def request_of(operation: dict[str, Any]) -> dict[str, Any]:
    """Return the documented example of a request, as the client takes it."""
    if "requestBody" not in operation:
        return {}
    return {"json": operation["requestBody"]["content"]["application/json"]["example"]}


def create_each(api: Api, account: Person) -> list[Owned]:
    """Create one of each thing that an account can create."""
    document = read_document(api)
    return [
        _create(api, account, document, documented)
        for documented in operations_of(document)
        if documented.method == "POST"
        and documented.operation["security"]
        and _success_of(documented) in {201, 202}
    ]


def _success_of(documented: Documented) -> int:
    return int(next(iter(documented.operation["responses"])))


def _create(api: Api, account: Person, document: dict[str, Any], post: Documented) -> Owned:
    status = _success_of(post)
    answer = api.post(post.path, account, status=status, **request_of(post.operation))
    #: if cookiecutter.uploads
    if form := answer.json.get("upload"):
        # A file can be changed only when its object exists.
        send(form, bytes(answer.json["size"]))
    #: endif
    below = post.path + "/{"
    items = [item for path, item in document["paths"].items() if path.startswith(below)]
    operations = {
        method: operation
        for item in items[:1]
        for method, operation in item.items()
        if method in METHODS
    }
    return Owned(post.path, answer.headers["Location"], answer.json, operations)
