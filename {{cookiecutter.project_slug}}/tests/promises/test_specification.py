"""API specification and naming: the published document, and its style."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import validate

from tests.fixtures.operations import each, find_document, find_operations, is_read
from tests.promises.resources import is_list, members_answered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fixtures.database_contents import ReadContents
    from tests.fixtures.examples import Example, World
    from tests.fixtures.operations import Operation

CAMEL_CASE = re.compile(r"[a-z][a-zA-Z0-9]*")
SEGMENT = re.compile(r"[a-z][a-z0-9-]*|v[0-9]+|\{[a-z][a-zA-Z0-9]*\}")
# Verbs: a path names a thing, and the method says what is done with it.
VERBS = {"add", "change", "create", "delete", "do", "edit", "get", "list", "make", "new"}
# Names below these paths are fixed by standards.
#: if cookiecutter.oauth == "server"
STANDARD = ("/.well-known/", "/oauth/", "OAuth")
#: else
STANDARD = ("/.well-known/",)
#: endif
VERBS |= {"read", "remove", "save", "search", "set", "show", "update", "write"}


#: if cookiecutter.api_docs != "none"
@pytest.mark.checklist("spec.docs")
#: endif
def test_served_document_is_valid(document):
    validate(document)


#: if cookiecutter.api_docs != "none"
@pytest.mark.checklist("spec.docs")
#: endif
def test_what_stands_in_no_document_is_a_page_or_a_file_of_one(app):
    operations = app.extensions["operations"]
    for rule, method in operations.walk():
        unlisted = operations[rule.endpoint, method]
        if unlisted.is_unlisted:
            assert (method in {"GET", "HEAD"}, unlisted.is_public) == (True, True), rule
            assert not any(each.startswith("application/") for each in unlisted.gives), rule


#: if cookiecutter.api_docs != "none"
@pytest.mark.checklist("spec.docs")
def test_page_and_its_files_come_from_the_same_origin(api):
    page = api.get("/docs/")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(links) > 2
    assert not [link for link in links if re.match(r"\w+:|//", link)]
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"unsafe|https?:|\*", policy)


#: endif
@pytest.mark.checklist("spec.style")
@each(lambda operation: operation.path.startswith("/api/"))
def test_paths_name_things_under_a_version(operation: Operation) -> None:
    assert re.match(r"/api/v[0-9]+/", operation.path)
    segments = operation.path.strip("/").split("/")
    assert all(SEGMENT.fullmatch(segment) for segment in segments)
    assert "auth" in segments or not VERBS & {
        word for segment in segments for word in segment.split("-")
    }


@pytest.mark.checklist("spec.style")
@each(lambda operation: operation.parameters != [])
def test_collections_have_plural_names(operation: Operation) -> None:
    for collection in re.findall(r"([^/]+)/\{", operation.path):
        #: if cookiecutter.oauth == "client"
        if (collection, "/auth/oauth/" in operation.path) == ("oauth", True):
            continue
        #: endif
        assert collection.endswith("s")


@pytest.mark.checklist("spec.style")
@each()
def test_operation_ids_are_unique_and_in_camel_case(operation: Operation) -> None:
    name = operation.details["operationId"]
    assert CAMEL_CASE.fullmatch(name)
    assert [one for one in find_operations() if one.details["operationId"] == name] == [operation]


@pytest.mark.checklist("spec.style")
@each()
def test_every_operation_documents_its_problems(operation: Operation) -> None:
    responses = find_document()["components"]["responses"]
    problems = [status for status in operation.responses if status >= "400"]
    assert any(status.startswith("4") for status in problems)
    for status in problems:
        name = operation.responses[status]["$ref"].rpartition("/")[2]
        content = responses[name]["content"]
        assert [*content] == ["application/problem+json"]
        schema = content["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/ProblemOut"}


@pytest.mark.checklist("spec.style")
@each(is_list)
def test_all_lists_page_in_the_same_way(operation: Operation) -> None:
    taken = {one["name"] for one in operation.details["parameters"]}
    assert {"limit", "cursor"} <= taken
    assert members_answered(operation) == {"items", "nextCursor"}


@pytest.mark.checklist("spec.style")
@each(is_read)
def test_reading_changes_nothing(
    world: World, example: Example, read_contents: ReadContents
) -> None:
    # A process prepares its database once, before its first answer.
    world.api.get("/health/ready")
    before = read_contents()
    assert world.api.client.open(**example.request()).status_code == example.success
    assert read_contents() == before


@pytest.mark.checklist("conv.camel-case")
def test_every_member_of_the_document_is_in_camel_case(document):
    names = [
        name
        for schema, described in document["components"]["schemas"].items()
        # An enumeration has none.
        for name in described.get("properties", ())
        if not schema.startswith(STANDARD)
    ]
    assert len(names) > 20
    assert [name for name in names if not CAMEL_CASE.fullmatch(name)] == []


@pytest.mark.checklist("conv.camel-case")
@each()
def test_every_parameter_of_the_document_is_in_camel_case(operation: Operation) -> None:
    taken = operation.details.get("parameters", ())
    names = [one["name"] for one in taken if one["in"] != "header"]
    assert [name for name in names if not CAMEL_CASE.fullmatch(name)] == []


@pytest.mark.checklist("conv.camel-case")
@each(lambda operation: not operation.path.startswith(STANDARD))
def test_examples_of_the_document_are_in_camel_case(operation: Operation) -> None:
    for body in (operation.details.get("requestBody", {}), *operation.responses.values()):
        example = body.get("content", {}).get("application/json", {}).get("example", {})
        assert [name for name in _members(example) if not CAMEL_CASE.fullmatch(name)] == []


def _members(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for member in value.values():
            yield from _members(member)
    elif isinstance(value, list):
        for member in value:
            yield from _members(member)
