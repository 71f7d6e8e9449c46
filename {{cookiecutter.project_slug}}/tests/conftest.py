"""What every test may use; the fixtures stand by domain in tests/fixtures."""

from __future__ import annotations

pytest_plugins = [
    "tests.plugins.checklist",
    "tests.fixtures.application",
    "tests.fixtures.database",
    #: if cookiecutter.field_encryption
    "tests.fixtures.encryption",
    #: endif
    "tests.fixtures.processes",
]
