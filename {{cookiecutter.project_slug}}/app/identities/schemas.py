"""Identities, and the ways to a provider and back, on the wire."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, Secret

from app.accounts.schemas import GivenPassword
from app.schemas import Representation, Schema, Text, Timestamp

ProviderName = Literal["google", "github", "oidc"]


class LoginReturn(Schema):
    """What a provider adds to the redirect URI (RFC 6749 section 4.1.2).

    Unknown parameters are no mistake: clients have to ignore them.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow")

    state: Text | None = None
    code: Text | None = None
    iss: Text | None = None
    error: Text | None = None


class LinkIdentity(Schema):
    """Which provider to link, and the password of an account that has one."""

    provider: ProviderName
    # A factory: a plain default would appear in the API document.
    current_password: GivenPassword = Field(default_factory=lambda: Secret(""))


class LinkOut(Representation):
    """Where to send the browser to."""

    authorization_url: str


class IdentityOut(Representation):
    """An identity as its owner sees it."""

    id: UUID
    provider: str
    created_at: Timestamp


class IdentitiesOut(Representation):
    """All identities of an account; there are never many."""

    items: list[IdentityOut] = Field(max_length=10)
