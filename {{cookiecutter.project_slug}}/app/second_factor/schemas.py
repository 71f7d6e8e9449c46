"""Second factors on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.accounts.schemas import GivenCode, GivenPassword, TokenPairOut
from app.schemas import Representation, Schema, Timestamp


class BeginSecondFactor(Schema):
    """The password in use, as confirmation."""

    current_password: GivenPassword


class ConfirmSecondFactor(Schema):
    """A code of the app that was shown the secret."""

    code: GivenCode


class RemoveSecondFactor(Schema):
    """The password in use and a code, as confirmation."""

    current_password: GivenPassword
    code: GivenCode


class SetupOut(Representation):
    """What an authenticator app has to know; it is never answered again."""

    setup_key: str
    setup_uri: str


class SecondFactorConfirmedOut(TokenPairOut):
    """Recovery codes, which are never answered again, and the tokens of a new session."""

    recovery_codes: list[str] = Field(max_length=10)


class SecondFactorOut(Representation):
    """A second factor as its owner sees it."""

    is_on: bool
    recovery_codes_left: Annotated[int, Field(ge=0, le=10)]
    created_at: Timestamp | None
