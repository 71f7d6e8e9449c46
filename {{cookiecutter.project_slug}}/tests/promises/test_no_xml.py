"""Processing: XML is refused everywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest

from tests.promises.resources import operations_of, read_document

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api

XML: Final = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'


@pytest.mark.checklist("proc.xxe", "proc.xml-bomb")
@pytest.mark.parametrize("media_type", ["application/xml", "text/xml", "application/atom+xml"])
def test_xml_is_accepted_nowhere(api: Api, account: Person, media_type: str) -> None:
    tried = 0
    for method, path, operation in operations_of(read_document(api)):
        if "requestBody" in operation:
            place = re.sub(r"\{\w+\}", str(uuid4()), path)
            headers = {"Content-Type": media_type}
            answer = api.call(method, place, account, headers=headers, data=XML, status=415)
            assert answer.headers["Accept"] == "application/json"
            tried += 1
    assert tried >= 4
