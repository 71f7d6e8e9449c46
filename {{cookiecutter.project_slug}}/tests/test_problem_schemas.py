"""Problems on the wire: what is documented is what the hook answers."""

from __future__ import annotations

from http import HTTPStatus
from uuid import uuid4

from app.hooks.errors import describe
from app.schemas import FieldErrorOut, ProblemOut


def test_the_documented_members_are_those_that_are_answered():
    answered = describe(
        HTTPStatus.NOT_FOUND, "not-found", "Not Found", "There is nothing.", str(uuid4())
    )
    assert [field.alias for field in ProblemOut.model_fields.values()] == [*answered]


def test_what_is_answered_fits_the_documented_schema():
    answered = describe(
        HTTPStatus.NOT_FOUND, "not-found", "Not Found", "There is nothing.", str(uuid4())
    )
    read = ProblemOut(**answered | {"request_id": answered["requestId"]})
    assert read.model_dump(mode="json") == answered


def test_a_mistake_has_a_pointer_and_a_detail():
    assert FieldErrorOut(pointer="/a", detail="b").model_dump() == {"pointer": "/a", "detail": "b"}
