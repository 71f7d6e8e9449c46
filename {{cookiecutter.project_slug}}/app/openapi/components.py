"""What operations share: schemas, problems, headers, and the ways to authenticate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

#: if cookiecutter.xml
from app.http import XML_MEDIA_TYPE
#: endif
#: if cookiecutter.oauth == "server"
from app.oauth.schemas import OAuthErrorOut
#: endif
from app.openapi.responses import HEADERS, SCHEMA_TEMPLATE
from app.schemas import ProblemOut
from app.tokens.claims import TokenType
#: if cookiecutter.xml
from app.xml.openapi import name_elements
#: endif

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode, JsonSchemaValue
    from pydantic_core import core_schema

    from app.operations import Operation

_SECURITY = {
    TokenType.ACCESS: (
        "accessToken",
        "The accessToken of a log-in or a refresh, signed and checked as RFC8725 has it.",
    ),
    TokenType.REFRESH: (
        "refreshToken",
        "The refreshToken of a log-in or a refresh, for the next refresh alone; RFC8725, too.",
    ),
}


class BoundedSchemas(GenerateJsonSchema):
    """JSON schemas with the limits that a type has by itself."""

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        """Say how many bits hold a number: orjson reads a larger one as no integer."""
        return {**super().int_schema(schema), "format": "int64"}

    def uuid_schema(self, schema: core_schema.UuidSchema) -> JsonSchemaValue:
        """Say how long a UUID is in its one spelling."""
        return {**super().uuid_schema(schema), "maxLength": 36}


def security_of(operation: Operation) -> list[dict[str, list[str]]]:
    """Return what an operation asks for; nothing where anybody may call it."""
    #: if cookiecutter.oauth == "server"
    needed = sorted(scope.name for scope in operation.scopes)
    return [] if operation.is_public else [{_SECURITY[operation.token_type][0]: needed}]
    #: else
    return [] if operation.is_public else [{_SECURITY[operation.token_type][0]: []}]
    #: endif


def describe_components(
    operations: Mapping[tuple[str, str], Operation],
    responses: dict[str, Any],
    described: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return the components that these operations, and what they refer to, use; no others."""
    answers = [answer for words in described for answer in words["responses"].values()]
    headers = {
        name for answer in (*answers, *responses.values()) for name in answer.get("headers", ())
    }
    contracts = [contract for contract in operations.values() if contract.doc is not None]
    taken = {contract.body for contract in contracts}
    given = {contract.returns for contract in contracts} | {ProblemOut}
    #: if cookiecutter.oauth == "server"
    taken |= {contract.form for contract in contracts}
    given |= {OAuthErrorOut}
    #: endif
    schemas = _schemas(taken, "validation") | _schemas(given, "serialization")
    #: if cookiecutter.xml
    schemas |= _schemas_in_xml(contracts)
    #: endif
    schemes = {contract.token_type for contract in contracts if not contract.is_public}
    return {
        "schemas": schemas,
        "responses": dict(sorted(responses.items())),
        "headers": {name: header for name, header in HEADERS.items() if name in headers},
        "securitySchemes": {
            name: {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": description,
            }
            for token_type, (name, description) in _SECURITY.items()
            if token_type in schemes
        },
    }


def _schemas(models: set[type[BaseModel] | None], mode: JsonSchemaMode) -> dict[str, Any]:
    named = sorted((model for model in models if model), key=lambda model: model.__name__)
    wanted = [(model, mode) for model in named]
    _, schema = models_json_schema(
        wanted, ref_template=SCHEMA_TEMPLATE, schema_generator=BoundedSchemas
    )
    definitions: dict[str, Any] = schema.get("$defs", {})
    return definitions
#: if cookiecutter.xml


def _schemas_in_xml(contracts: list[Operation]) -> dict[str, Any]:
    """Return the schemas that XML is taken or given by, with the names of their elements."""
    taken = {contract.body for contract in contracts if XML_MEDIA_TYPE in contract.takes}
    given = {contract.returns for contract in contracts if XML_MEDIA_TYPE in contract.gives}
    schemas = _schemas(taken, "validation") | _schemas(given, "serialization")
    name_elements(schemas)
    return schemas
#: endif
