"""Who is calling, or has proven who they are, and what that rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from app.accounts.models import Profile
from app.accounts.roles import Role

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody shows to log in, and from where."""

    email: str
    password: str = field(repr=False)
    address: str
    # The User-Agent of the program, as it names itself.
    user_agent: str = ""
    #: if cookiecutter.second_factor
    # Of an authenticator app, or a recovery code; empty where there is none.
    code: str = field(default="", repr=False)
    #: endif
    #: if cookiecutter.oauth == "server" and not cookiecutter.mail
    # Whether a one-time password counts, whose owner has to set another one next.
    may_be_one_time: bool = True
    #: endif


@dataclass(frozen=True, slots=True)
class Proven:
    """A proof of identity, valid as long as the account has this version of its credentials.

    With a session it is also valid only as long as the session.
    """

    account_id: UUID
    credential_version: int
    session_id: UUID | None = None

    @classmethod
    def of(cls, record: dict[str, Any]) -> Self:
        """Return the proof of whoever has proven to be the owner of a stored account."""
        return cls(record["_id"], record.get("credentialVersion", 0))

    @property
    def still(self) -> dict[str, Any]:
        """The filter that finds the account only while the proof is valid, and not suspended."""
        # Accounts from before this field have none.
        version = self.credential_version or {"$in": [0, None]}
        active = {"isSuspended": None}
        session = {} if self.session_id is None else {"sessions.id": self.session_id}
        return {"_id": self.account_id, "credentialVersion": version, **active, **session}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: the session used, and the account as the one read found it."""

    account_id: UUID
    session_id: UUID
    began_at: datetime
    record: dict[str, Any] = field(repr=False)
    credential_version: int
    is_leaving: bool
    roles: frozenset[Role] = frozenset({Role.MEMBER})
    #: if cookiecutter.oauth == "server"
    # The app that the session was granted to.
    client_id: UUID | None = None
    #: endif

    @property
    def proven(self) -> Proven:
        """The proof of identity of this call; it ends with the session."""
        return Proven(self.account_id, self.credential_version, self.session_id)

    #: if cookiecutter.second_factor
    @property
    def has_second_factor(self) -> bool:
        """Whether the account asks for a code at each log-in."""
        return "secondFactor" in self.record

    #: endif
    @property
    def profile(self) -> Profile:
        """What the account shows of itself, which few requests ask for."""
        return Profile.from_record(self.record)
#: if cookiecutter.oauth == "server"


@dataclass(frozen=True, slots=True)
class Grant:
    """What an account granted to another app: a session that belongs to the app."""

    client_id: UUID
    began_at: datetime
#: endif
