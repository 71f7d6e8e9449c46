"""Accounts on the wire, as staff see them."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.accounts.roles import Role
from app.accounts.schemas import Email
from app.schemas import Changes, InDigits, Representation, Schema, Timestamp

_MOST_ROLES = Field(max_length=len(Role))


class AccountsQuery(Schema):
    """Which accounts, in which order."""

    limit: Annotated[int, Field(ge=1, le=100), InDigits] = 20
    cursor: Annotated[str, Field(max_length=2048)] | None = None
    sort: Literal["createdAt", "-createdAt"] = "-createdAt"
    #: if cookiecutter.mail
    state: Literal["active", "suspended", "unconfirmed"] | None = None
    #: else
    state: Literal["active", "suspended"] | None = None
    #: endif
    email: Email | None = None


class ManageAccount(Changes):
    """What is changed of an account by others; at least one member."""

    is_suspended: bool = Field(default_factory=bool)
    roles: Annotated[list[Role], _MOST_ROLES] = Field(default_factory=list)


class ManagedAccountOut(Representation):
    """An account as staff see it."""

    id: UUID
    email: str
    display_name: str
    created_at: Timestamp
    updated_at: Timestamp
    roles: Annotated[list[Role], _MOST_ROLES]
    is_suspended: bool
    #: if cookiecutter.mail
    is_confirmed: bool
    #: endif


class ManagedAccountPageOut(Representation):
    """One page of accounts; nextCursor is null at the end."""

    items: Annotated[list[ManagedAccountOut], Field(max_length=100)]
    next_cursor: str | None
