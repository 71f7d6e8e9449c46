"""Every route of the app has a contract and words, however it came to the app."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from config.environment import PROJECT
from tests.fixtures.operations import find_document, find_routes
from tests.project import BEYOND_SCHEMA, EXEMPTIONS, NEEDS, PUBLIC
from tests.promises.items import read_items
from tests.promises.whole_suite import read_documented

if TYPE_CHECKING:
    from tests.fixtures.operations import Route

# Run in the app that the production server serves, with everything that was added to it.
TELL_ROUTES = """
import json
from wsgi import app
routes = [(method, rule.rule) for rule, method in app.extensions["operations"].walk()]
print(json.dumps([route for route in routes if route[0] not in {"HEAD", "OPTIONS"}]))
"""
WHAT_TO_DO = (
    "is served to whoever has a token, as it is, and stands in no document: decorate its view as"
    " those in app/accounts/views.py are, and give it words in a docs.py; or say why not in"
    " EXEMPTIONS of tests/project.py"
)


def find_documented() -> set[str]:
    """Return the names of all that the document has."""
    paths = find_document()["paths"].items()
    return {f"{method.upper()} {path}" for path, item in paths for method in item}


#: if cookiecutter.api_docs != "none"
@pytest.mark.checklist("spec.docs")
#: endif
@pytest.mark.parametrize("operation", find_routes(), ids=str)
def test_every_route_has_a_contract_and_is_documented(operation: Route) -> None:
    contract = operation.contract
    # Pages and their files are read by people.
    is_said = contract.is_unlisted or str(operation) in find_documented()
    assert (is_said, contract.is_raw) == (True, False), f"{operation} {WHAT_TO_DO}"


#: if cookiecutter.api_docs != "none"
@pytest.mark.checklist("spec.docs")
#: endif
def test_every_documented_operation_is_a_route() -> None:
    routes = {str(route) for route in find_routes()}
    assert find_documented() <= routes


def test_the_suite_knows_every_route_of_the_server(variables):
    said = subprocess.run(
        [sys.executable, "-c", TELL_ROUTES],
        cwd=PROJECT,
        env=variables,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    late = {tuple(route) for route in json.loads(said)} - read_documented().routes
    assert not late, f"come after create_app(), where no test sees them: {sorted(late)}"


def test_tests_project_names_what_there_is() -> None:
    routes = {str(route) for route in find_routes()}
    named = {*NEEDS, *PUBLIC, *BEYOND_SCHEMA, *(operation for _, operation in EXEMPTIONS)}
    assert named <= routes
    assert {item for item, _ in EXEMPTIONS} <= {item.id for item in read_items()}
