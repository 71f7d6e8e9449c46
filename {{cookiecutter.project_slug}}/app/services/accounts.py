"""Accounts: sign up, show, rename, change the password, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mongoengine import NotUniqueError

from app.errors import EmailTakenError, UnauthorizedError, WrongPasswordError
from app.models.accounts import Account, Profile
from app.services import jail, passwords

if TYPE_CHECKING:
    from uuid import UUID

    from app.services.sessions import Caller


def sign_up(email: str, password: str, display_name: str) -> Profile:
    """Create an account; raises EmailTakenError where one has this e-mail."""
    account = Account(
        email=email,
        email_index=Account.email_index_for(email),
        display_name=display_name,
        password_hash=passwords.hash_password(password),
    )
    try:
        account.save(force_insert=True)
    except NotUniqueError as error:
        raise EmailTakenError from error
    return _profile(account)


def rename(account_id: UUID, display_name: str) -> Profile:
    """Change the display name."""
    account = Account.objects(id=account_id).modify(new=True, set__display_name=display_name)
    if account is None:
        raise UnauthorizedError("the account was deleted meanwhile")
    return _profile(account)


def change_password(caller: Caller, current: str, new: str, address: str) -> None:
    """Replace the password and end every other session, in one update.

    Raises WrongPasswordError, LoginJailedError.
    """
    account = find(caller)
    confirm_password(account, current, address)
    changed = Account.objects(id=account.id, password_hash=account.password_hash).update_one(
        set__password_hash=passwords.hash_password(new),
        pull__sessions__id__ne=caller.session_id,
    )
    if not changed:
        # Somebody else changed it since it was read.
        raise WrongPasswordError


def find(caller: Caller) -> Account:
    """Return the caller's account as it is stored; raises UnauthorizedError where it is gone."""
    account = Account.objects(id=caller.account_id).first()
    if account is None:
        raise UnauthorizedError("the account was deleted meanwhile")
    return account  # type: ignore[no-any-return]  # mongoengine has no types


def confirm_password(account: Account, password: str, address: str) -> None:
    """Have the password given again before something that a stolen token must not do.

    A wrong one counts as a failed log-in: the token must not become a way to guess passwords
    without end. Raises WrongPasswordError, LoginJailedError.
    """
    attempt = jail.reserve(account.email_index, address)
    if not passwords.is_correct(password, account.password_hash):
        raise WrongPasswordError
    jail.forgive(attempt)


def delete(account_id: UUID) -> None:
    """Delete an account with all that belongs to it; its sessions end first."""
    account = Account.objects(id=account_id).first()
    if account is not None:
        account.update(set__sessions=[])
        account.delete()


def _profile(account: Account) -> Profile:
    return Profile(
        id=account.id,
        email=account.email,
        display_name=account.display_name,
        created_at=account.created_at,
        updated_at=account.updated_at,
    )
