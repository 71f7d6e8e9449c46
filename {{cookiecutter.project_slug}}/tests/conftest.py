"""What every test may use; the fixtures stand by domain in tests/fixtures."""

from __future__ import annotations

pytest_plugins = [
    "tests.plugins.checklist",
    # Each after what it imports: pytest reads the asserts of a module that it loads itself.
    "tests.fixtures.api",
    "tests.fixtures.accounts",
    "tests.fixtures.operations",
    "tests.plugins.recorder",
    "tests.fixtures.queries",
    "tests.fixtures.application",
    "tests.fixtures.database",
    "tests.fixtures.contents",
    "tests.fixtures.attacks",
    #: if cookiecutter.field_encryption
    "tests.fixtures.encryption",
    #: endif
    "tests.fixtures.processes",
    "tests.fixtures.tokens",
]
