"""What every test may use; the fixtures stand by domain in tests/fixtures."""

from __future__ import annotations

pytest_plugins = [
    "tests.plugins.checklist",
    # Each after what it imports: pytest reads the asserts of a module that it loads itself.
    "tests.fixtures.api",
    "tests.fixtures.accounts",
    "tests.fixtures.hashes",
    "tests.fixtures.operations",
    "tests.fixtures.members",
    #: if cookiecutter.xml
    "tests.fixtures.xml",
    #: endif
    "tests.fixtures.queries",
    "tests.plugins.recorder",
    #: if cookiecutter.uploads
    "tests.fixtures.object_store",
    #: endif
    "tests.fixtures.application",
    "tests.fixtures.database",
    "tests.fixtures.database_contents",
    "tests.fixtures.attacks",
    "tests.fixtures.audit",
    "tests.fixtures.crowds",
    "tests.fixtures.emails",
    #: if cookiecutter.oauth == "client"
    "tests.fixtures.issuers",
    "tests.fixtures.provider_logins",
    #: endif
    #: if cookiecutter.field_encryption
    "tests.fixtures.encryption",
    #: endif
    #: if cookiecutter.oauth == "server"
    "tests.fixtures.oauth",
    #: endif
    #: if cookiecutter.second_factor
    "tests.fixtures.second_factors",
    #: endif
    "tests.fixtures.processes",
    #: if cookiecutter.deploy != "none"
    "tests.fixtures.gateway",
    #: endif
    #: if cookiecutter.observability
    "tests.fixtures.collectors",
    #: endif
    #: if cookiecutter.task_queue
    "tests.fixtures.queue",
    #: endif
    #: if cookiecutter.mail
    "tests.fixtures.mail",
    #: endif
    "tests.fixtures.tokens",
    # Fixtures of your own come before these: tests/project.py may import them.
    "tests.fixtures.examples",
]
