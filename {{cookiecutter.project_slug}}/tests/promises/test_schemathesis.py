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

from tests.fixtures.application import renewed
from tests.fixtures.examples import World
from tests.fixtures.operations import each
#: if cookiecutter.xml
from tests.fixtures.xml import Dialect, schema_of
#: endif
from tests.project import BEYOND_SCHEMA

if TYPE_CHECKING:
    from flask import Flask
    from schemathesis import (
        Case,
        #: if cookiecutter.xml
        SerializationContext,
        #: endif
    )
    from schemathesis.schemas import APIOperation

    from tests.fixtures.accounts import MakeAccount
    from tests.fixtures.operations import Operation

pytestmark = [
    pytest.mark.checklist("input.validate", "output.status"),
    # Whatever runs beside the tests in this process, the driver's threads for one, waits by chance.
    pytest.mark.filterwarnings(
        "ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning"
    ),
]

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
@pytest.fixture(scope="module")
def schema_operations(shared_unhurried_app: Flask) -> dict[str, APIOperation]:
    """Return the operations of the document as schemathesis reads it, the app behind them."""
    load_all_checks()
    with renewed(shared_unhurried_app) as app:
        schema = schemathesis.openapi.from_wsgi(
            "/openapi.json", app, config=SchemathesisConfig(seed=SEED)
        )
        found = [one.ok() for one in schema.get_all_operations()]
    return {f"{one.method.upper()} {one.path}": one for one in found}


@pytest.fixture
def tried(schema_operations: dict[str, APIOperation], operation: Operation) -> APIOperation:
    """Return the operation that a test is run for, as schemathesis reads it."""
    return schema_operations[str(operation)]


class Validator:
    """Calls the app with a case, and compares the answer with the document."""

    def __init__(self, app: Flask, make_account: MakeAccount, operation: Operation) -> None:
        self._app = app
        self._make_account = make_account
        self._operation = operation
        self._headers = self._renew()

    def judge(self, case: Case) -> None:
        """Call with an account whose session is open."""
        excluded = []
        #: if cookiecutter.oauth == "client"
        # Only the browser that was sent to a provider can come back from it.
        if self._operation.path.endswith("/callback"):
            excluded.append(schemathesis.checks.positive_data_acceptance)
        #: endif
        if self._operation.path.endswith(("/auth/signup", "/me/password")):
            # No schema knows which passwords are common, or whose.
            excluded.append(schemathesis.checks.positive_data_acceptance)
        #: if cookiecutter.mail
        if self._operation.path.endswith("/confirm"):
            # Nor what stands in a letter.
            excluded.append(schemathesis.checks.positive_data_acceptance)
        #: endif
        #: if cookiecutter.uploads
        if self._operation.path.endswith("/me/files"):
            # Nor which names fit a type.
            excluded.append(schemathesis.checks.positive_data_acceptance)
        #: endif
        if str(self._operation) in BEYOND_SCHEMA:
            excluded.append(schemathesis.checks.positive_data_acceptance)
        if OPAQUE & (case.query or {}).keys() or has_whole_fraction(case.body):
            excluded.append(schemathesis.checks.positive_data_acceptance)
        answer = case.call_and_validate(headers=self._headers, excluded_checks=excluded)
        if case.method != "GET" and answer.status_code < 400:
            # The call may have ended the session or the account.
            self._headers = self._renew()

    def _renew(self) -> dict[str, str]:
        """Return the headers of somebody new who may call the operation."""
        caller = self._make_account(app=self._app)
        return World(self._app, caller, self._make_account).prepare(self._operation).headers


@pytest.fixture
def validator(unhurried_app: Flask, make_account: MakeAccount, operation: Operation) -> Validator:
    """Return what judges a case."""
    return Validator(unhurried_app, make_account, operation)


def has_whole_fraction(value: Any) -> bool:
    """Tell whether 7.0 is in a body: JSON Schema has it for an integer, and this API does not."""
    if isinstance(value, dict | list):
        return any(map(has_whole_fraction, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and value.is_integer()


def takes_input(operation: Operation) -> bool:
    """Tell whether a request of this operation can be wrong in more than its headers."""
    taken = [one for one in operation.details.get("parameters", ()) if one["in"] != "header"]
    return bool(operation.takes or taken)


# It makes no cases of the document's own address.
@each(lambda operation: operation.path != "/openapi.json")
def test_boundary_values_of_every_schema_are_answered_as_documented(
    tried: APIOperation, validator: Validator
) -> None:
    count = 0
    for case in tried.schema.iter_coverage_cases(
        tried, generation_modes=[*MODES], generation_config=GenerationConfig()
    ):
        validator.judge(case)
        count += 1
    assert count


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@each(takes_input)
def test_generated_requests_are_answered_as_documented(
    tried: APIOperation, validator: Validator, mode: GenerationMode
) -> None:
    settings = hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=[*hypothesis.HealthCheck],
    )
    settings(hypothesis.given(tried.as_strategy(generation_mode=mode))(validator.judge))()
