"""An answer without a body has no headers about a body."""

from __future__ import annotations

import pytest

from app.http import without_body


@pytest.mark.parametrize("headers", [None, {"Location": "/elsewhere"}])
def test_answer_without_a_body_has_no_type_either(headers):
    answer = without_body(308, headers)
    assert answer.status_code == 308
    assert answer.get_data() == b""
    assert "Content-Type" not in answer.headers
    assert answer.headers.get("Location") == (headers or {}).get("Location")
