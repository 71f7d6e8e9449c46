"""Input: schemathesis generates requests from the API document and tests the app with them.

Its checks compare every answer with the document: no 5xx; no undocumented status, header, type or
member; nothing valid is refused, nothing invalid accepted, and nothing answered without a token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.config import GenerationConfig, SchemathesisConfig

from tests.fixtures.operations import Operation
#: if cookiecutter.xml
from tests.fixtures.xml import Dialect, schema_of
#: endif

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from schemathesis import (
        Case,
        #: if cookiecutter.xml
        SerializationContext,
        #: endif
    )
    from schemathesis.schemas import APIOperation

    from tests.fixtures.accounts import MakeAccount

pytestmark = pytest.mark.checklist("input.validate", "output.status")

# The same examples on every run; a larger number finds more and takes longer.
EXAMPLES: Final = 5
MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
SEED: Final = 20_260_131

# Texts that only the app itself can make: a schema cannot tell which are valid.
OPAQUE: Final = frozenset({"cursor"})

# A schema cannot tell which hosts are reserved (RFC 6761) either.
schemathesis.openapi.format(
    "email", strategies.emails(domains=strategies.sampled_from(["example.com", "a-b.c0.co.kr"]))
)


#: if cookiecutter.xml
@schemathesis.serializer("application/xml")
def write_xml(context: SerializationContext, value: Any) -> bytes:
    """Write XML as the document says; schemathesis itself leaves out what XML cannot hold."""
    if isinstance(value, bytes):
        return value
    operation = context.case.operation
    content = operation.definition.raw["requestBody"]["content"]
    return Dialect(operation.schema.raw_schema).write(value, schema_of(content))


#: endif
@pytest.fixture
def schema_operations(unhurried_app: Flask) -> list[APIOperation]:
    """Return the operations of the document as schemathesis reads it, the app behind them."""
    load_all_checks()
    schema = schemathesis.openapi.from_wsgi(
        "/openapi.json", unhurried_app, config=SchemathesisConfig(seed=SEED)
    )
    return [found.ok() for found in schema.get_all_operations()]


class Validator:
    """Calls the app with a case, and compares the answer with the document."""

    def __init__(self, make_account: MakeAccount) -> None:
        self._make_account = make_account
        self._caller = make_account()

    def judge(self, case: Case) -> None:
        """Call with an account whose session is open."""
        operation = case.operation
        described = Operation(operation.method, operation.path, operation.definition.raw)
        excluded = []
        #: if cookiecutter.oauth == "client"
        # Only the browser that was sent to a provider can come back from it.
        if operation.path.endswith("/callback"):
            excluded.append(schemathesis.checks.positive_data_acceptance)
        #: endif
        if operation.path.endswith(("/auth/signup", "/me/password")):
            # No schema knows which passwords are common, or whose.
            excluded.append(schemathesis.checks.positive_data_acceptance)
        #: if cookiecutter.uploads
        if operation.path.endswith("/me/files"):
            # Nor which names fit a type.
            excluded.append(schemathesis.checks.positive_data_acceptance)
        #: endif
        if OPAQUE & (case.query or {}).keys() or has_whole_fraction(case.body):
            excluded.append(schemathesis.checks.positive_data_acceptance)
        #: if cookiecutter.oauth == "server"
        if operation.path.startswith("/oauth/"):
            # No schema knows a client, a ticket or a code.
            excluded.append(schemathesis.checks.positive_data_acceptance)
        #: endif
        headers = described.headers_of(self._caller)
        answer = case.call_and_validate(headers=headers, excluded_checks=excluded)
        if case.method != "GET" and answer.status_code < 400:
            # The call may have ended the session or the account.
            self._caller = self._make_account()


@pytest.fixture
def validator(make_account: MakeAccount) -> Validator:
    """Return what judges a case."""
    return Validator(make_account)


def has_whole_fraction(value: Any) -> bool:
    """Tell whether 7.0 is in a body: JSON Schema has it for an integer, and this API does not."""
    if isinstance(value, dict | list):
        return any(map(has_whole_fraction, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and value.is_integer()


def takes_input(operation: APIOperation) -> bool:
    """Tell whether a request of this operation can be wrong in more than its headers."""
    return bool(operation.body or operation.query or operation.path_parameters)


def test_boundary_values_of_every_schema_are_answered_as_documented(
    schema_operations: list[APIOperation], validator: Validator
) -> None:
    def cases() -> Iterator[Case]:
        for operation in schema_operations:
            yield from operation.schema.iter_coverage_cases(
                operation, generation_modes=[*MODES], generation_config=GenerationConfig()
            )

    tried = 0
    #: if cookiecutter.xml
    media_types = set()
    #: endif
    for case in cases():
        validator.judge(case)
        tried += 1
        #: if cookiecutter.xml
        media_types.add(case.media_type)
        #: endif
    assert tried > 10 * len(schema_operations)
    #: if cookiecutter.xml
    assert {"application/json", "application/xml"} <= media_types
    #: endif


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_generated_requests_are_answered_as_documented(
    schema_operations: list[APIOperation],
    validator: Validator,
    mode: GenerationMode,
) -> None:
    for operation in schema_operations:
        if takes_input(operation):
            try_out(operation.as_strategy(generation_mode=mode), validator)


def try_out(cases: Any, validator: Validator) -> None:
    """Validate a number of cases, the same on every run."""
    settings = hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=[*hypothesis.HealthCheck],
    )
    settings(hypothesis.given(cases)(validator.judge))()
