"""The jail: wrong passwords are counted, and then refused for a growing time.

Only failures count. An attempt reserves one of the failures that are left before its password is
checked, and gives it back afterwards: of many wrong passwords at once only the allowed number is
checked, and of many right ones none is refused. An attempt without a free place waits for those
before it; a jailed one costs no hash. A place that is not given back, because its process died, is
free again after RESERVED_SECONDS.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from app.accounts.errors import LoginJailedError
from app.addresses import networks_of
from app.audit import recording
from app.database import counters
from app.database.counters import NOW, Stages, after, if_else, is_ahead
from app.errors import ServiceUnavailableError
from app.extensions import settings
from app.security_events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from uuid import UUID

# After a day without failures the next jail is a short one again.
FORGET_AFTER_SECONDS: Final = 24 * 60 * 60
# A hash takes much less, even on a busy machine.
RESERVED_SECONDS: Final = 5
# Together with the hash it must stay within the time of a request.
WAIT_SECONDS: Final = 1.5
_FIRST_PAUSE_SECONDS: Final = 0.03
_LONGEST_PAUSE_SECONDS: Final = 0.25

_NO_LIMIT: Final = 2**31

_FORGOTTEN: Final = {"failures": 0, "jails": 0, "until": 0, "windowEnds": 0}
_UNUSED: Final = {"failures": 0, "jails": 0, "pending": []}


def check_login(
    email_index: str, address: str, is_right: Callable[[], bool], *, is_known: bool
) -> bool:
    """Tell whether a log-in is right; raises LoginJailedError without checking it.

    Failures are counted for the account at this address, for the account everywhere, and for the
    address. At an address that *is_known*, where the owner has logged in before, only the first
    counts: failures of strangers elsewhere cannot keep the owner out. A wrong one takes the same
    time there.
    """
    networks = networks_of(address)
    limits = {f"pair:{email_index}:{networks[0].name}": settings.LOGIN_MAX_RETRY}
    others = {f"account:{email_index}": settings.LOGIN_ACCOUNT_MAX_RETRY}
    for network in networks:
        others[f"address:{network.name}"] = settings.LOGIN_ADDRESS_MAX_RETRY * network.size
    if not is_known:
        return _check(limits | others, is_right)
    # The time of a wrong one would tell that the owner has been here.
    return _check(limits, is_right, {f"nobody's {key}": _NO_LIMIT for key in others})


def check_session(session_id: UUID, is_right: Callable[[], bool]) -> bool:
    """Tell whether a signed-in caller gave the right password; raises LoginJailedError.

    These failures are counted by session: a jail of log-ins does not affect open sessions, and a
    stolen token does not allow endless guessing.
    """
    return _check({f"session:{session_id}": settings.LOGIN_MAX_RETRY}, is_right)


@contextmanager
def recorded(account_id: UUID | None, email_index: str | None = None) -> Iterator[None]:
    """Record where a jail refuses what the block checks: each jail once."""
    try:
        yield
    except LoginJailedError as error:
        recording.record(Event.LOGIN_JAILED, account_id, email_index=email_index, once=error.jail)
        raise


#: if cookiecutter.second_factor
def check_code(account_id: UUID, is_right: Callable[[], bool]) -> bool:
    """Tell whether a code is right; raises LoginJailedError without looking at it.

    These failures are counted by account and by nothing else, and a right code alone clears them:
    neither the right password nor another session or address gives more tries.
    """
    return _check({f"code:{account_id}": settings.LOGIN_MAX_RETRY}, is_right)


#: endif
def _check(
    limits: Mapping[str, int], is_right: Callable[[], bool], decoys: Mapping[str, int] | None = None
) -> bool:
    """Check one password, with a reserved failure in each of *limits*.

    A right one clears only the first count: a right log-in to one account must not clear the count
    of an address that tries others. A wrong one does the work of *decoys*, too, which refuse none.
    """
    attempt = str(uuid4())
    _reserve(attempt, limits)
    result = is_right()
    if result:
        changes = {key: [_current(attempt, most)] for key, most in limits.items()}
        changes[next(iter(limits))].append({"$set": _FORGOTTEN})
    else:
        counted = {**limits, **(decoys or {})}
        _reserve(attempt, decoys or {})
        changes = {key: _failing(attempt, most) for key, most in counted.items()}
    counters.update_all(changes, unused=_UNUSED)
    return result


def _reserve(attempt: str, limits: Mapping[str, int]) -> None:
    """Reserve a place everywhere; raise LoginJailedError, or in the end ServiceUnavailableError."""
    deadline, pause = time.monotonic() + WAIT_SECONDS, _FIRST_PAUSE_SECONDS
    while not _has_reserved(attempt, limits):
        if time.monotonic() > deadline:
            raise ServiceUnavailableError(retry_after=1)
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


def _has_reserved(attempt: str, limits: Mapping[str, int]) -> bool:
    """Reserve a place everywhere or nowhere; raise LoginJailedError, which changes no count."""
    reserved: dict[str, Stages] = {}
    longest = max(settings.LOGIN_JAIL_MAX_SECONDS, settings.LOGIN_WINDOW_SECONDS)
    keep_seconds = longest + FORGET_AFTER_SECONDS
    for key, most in limits.items():
        counter = counters.update(key, _reserving(attempt, most), keep_seconds)
        if any(place["id"] == attempt for place in counter["pending"]):
            reserved[key] = [_current(attempt, most)]
            continue
        counters.update_all(reserved, unused=_UNUSED)
        if remaining := counters.seconds_until(counter, "until"):
            raise LoginJailedError(math.ceil(remaining), f"{key}:{counter['until']}")
        return False
    return True


def _current(attempt: str, most: int) -> dict[str, Any]:
    """Return the stage that drops expired counts and gives the place of *attempt* back."""
    is_jailed = is_ahead("$until")
    # After a window or a jail has ended, the count starts again.
    is_counting_on = {"$and": [is_ahead("$windowEnds"), {"$lt": ["$failures", most]}]}
    is_others = {"$and": [{"$gt": ["$$place.ends", NOW]}, {"$ne": ["$$place.id", attempt]}]}
    pending = {"$ifNull": ["$pending", []]}
    return {
        "$set": {
            "failures": if_else({"$or": [is_jailed, is_counting_on]}, "$failures", 0),
            "jails": {"$ifNull": ["$jails", 0]},
            "pending": {"$filter": {"input": pending, "as": "place", "cond": is_others}},
        }
    }


def _reserving(attempt: str, most: int) -> Stages:
    """Return the stages that reserve a place if one is free and there is no jail."""
    place = {"id": attempt, "ends": after(RESERVED_SECONDS)}
    is_free = {"$lt": [{"$add": ["$failures", {"$size": "$pending"}]}, most]}
    may_reserve = {"$and": [{"$not": is_ahead("$until")}, is_free]}
    with_place = {"$concatArrays": ["$pending", [place]]}
    return [
        _current(attempt, most),
        {"$set": {"pending": if_else(may_reserve, with_place, "$pending")}},
    ]


def _failing(attempt: str, most: int) -> Stages:
    """Return the stages that count a failure, and jail after the last allowed one."""
    is_first = {"$eq": ["$failures", 0]}
    window_ends = if_else(is_first, after(settings.LOGIN_WINDOW_SECONDS), "$windowEnds")
    # Failures during a jail do not lengthen it.
    is_jailing = {"$and": [{"$not": is_ahead("$until")}, {"$gte": ["$failures", most]}]}
    doubled = {"$multiply": [settings.LOGIN_JAIL_SECONDS, {"$pow": [2, "$jails"]}]}
    jail_ends = after({"$min": [settings.LOGIN_JAIL_MAX_SECONDS, doubled]})
    return [
        _current(attempt, most),
        {"$set": {"failures": {"$add": ["$failures", 1]}, "windowEnds": window_ends}},
        {
            "$set": {
                "until": if_else(is_jailing, jail_ends, "$until"),
                "jails": if_else(is_jailing, {"$add": ["$jails", 1]}, "$jails"),
            }
        },
    ]
