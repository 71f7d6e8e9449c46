"""The roles of accounts: what somebody may do beyond what everybody may do for themselves.

They are stored in the account and never in a token, so that a role that is taken away is gone with
the next request. A role is added here, and asked for by @requires on a view.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class Role(StrEnum):
    """All roles that there are."""

    # Of everybody who has an account: it is never stored.
    MEMBER = "member"
    # Looks after the service, and after all accounts but those of admins.
    STAFF = "staff"
    # Looks after roles, and after the accounts of admins. There is always one, once there was one.
    ADMIN = "admin"


_NAMES: Final[frozenset[Role]] = frozenset(Role)
# Which other roles somebody has by having one.
_INCLUDED: Final = {Role.ADMIN: _NAMES}


def roles_of(stored: Iterable[str] | None) -> frozenset[Role]:
    """Return the roles of an account that has these stored, in every account that of a member.

    Accounts from before there were roles have none stored; one that only a newer release knows
    counts for nothing here.
    """
    own = {Role(name) for name in stored or () if name in _NAMES}
    return frozenset({Role.MEMBER, *own}.union(*(_INCLUDED.get(role, set()) for role in own)))
