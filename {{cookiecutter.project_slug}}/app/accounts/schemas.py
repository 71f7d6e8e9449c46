"""Accounts and tokens on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, Secret

#: if cookiecutter.mail
from app.accounts.languages import Language
#: endif
#: if cookiecutter.mail
from app.schemas import Changes, Line, Representation, Schema, Text, Timestamp
#: else
from app.schemas import Line, Representation, Schema, Text, Timestamp
#: endif


def _check_email(text: str) -> str:
    """Return an e-mail address in one spelling; whether mail arrives there is not checked."""
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        # The library's message quotes the input.
        raise ValueError("Must be an e-mail address") from None


DisplayName = Annotated[Line, Field(min_length=1, max_length=100)]
Email = Annotated[
    str,
    Field(max_length=254, json_schema_extra={"format": "email"}),
    AfterValidator(_check_email),
]
# The most code points that 256 composed characters can have when decomposed. The real rules are in
# app/accounts/passwords.py: it counts composed characters, and knows the owner's names.
_SHORT = Field(min_length=1, max_length=1024)
_WRITE_ONLY = {"format": "password", "writeOnly": True}
_NEW = {**_WRITE_ONLY, "minLength": 8, "maxLength": 256}
NewPassword = Annotated[Secret[Annotated[Text, _SHORT]], Field(json_schema_extra=_NEW)]
GivenPassword = Annotated[Secret[Annotated[Text, _SHORT]], Field(json_schema_extra=_WRITE_ONLY)]
#: if cookiecutter.second_factor
_TYPED = Field(min_length=1, max_length=64)
GivenCode = Annotated[Secret[Annotated[Text, _TYPED]], Field(json_schema_extra=_WRITE_ONLY)]
#: endif
#: if cookiecutter.mail
# Whatever its form, a token that does not count is refused in one way.
_TOKEN = Field(min_length=1, max_length=256)
LetterToken = Annotated[
    Secret[Annotated[Text, _TOKEN]], Field(json_schema_extra={"writeOnly": True})
]
#: endif


class SignUp(Schema):
    """A new account."""

    email: Email
    password: NewPassword
    display_name: DisplayName


class LogIn(Schema):
    """The credentials of an account."""

    email: Email
    password: GivenPassword
    #: if cookiecutter.second_factor
    # A factory: a plain default would appear in the API document.
    code: GivenCode = Field(default_factory=lambda: Secret(""))
    #: endif


class ChangePassword(Schema):
    """The password in use, as confirmation, and the next one."""

    current_password: GivenPassword
    new_password: NewPassword


#: if cookiecutter.mail
class ConfirmEmail(Schema):
    """The token of a letter, which shows that its reader has the address."""

    token: LetterToken


class AskForReset(Schema):
    """Whose password is forgotten."""

    email: Email


class ResetPassword(Schema):
    """The token of a letter, and the next password."""

    token: LetterToken
    new_password: NewPassword


class ChangeEmail(Schema):
    #: if cookiecutter.oauth == "client"
    """The next address, and the password of an account that has one."""

    new_email: Email
    # A factory: a plain default would appear in the API document.
    current_password: GivenPassword = Field(default_factory=lambda: Secret(""))
    #: else
    """The next address, and the password as confirmation."""

    new_email: Email
    current_password: GivenPassword
    #: endif


class ChangeAccount(Changes):
    """What an account may change about itself; at least one member."""

    display_name: DisplayName = Field(default_factory=str)
    language: Language = Field(default_factory=lambda: Language.ENGLISH)
#: else
class ChangeAccount(Schema):
    """What an account may change about itself."""

    display_name: DisplayName
#: endif


class AccountOut(Representation):
    """An account as its owner sees it."""

    id: UUID
    email: str
    #: if cookiecutter.mail
    language: Language
    #: endif
    display_name: str
    created_at: Timestamp
    updated_at: Timestamp


class SessionOut(Representation):
    """An open log-in, as its owner sees it."""

    id: UUID
    created_at: Timestamp
    # Of its log-in or its last refresh: between those nothing is written.
    last_used_at: Timestamp
    client: str | None
    is_current: bool


class SessionsOut(Representation):
    """All open log-ins of an account; SESSION_LIMIT bounds them."""

    items: list[SessionOut] = Field(max_length=100)


class TokenPairOut(Representation):
    """A pair of tokens (RFC 6749 section 5.1); expiresIn is the access token's, in seconds."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name.
    # Said and not checked: in the last second of a session nothing is left.
    expires_in: Annotated[int, Field(json_schema_extra={"minimum": 0, "maximum": 900})]
