"""What all schemas share: camelCase on the wire, snake_case in Python, nothing unknown."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel

from app.http import MOST_ERRORS

# RFC 3339 section 5.6. Otherwise pydantic would read a number as seconds since 1970.
MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def _check_moment(value: Any) -> Any:
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        raise ValueError("Must be a moment with its offset, as in 2026-01-31T09:26:53Z")
    return value


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("Must be a moment of the years 1 to 9999 in UTC") from None


def _check_digits(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise ValueError("Must be a whole number")
    return value


def write_moment(moment: datetime) -> str:
    """Return a moment in UTC in the format of all answers."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# NUL ends strings in too many other programs, and nobody sends it on purpose.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$")]
# After a validator in front of it, pydantic no longer treats the value as JSON, and in strict mode
# a text is then no moment. So strict mode is off here; the validator is stricter.
Moment = Annotated[
    AwareDatetime,
    Field(strict=False),
    BeforeValidator(_check_moment),
    AfterValidator(_to_utc),
]
# In UTC and always with milliseconds, so that the texts sort like the moments.
Timestamp = Annotated[
    datetime,
    PlainSerializer(write_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 24}),
]
# A file of a form, whose schema limits its length.
File = Annotated[bytes, WithJsonSchema({"type": "string", "format": "binary"}, mode="validation")]
# For a number in a query string, after its limits: digits, and no other way to write them.
InDigits = BeforeValidator(_check_digits)


class Schema(BaseModel):
    """What a request carries, each value of the type that JSON has for it.

    "7", true and 7.0 are no integers, "true" and 1 no truth values. Moments, UUIDs, members of
    enumerations and, so that no digit is lost, decimals are texts; a decimal may be a number, too.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=False,
        validate_by_alias=True,
        serialize_by_alias=True,
        extra="forbid",
        frozen=True,
        strict=True,
        # As app/media_types.py hands on a file.
        val_json_bytes="base64",
    )


class Changes(Schema):
    """What changes of something that is there, where what is left out stays: at least one member.

    Its members have factories: plain defaults would appear in the API document.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra={"minProperties": 1})

    @model_validator(mode="after")
    def _require_a_change(self) -> Self:
        if not self.model_fields_set:
            message = "Name at least one member to change"
            raise ValueError(message)
        return self


class Representation(BaseModel):
    """What an answer carries: the members named here, and no others."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=False,
        serialize_by_alias=True,
        from_attributes=True,
        frozen=True,
    )


class FieldErrorOut(Representation):
    """One mistake in a request."""

    pointer: str
    detail: str


class ProblemOut(Representation):
    """Why a request was refused, in words and by a stable code at the end of type."""

    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    instance: str
    request_id: UUID
    errors: Annotated[list[FieldErrorOut], Field(max_length=MOST_ERRORS)]
