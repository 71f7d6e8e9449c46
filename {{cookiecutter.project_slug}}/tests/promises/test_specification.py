"""API specification and naming: the published document, and its style."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import validate

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@pytest.fixture
def document(api) -> dict[str, Any]:
    """Return the document as it is served."""
    served: dict[str, Any] = api.get("/openapi.json").json
    return served


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


#: if cookiecutter.api_docs != "none"
@pytest.mark.checklist("spec.docs")
#: endif
def test_served_document_is_valid(document):
    validate(document)


#: if cookiecutter.api_docs != "none"
@pytest.mark.checklist("spec.docs")
#: endif
def test_served_document_has_exactly_the_routes_of_the_url_map(app, document):
    def shape(path: str) -> str:
        return re.sub(r"<[^>]*>|\{[^}]*\}", "{}", path)

    documented = {(shape(path), method.upper()) for path, method, _ in _operations(document)}
    routed = {
        (shape(rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if not app.extensions["operations"][rule.endpoint, method].is_unlisted
    }
    assert documented == routed


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
def test_paths_name_things_under_one_version(document):
    for path, _, _ in _operations(document):
        if not path.startswith("/api/"):
            continue
        assert path.startswith("/api/v1/")
        segments = path.strip("/").split("/")
        assert all(SEGMENT.fullmatch(segment) for segment in segments), path
        assert "auth" in segments or not VERBS & {
            word for segment in segments for word in segment.split("-")
        }, path


@pytest.mark.checklist("spec.style")
def test_collections_have_plural_names(document):
    for path, _, _ in _operations(document):
        for collection in re.findall(r"([^/]+)/\{", path):
            #: if cookiecutter.oauth == "client"
            if (collection, "/auth/oauth/" in path) == ("oauth", True):
                continue
            #: endif
            assert collection.endswith("s"), path


@pytest.mark.checklist("spec.style")
def test_operation_ids_are_unique_and_in_camel_case(document):
    ids = [operation["operationId"] for _, _, operation in _operations(document)]
    assert len(ids) == len(set(ids))
    assert all(CAMEL_CASE.fullmatch(operation_id) for operation_id in ids)


@pytest.mark.checklist("spec.style")
def test_every_operation_documents_its_problems(document):
    responses = document["components"]["responses"]
    for path, method, operation in _operations(document):
        #: if cookiecutter.oauth == "server"
        if path.startswith("/oauth/"):
            # RFC 6749 section 5.2 has error responses of its own, and pages are for people.
            continue
        #: endif
        problems = [status for status in operation["responses"] if status >= "400"]
        assert any(status.startswith("4") for status in problems), (path, method)
        for status in problems:
            name = operation["responses"][status]["$ref"].rpartition("/")[2]
            content = responses[name]["content"]
            assert [*content] == ["application/problem+json"]
            schema = content["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ProblemOut"}


@pytest.mark.checklist("spec.style")
def test_all_lists_page_and_sort_in_the_same_way(document):
    for path, method, operation in _operations(document):
        success = operation["responses"].get("200", {})
        media = success.get("content", {}).get("application/json", {})
        name = media.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if method != "get" or not name.endswith("PageOut"):
            continue
        taken = {parameter["name"] for parameter in operation["parameters"]}
        assert {"limit", "cursor", "sort"} <= taken, path
        members = document["components"]["schemas"][name]["properties"]
        assert members.keys() == {"items", "nextCursor"}


@pytest.mark.checklist("spec.style")
def test_reading_changes_nothing(api, account, document, read_contents):
    # A process prepares its database once, before its first answer.
    api.get("/health/ready")
    before = read_contents()
    for path, method, operation in _operations(document):
        if method == "get" and "{" not in path:
            status = 200
            #: if cookiecutter.oauth == "server"
            if path == "/oauth/authorize":
                # Without a client the page has nothing to ask.
                status = 400
            #: endif
            api.get(path, headers=account.headers if operation["security"] else {}, status=status)
    assert read_contents() == before


@pytest.mark.checklist("conv.camel-case")
def test_every_member_and_parameter_of_the_document_is_in_camel_case(document):
    names = [
        name
        for schema, described in document["components"]["schemas"].items()
        for name in described["properties"]
        if not schema.startswith(STANDARD)
    ]
    names += [
        parameter["name"]
        for path, _, operation in _operations(document)
        for parameter in operation.get("parameters", ())
        if parameter["in"] != "header" and not path.startswith(STANDARD)
    ]
    assert len(names) > 20
    assert [name for name in names if not CAMEL_CASE.fullmatch(name)] == []


@pytest.mark.checklist("conv.camel-case")
def test_examples_of_the_document_are_in_camel_case(document):
    def members(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from value
            for member in value.values():
                yield from members(member)
        elif isinstance(value, list):
            for member in value:
                yield from members(member)

    for path, method, operation in _operations(document):
        if path.startswith(STANDARD):
            continue
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            example = body.get("content", {}).get("application/json", {}).get("example", {})
            wrong = [name for name in members(example) if not CAMEL_CASE.fullmatch(name)]
            assert wrong == [], (path, method)
