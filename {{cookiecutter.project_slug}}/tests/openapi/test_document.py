"""The document is valid, equals the routes, and contradicts neither schemas nor contracts."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any
#: if cookiecutter.oauth == "server"
from uuid import uuid4
#: endif

import pytest
from flask.views import MethodView
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from app import openapi
from app.decorators import accepts, documented, unlisted, with_fresh_login
from app.openapi.document import make_document
from app.operations import Doc, Tag
from app.schemas import Schema
#: if cookiecutter.oauth == "client"
from tests.fixtures.provider_logins import COOKIE
#: endif

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.fixtures.application import MakeApp

PACKAGE = Path(openapi.__file__).parent
METHODS = {"get", "post", "put", "patch", "delete"}
#: if cookiecutter.oauth == "client"
# What is refused without a question has to be asked as it is meant to be.
ASKED: dict[str, tuple[str, dict[str, str]]] = {
    "/api/v1/auth/oauth/{provider}": ("/api/v1/auth/oauth/github", {}),
    "/api/v1/auth/oauth/{provider}/callback": (
        "/api/v1/auth/oauth/github/callback",
        {"state": "state", "code": "code"},
    ),
}
#: elif cookiecutter.oauth == "server"
# What is refused without a question has to be asked as it is meant to be.
ASKED: dict[str, tuple[str, dict[str, str]]] = {
    "/oauth/authorize": ("/oauth/authorize", {"client_id": str(uuid4())}),
}
#: endif
CATS = Doc(Tag("Cats", "Those of the house."))
REFERENCE = re.compile(r'"\$ref": "#/components/(\w+)/([^"]+)"')


class CatIn(Schema):
    """A cat."""


def _make(app: Flask) -> dict[str, Any]:
    with app.test_request_context("/"):
        return make_document(app, app.extensions["operations"])


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    """Return the document of the suite's app."""
    return _make(app)


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from item.values()


def _examples(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    responses = document["components"]["responses"].values()
    holders = [
        *responses,
        *(holder["requestBody"] for holder in _operations(document) if "requestBody" in holder),
        *(
            response
            for operation in _operations(document)
            for response in operation["responses"].values()
        ),
    ]
    for holder in holders:
        for media_type, media in holder.get("content", {}).items():
            # What is no JSON has its example as a text.
            if "example" in media and media_type.endswith("json"):
                yield media["schema"], media["example"]
            for example in media.get("examples", {}).values():
                yield media["schema"], example["value"]


def test_document_is_valid_openapi(document):
    validate(document)


def test_paths_and_methods_are_those_of_the_url_map(app, document):
    documented = {
        (re.sub(r"\{\w+\}", "{}", path), method)
        for path, item in document["paths"].items()
        for method in item
    }
    contracts = app.extensions["operations"]
    routed = {
        (re.sub("<[^>]+>", "{}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if not contracts[rule.endpoint, method].is_unlisted
    }
    # What is missing here tests/promises/test_routes.py names.
    assert documented <= routed
    assert {method for _, method in documented} <= METHODS


def test_every_operation_has_words_of_its_own(document):
    for name in ("operationId", "summary"):
        given = [operation[name] for operation in _operations(document)]
        assert all(given)
        assert len(given) == len(set(given)), name


def test_every_operation_belongs_to_a_listed_tag(document):
    listed = {tag["name"] for tag in document["tags"]}
    assert {tag for operation in _operations(document) for tag in operation["tags"]} == listed
    assert all(tag["description"] for tag in document["tags"])


def test_words_are_those_of_a_docstring_and_an_id_is_named_for_the_view(make_app):
    class CatView(MethodView):
        @documented(CATS)
        def get(self):
            """Look at the cat.

            For long: <it> likes
            that.
            """

        @documented(CATS)
        @with_fresh_login
        def delete(self):
            """Let the cat go."""

        @documented(CATS)
        def put(self):
            """Stroke the cat."""

    app = make_app()
    app.add_url_rule("/cat", view_func=CatView.as_view("cat"))
    described = _make(app)["paths"]["/cat"]
    words = {(each["operationId"], each["summary"]) for each in described.values()}
    assert words >= {("readCat", "Look at the cat"), ("replaceCat", "Stroke the cat")}
    assert described["get"]["description"] == "For long: <it> likes\nthat."
    assert "recent log-in" in described["delete"]["description"]
    assert "description" not in described["put"]


def test_what_is_unlisted_is_no_part_of_the_document(make_app):
    class CatView(MethodView):
        @unlisted
        @accepts(CatIn)
        def put(self, body):
            """Stroke the cat."""

    app = make_app()
    app.add_url_rule("/cat", view_func=CatView.as_view("cat"))
    document = _make(app)
    assert "/cat" not in document["paths"]
    assert "CatIn" not in document["components"]["schemas"]


def test_every_component_is_used(document):
    used = set(REFERENCE.findall(json.dumps(document)))
    used |= {
        ("securitySchemes", scheme)
        for operation in _operations(document)
        for requirement in operation["security"]
        for scheme in requirement
    }
    declared = {(kind, name) for kind, parts in document["components"].items() for name in parts}
    assert declared == used


def test_public_operations_ask_for_nothing_and_all_others_for_a_token(document):
    public = {
        operation["operationId"]
        for operation in _operations(document)
        if operation["security"] == []
    }
    assert {"signUp", "logIn", "checkLive", "checkReady", "readDocument"} <= public
    for path, item in document["paths"].items():
        for operation in item.values():
            is_protected = operation["operationId"] not in public
            asks = path.endswith("/login")
            #: if cookiecutter.oauth == "server"
            asks = asks or path in {"/oauth/token", "/oauth/revoke"}
            #: endif
            #: if cookiecutter.oauth == "client" and cookiecutter.second_factor
            # Who comes back from a provider is asked for a log-in with a code.
            asks = asks or operation["operationId"] == "finishProviderLogin"
            #: endif
            assert is_protected == ("401" in operation["responses"]) or asks


def test_refresh_alone_asks_for_the_refresh_token(document):
    asking = {
        operation["operationId"]
        for operation in _operations(document)
        if {"refreshToken": []} in operation["security"]
    }
    assert asking == {"refreshSession"}


def test_examples_fit_their_schemas(document):
    examples = list(_examples(document))
    assert len(examples) > len(document["paths"])
    for schema, example in examples:
        whole = {**schema, "components": document["components"]}
        OAS31Validator(whole, format_checker=OAS31Validator.FORMAT_CHECKER).validate(example)


def test_every_body_taken_or_given_as_a_schema_has_an_example(document):
    for operation in _operations(document):
        success = next(iter(operation["responses"].values()))
        media = success.get("content", {}).get("application/json")
        assert media is None or "$ref" not in media["schema"] or "example" in media
        if "requestBody" in operation:
            contents = operation["requestBody"]["content"].values()
            assert all("example" in media for media in contents)


def test_every_query_parameter_is_explained_and_never_null(document):
    parameters = [
        parameter
        for operation in _operations(document)
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    ]
    assert all(parameter["description"] for parameter in parameters)
    assert "null" not in json.dumps(parameters)


@pytest.mark.checklist("output.no-secrets")
def test_passwords_are_written_and_never_read(document):
    schemas = document["components"]["schemas"]
    passwords = {
        (owner, name): member
        for owner, schema in schemas.items()
        for name, member in schema.get("properties", {}).items()
        if "password" in name.lower()
    }
    owners = {owner for owner, _ in passwords}
    #: if cookiecutter.oauth == "client"
    owners.remove("LinkIdentity")
    #: endif
    #: if cookiecutter.oauth == "server"
    owners.remove("OAuthLoginForm")
    #: endif
    #: if cookiecutter.mail
    owners -= {"ChangeEmail", "ResetPassword"}
    #: endif
    #: if cookiecutter.second_factor
    owners -= {"BeginSecondFactor", "RemoveSecondFactor"}
    #: endif
    assert owners == {"SignUp", "LogIn", "ChangePassword"}
    assert all(member["writeOnly"] for member in passwords.values())


@pytest.mark.checklist("output.no-secrets")
def test_tokens_stand_in_the_answers_of_the_token_endpoints_alone(document):
    answering = {
        operation["operationId"]
        for operation in _operations(document)
        if "TokenPairOut" in json.dumps(operation["responses"])
    }
    #: if cookiecutter.oauth == "client"
    answering -= {"finishProviderLogin"}
    #: endif
    assert answering == {"logIn", "refreshSession", "changePassword"}


def test_two_apps_of_one_process_have_the_same_document(make_app: MakeApp):
    first, second = _make(make_app()), _make(make_app())
    assert json.dumps(first) == json.dumps(second)


def test_a_view_without_words_is_left_out(make_app: MakeApp):
    app = make_app()
    app.add_url_rule("/unspoken", "unspoken", lambda: "")
    assert "/unspoken" not in _make(app)["paths"]


def test_methods_stand_in_one_order_on_every_process(document):
    assert [*document["paths"]["/api/v1/me"]] == ["get", "patch", "delete"]


def test_introduction_opens_the_document(document):
    text = PACKAGE / "introduction.md"
    title, _, description = text.read_text(encoding="utf-8").strip().partition("\n\n")
    assert document["info"]["description"] == description
    assert document["info"]["title"] == title.removeprefix("# ")


def test_license_and_contact_are_those_of_the_project(document):
    said = tomllib.loads((PACKAGE / "info.toml").read_text("utf-8"))
    assert document["info"]["license"] == said["license"]
    assert document["info"]["version"] == said["version"]
    assert document["info"].get("contact", {"name": ""}) == said["contact"]


def test_every_answer_carries_the_request_id(document):
    responses = document["components"]["responses"]
    for operation in _operations(document):
        for response in operation["responses"].values():
            name = response.get("$ref", "").rpartition("/")[2]
            assert "X-Request-ID" in (responses[name] if name else response)["headers"]


@pytest.mark.checklist("output.status")
def test_without_the_database_exactly_what_is_said_to_need_it_is_refused(make_app):
    nowhere = make_app(MONGODB_URI="mongodb://127.0.0.1:1/nothing", MONGODB_TIMEOUT_SECONDS=0.1)
    client = nowhere.test_client()
    #: if cookiecutter.oauth == "client"
    client.set_cookie(COOKIE, "secret")
    #: endif
    for path, item in _make(nowhere)["paths"].items():
        if "get" in item and item["get"]["security"] == []:
            #: if cookiecutter.oauth == "none"
            answer = client.get(path)
            #: else
            target, query = ASKED.get(path, (path, {}))
            answer = client.get(target, query_string=query)
            #: endif
            is_refused = answer.status_code == 503
            assert is_refused == ("503" in item["get"]["responses"]), path
