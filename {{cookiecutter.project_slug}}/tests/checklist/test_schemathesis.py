"""Input: schemathesis reads the API document and tries what it can think of against the app.

Its checks hold every answer against the document: no 5xx, no status, header, type or member that
is not documented, nothing valid refused and nothing invalid accepted, no token no answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.config import GenerationConfig, SchemathesisConfig

from tests.fixtures.operations import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from schemathesis import Case
    from schemathesis.schemas import APIOperation

    from tests.fixtures.accounts import MakeAccount

pytestmark = pytest.mark.checklist("input.validate", "output.status")

# The same examples on every run; a larger number finds more and takes longer.
EXAMPLES: Final = 5
MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
SEED: Final = 20_260_131

# Texts that only the app itself can make: no schema tells a good one from a bad one.
OPAQUE: Final = frozenset({"cursor"})


@pytest.fixture
def schema_operations(unhurried_app: Flask) -> list[APIOperation]:
    """Return the operations of the document as schemathesis reads it, the app behind them."""
    load_all_checks()
    schema = schemathesis.openapi.from_wsgi(
        "/openapi.json", unhurried_app, config=SchemathesisConfig(seed=SEED)
    )
    return [found.ok() for found in schema.get_all_operations()]


@pytest.fixture
def validate(make_account: MakeAccount) -> Callable[[Case], None]:
    """Return what calls the app with a case, and holds the answer against the document."""

    def validate(case: Case) -> None:
        operation = case.operation
        described = Operation(operation.method, operation.path, operation.definition.raw)
        excluded = []
        if OPAQUE & (case.query or {}).keys():
            excluded.append(schemathesis.checks.positive_data_acceptance)
        # An account of its own, because some operations end sessions and accounts.
        headers = described.headers_of(make_account())
        case.call_and_validate(headers=headers, excluded_checks=excluded)

    return validate


def takes_input(operation: APIOperation) -> bool:
    """Tell whether a request of this operation can be wrong in more than its headers."""
    return bool(operation.body or operation.query or operation.path_parameters)


def test_the_edges_of_every_schema_are_as_documented(
    schema_operations: list[APIOperation], validate: Callable[[Case], None]
) -> None:
    def cases() -> Iterator[Case]:
        for operation in schema_operations:
            yield from operation.schema.iter_coverage_cases(
                operation, generation_modes=[*MODES], generation_config=GenerationConfig()
            )

    tried = 0
    for case in cases():
        validate(case)
        tried += 1
    assert tried > 10 * len(schema_operations)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_made_up_requests_are_answered_as_documented(
    schema_operations: list[APIOperation],
    validate: Callable[[Case], None],
    mode: GenerationMode,
) -> None:
    for operation in schema_operations:
        if takes_input(operation):
            try_out(operation.as_strategy(generation_mode=mode), validate)


def try_out(cases: Any, validate: Callable[[Case], None]) -> None:
    """Validate a number of cases, the same on every run."""
    settings = hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=[*hypothesis.HealthCheck],
    )
    settings(hypothesis.given(cases)(validate))()
