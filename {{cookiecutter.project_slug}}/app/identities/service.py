"""Which account an identity opens, and which identities an account has.

An identity is looked up by issuer and subject, never by e-mail. An e-mail decides one thing: that
no account is made beside one that has it. Linking such an account by itself would hand it over,
either to a provider that lets anybody claim an address, or to whoever signed up with the address
before its owner came.
"""

from __future__ import annotations

import re
#: if cookiecutter.mail
from contextlib import suppress
#: endif
from typing import TYPE_CHECKING, Final

from email_validator import EmailNotValidError, validate_email
from mongoengine import NotUniqueError
from pymongo.errors import DuplicateKeyError

from app.accounts import (
    #: if cookiecutter.mail
    confirmations,
    #: endif
    sessions,
)
from app.accounts.callers import Proven
from app.accounts.errors import AccountSuspendedError
#: if cookiecutter.mail
from app.accounts.languages import Language
#: endif
from app.accounts.models import Account
from app.audit import recording
from app.database.documents import utc_now
from app.errors import NotFoundError, UnauthorizedError
from app.identities.errors import (
    EmailUnverifiedError,
    IdentityTakenError,
    LastIdentityError,
    LinkRequiredError,
    LoginRefusedError,
    TooManyIdentitiesError,
)
from app.identities.identity import Identity, identity_index_to_store, identity_indexes
from app.security_events import Event

if TYPE_CHECKING:
    from uuid import UUID

    from app.accounts.callers import Caller
    from app.identities.providers.provider import Proof

# They are read together with their account at every request.
MOST_IDENTITIES: Final = 10
LONGEST_IDENTITY: Final = 1024
LONGEST_EMAIL: Final = 254
LONGEST_NAME: Final = 100
# Control characters, and halves of characters, which JSON may bring and nothing can store.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def find_or_create(
    provider_name: str,
    proof: Proof,
    #: if cookiecutter.mail
    language: Language = Language.ENGLISH,
    #: endif
) -> Proven:
    """Return the account that the identity opens, a new one where there is none.

    Raises EmailUnverifiedError, LinkRequiredError where an account has the e-mail, and
    AccountSuspendedError.
    """
    identity = _make_identity(provider_name, proof)
    found = _find_account(identity.name)
    if found is not None:
        return _prove(found)
    email = _normalize(proof.email)
    account = Account(
        email=email,
        email_index=Account.email_index_to_store(email),
        display_name=_name_for(proof.name, email),
        identities=[identity],
        #: if cookiecutter.mail
        language=language,
        #: endif
    )
    try:
        _insert(account)
    except NotUniqueError as error:
        # Another process may have come first with the same identity.
        found = _find_account(identity.name)
        if found is None:
            raise LinkRequiredError from error
        return _prove(found)
    return Proven(account.id, account.credential_version)


def link(asker: Proven, provider_name: str, proof: Proof) -> None:
    """Link an account with an identity, while the session that asked for it stands.

    Raises IdentityTakenError, TooManyIdentitiesError, and LoginRefusedError where the session
    is over.
    """
    identity = _make_identity(provider_name, proof)
    wanted = asker.still
    room = {f"identities.{MOST_IDENTITIES - 1}": {"$exists": False}}
    new = {"identities.index": {"$nin": identity_indexes(identity.name)}}
    linked = dict(identity.to_mongo())
    change = {"$push": {"identities": linked}, "$set": {"updatedAt": utc_now()}}
    try:
        is_linked = recording.change_account(
            {**wanted, **room, **new}, change, Event.IDENTITY_LINKED
        )
    except DuplicateKeyError as error:
        raise IdentityTakenError from error
    found = _find_account(identity.name)
    if is_linked or (found and found.id == asker.account_id):
        return
    if Account.objects(__raw__=wanted).first() is None:
        raise LoginRefusedError("the session that began to link is over")
    raise TooManyIdentitiesError


def list_all(account_id: UUID) -> list[Identity]:
    """Return the identities of an account, the oldest first."""
    account = Account.objects(id=account_id).only("identities").first()
    return list(account.identities) if account is not None else []


def unlink(caller: Caller, identity_id: UUID) -> None:
    """Take an identity from an account, and end every session: any may be of whoever had it.

    Raises NotFoundError, and LastIdentityError where nobody could log in any more.
    """
    mine = {"identities.id": identity_id}
    another_way = [{"passwordHash": {"$exists": True}}, {"identities.1": {"$exists": True}}]
    changes = {"$pull": {"identities": {"id": identity_id}}}
    there = {**caller.proven.still, **mine, "$or": another_way}
    if sessions.end_all(there, changes, Event.IDENTITY_UNLINKED):
        return
    if Account.objects(__raw__=caller.proven.still).first() is None:
        raise UnauthorizedError("the session ended meanwhile")
    if Account.objects(__raw__={**caller.proven.still, **mine}).first() is None:
        raise NotFoundError
    raise LastIdentityError


def _prove(account: Account) -> Proven:
    if account.is_suspended:
        recording.record(Event.LOGIN_SUSPENDED, account.id)
        raise AccountSuspendedError
    return Proven(account.id, account.credential_version)


def _insert(account: Account) -> None:
    """Store a new account; raise NotUniqueError where another has its e-mail or identity."""
    #: if cookiecutter.mail
    # Its provider has verified the address, which whoever signed up with it has not shown to have.
    with suppress(NotUniqueError):
        recording.insert_account(account, Event.SIGNED_UP)
        return
    confirmations.give_way(account.email)
    #: endif
    recording.insert_account(account, Event.SIGNED_UP)


def _find_account(name: str) -> Account | None:
    found = Account.objects(__raw__={"identities.index": {"$in": identity_indexes(name)}})
    return found.only("id", "credential_version", "is_suspended").first()  # type: ignore[no-any-return]  # mongoengine has no types


def _make_identity(provider_name: str, proof: Proof) -> Identity:
    if len(proof.identity) > LONGEST_IDENTITY or _UNPRINTABLE.search(proof.identity):
        raise LoginRefusedError("the provider's name of somebody cannot be stored")
    index = identity_index_to_store(proof.identity)
    return Identity(provider=provider_name, name=proof.identity, index=index)


def _normalize(email: str | None) -> str:
    """Return a verified e-mail in the spelling that sign-up gives it."""
    if email is None:
        raise EmailUnverifiedError
    try:
        normal = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError:
        # Its words quote the address.
        raise EmailUnverifiedError from None
    if len(normal) > LONGEST_EMAIL:
        raise EmailUnverifiedError
    return normal


def _name_for(name: object, email: str) -> str:
    """Return a display name: the provider's as far as it is a line, or the e-mail's first part."""
    line = _UNPRINTABLE.sub(" ", name).strip() if isinstance(name, str) else ""
    return (line or email.partition("@")[0])[:LONGEST_NAME]
