"""Take a code of an account: each counts once, and wrong ones are counted as log-ins are."""

from __future__ import annotations

#: if not cookiecutter.field_encryption
import logging
#: endif
from typing import TYPE_CHECKING, Any, Final

from app.accounts import jail
#: if cookiecutter.oauth == "client"
from app.accounts.models import stored_accounts
#: endif
from app.audit import recording
from app.second_factor import codes
from app.second_factor.sealing import unseal
from app.security_events import Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

#: if not cookiecutter.field_encryption
logger = logging.getLogger(__name__)

#: endif
# The members of an account: what counts, and what nobody has confirmed yet.
ACTIVE: Final = "secondFactor"
PENDING: Final = "pendingSecondFactor"


def take_code(account_id: UUID, second_factor: dict[str, Any], code: str) -> bool:
    """Tell whether *code* is right, and use it up; raises LoginJailedError.

    *second_factor* is what the account was found with. Of several requests with one code one
    succeeds.
    """
    if codes.is_of_an_app(code):
        return count(account_id, lambda: _take_step(account_id, second_factor, code))
    return count(account_id, lambda: _take_recovery_code(account_id, second_factor, code))


#: if cookiecutter.oauth == "client"
def has_second_factor(account_id: UUID) -> bool:
    """Tell whether an account asks for a code at each log-in."""
    found = {"_id": account_id, ACTIVE: {"$exists": True}}
    return stored_accounts().find_one(found, {"_id": 1}) is not None


#: endif
def count(account_id: UUID, is_right: Callable[[], bool]) -> bool:
    """Tell whether a code is right, unless too many were not; raises LoginJailedError."""
    with jail.recorded(account_id):
        has_proven = jail.check_code(account_id, is_right)
    if not has_proven:
        recording.record(Event.CODE_REFUSED, account_id)
    return has_proven


def _take_step(account_id: UUID, second_factor: dict[str, Any], code: str) -> bool:
    #: if cookiecutter.field_encryption
    secret = unseal(second_factor, account_id, ACTIVE)
    #: else
    try:
        secret = unseal(second_factor, account_id, ACTIVE)
    except RuntimeError as error:
        # After a new SECRET_KEY recovery codes are what is left.
        logger.warning("no code of an app counts for the account %s: %s", account_id, error)
        return False
    #: endif
    step = codes.find_step(secret, code)
    if step is None:
        return False
    # RFC 6238 section 5.2: no second use, and none of an older code than the last.
    is_new = {f"{ACTIVE}.lastStep": {"$lt": step}}
    return _change(account_id, second_factor, is_new, {"$set": {f"{ACTIVE}.lastStep": step}})


def _take_recovery_code(account_id: UUID, second_factor: dict[str, Any], code: str) -> bool:
    used = {f"{ACTIVE}.recoveryHashes": codes.hash_recovery_code(code)}
    return _change(account_id, second_factor, used, {"$pull": used}, Event.RECOVERY_CODE_USED)


def _change(
    account_id: UUID,
    second_factor: dict[str, Any],
    still: dict[str, Any],
    change: dict[str, Any],
    *events: Event,
) -> bool:
    """Change the second factor if it is the one that was found, and *still* so."""
    same = {"_id": account_id, f"{ACTIVE}.createdAt": second_factor["createdAt"]}
    return recording.change_account({**same, **still}, change, *events)
