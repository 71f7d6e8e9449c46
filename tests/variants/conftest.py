"""What every test of the variants asks for."""

from __future__ import annotations

import pytest

from tests.variants.projection import texts_of
from tests.variants.template import Template


@pytest.fixture(scope="session")
def template():
    """Return the template of this repository."""
    return Template.load()


@pytest.fixture(scope="session")
def projection(template):
    """Return every distinct text of every file, and the number of renderings they took."""
    texts, renderings = [], 0
    for path in template.sources:
        found, count = texts_of(template, path)
        texts += found
        renderings += count
    return texts, renderings


@pytest.fixture
def expect_none(record_property):
    """Return a function that counts faults for the report and shows them where there are any."""

    def expect(faults):
        seen: dict[str, str] = {}
        for fault in faults:
            # Of all variants that show a fault the first is enough.
            seen.setdefault(fault.rpartition(" with ")[0], fault)
        record_property("faults", len(seen))
        if seen:
            pytest.fail("\n".join(list(seen.values())[:50]), pytrace=False)

    return expect
