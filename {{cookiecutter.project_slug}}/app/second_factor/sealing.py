"""How the secret of a second factor is stored: sealed, since codes are made of it.

It is bound to its account and to whether it counts yet, so that nobody who writes to the database
can give one account the secret of another. What other keys sealed has another name: it is not
mistaken for what these keys open.
"""

from __future__ import annotations

#: if not cookiecutter.field_encryption
import os
from typing import TYPE_CHECKING, Any, Final
#: else
from typing import TYPE_CHECKING, Any
#: endif

#: if not cookiecutter.field_encryption
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.extensions import settings
#: else
from app.encryption import Place, current_cipher
from app.second_factor.models import SecondFactor
#: endif

if TYPE_CHECKING:
    from uuid import UUID
#: if not cookiecutter.field_encryption

_NONCE_BYTES: Final = 12
#: endif


def seal(secret: str, account_id: UUID, member: str) -> dict[str, bytes]:
    """Return what that *member* of the account stores of a *secret*."""
    #: if cookiecutter.field_encryption
    place = Place("accounts", f"{member}.secret", account_id)
    return {"secret": current_cipher().encrypt(secret.encode(), place)}
    #: else
    nonce = os.urandom(_NONCE_BYTES)
    bound_to = f"{member} {account_id}".encode()
    cipher = _make_cipher()
    return {"sealedSecret": nonce + cipher.encrypt(nonce, secret.encode(), bound_to)}
    #: endif


def unseal(stored: dict[str, Any], account_id: UUID, member: str) -> str:
    """Return the secret that was sealed for that *member* of the account.

    Raises RuntimeError where the keys of this process do not open it.
    """
    #: if cookiecutter.field_encryption
    place = Place("accounts", f"{member}.secret", account_id)
    secret: str = SecondFactor.secret.open(stored.get("secret"), place)
    return secret
    #: else
    sealed = stored.get("sealedSecret", b"")
    nonce, content = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    bound_to = f"{member} {account_id}".encode()
    try:
        return _make_cipher().decrypt(nonce, content, bound_to).decode()
    except (InvalidTag, ValueError):
        message = f"accounts.{member} holds no secret that this SECRET_KEY opens"
        raise RuntimeError(message) from None
    #: endif
#: if not cookiecutter.field_encryption


def _make_cipher() -> AESGCM:
    derivation = HKDF(SHA256(), length=32, salt=None, info=b"second factor")
    return AESGCM(derivation.derive(settings.SECRET_KEY.encode()))
#: endif
