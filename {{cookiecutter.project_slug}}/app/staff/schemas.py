"""Accounts on the wire, as staff see them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from app.accounts.roles import Role
from app.accounts.schemas import Email
from app.schemas import InDigits, Representation, Schema, Timestamp

_MOST_ROLES = Field(max_length=len(Role))


class AccountsQuery(Schema):
    """Which accounts, in which order."""

    limit: Annotated[int, Field(ge=1, le=100), InDigits] = 20
    cursor: Annotated[str, Field(max_length=2048)] | None = None
    sort: Literal["createdAt", "-createdAt"] = "-createdAt"
    state: Literal["active", "suspended"] | None = None
    email: Email | None = None


class ManageAccount(Schema):
    """What is changed of an account by others; at least one member."""

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra={"minProperties": 1})

    # Factories: plain defaults would appear in the API document.
    is_suspended: bool = Field(default_factory=bool)
    roles: Annotated[list[Role], _MOST_ROLES] = Field(default_factory=list)

    @model_validator(mode="after")
    def _require_a_change(self) -> Self:
        if not self.model_fields_set:
            message = "Name at least one member to change"
            raise ValueError(message)
        return self


class ManagedAccountOut(Representation):
    """An account as staff see it."""

    id: UUID
    email: str
    display_name: str
    created_at: Timestamp
    updated_at: Timestamp
    roles: Annotated[list[Role], _MOST_ROLES]
    is_suspended: bool


class ManagedAccountPageOut(Representation):
    """One page of accounts; nextCursor is null at the end."""

    items: Annotated[list[ManagedAccountOut], Field(max_length=100)]
    next_cursor: str | None
