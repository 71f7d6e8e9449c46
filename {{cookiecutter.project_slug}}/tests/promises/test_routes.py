"""Every route of the app has a contract and words, however it came to the app."""

from __future__ import annotations

import json
import subprocess
import sys

from app import create_app
from config.environment import PROJECT
from config.testing import Testing
from tests.promises.whole_suite import find_undocumented, read_documented

# Run in the app that the production server serves, with everything that was added to it.
TELL_ROUTES = """
import json
from wsgi import app
routes = [(method, rule.rule) for rule, method in app.extensions["operations"].walk()]
print(json.dumps([route for route in routes if route[0] not in {"HEAD", "OPTIONS"}]))
"""


def test_every_route_is_documented():
    documented = read_documented()
    assert not find_undocumented(documented)
    assert {(call.method, call.rule) for call in documented.answers} <= documented.routes


def test_every_route_has_a_contract():
    operations = create_app(Testing()).extensions["operations"]
    raw = sorted(
        f"{rule.endpoint}: {method} {rule.rule}"
        for rule, method in operations.walk()
        if operations[rule.endpoint, method].is_raw
    )
    assert not raw, f"are served as they are, until a decorator says what goes in and out: {raw}"


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
