"""Processing: XML is refused everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.fixtures.operations import each, takes_body

if TYPE_CHECKING:
    from tests.fixtures.examples import Example, World
    from tests.fixtures.operations import Operation

XML: Final = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'


@pytest.mark.checklist("proc.xxe", "proc.xml-bomb")
@each(takes_body)
def test_xml_is_accepted_nowhere(world: World, operation: Operation, example: Example) -> None:
    for media_type in ("application/xml", "text/xml", "application/atom+xml"):
        answer = world.api.client.open(**example.request(data=XML, content_type=media_type))
        assert answer.status_code == 415, media_type
        assert answer.headers["Accept"] == ", ".join(operation.takes)
