"""Codes: those that an app makes of a secret and the time (TOTP, RFC 6238), and recovery codes.

The library makes and compares the first. The others are random texts.
"""

from __future__ import annotations

import re
import time
from base64 import b32encode
from hashlib import sha256
from secrets import token_bytes
from typing import Final
from unicodedata import normalize

from pyotp import TOTP, random_base32
from pyotp.exceptions import OTPVerificationError

# RFC 4226 section 4 recommends 160 bits; each letter of base32 is five.
_SECRET_LETTERS: Final = 32
# RFC 6238 section 5.2: one step of 30 seconds for clocks that differ and for slow hands.
_STEPS_ASIDE: Final = 1
RECOVERY_CODES: Final = 10
# 120 bits. From 112 on a plain hash keeps them: they cannot be tried out (OWASP ASVS 5.0, 6.5.2).
_RECOVERY_BYTES: Final = 15
_TOTP: Final = re.compile(r"[0-9]{6}")
_ISSUER: Final = (
    # Apps show it beside the e-mail.
    "{{ cookiecutter.project_name | in_quotes }}"
)


def now() -> float:
    """Return the time that codes are compared with, in seconds; tests move it."""
    return time.time()


def make_secret() -> str:
    """Return a new secret in base32, as apps take it."""
    return random_base32(_SECRET_LETTERS)


def address_for(secret: str, email: str) -> str:
    """Return the otpauth URI of a secret, which apps read from a QR code."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)


def find_step(secret: str, code: str) -> int | None:
    """Return the step that an app's code is of; None where it is of none near now."""
    text = _strip(code)
    if not _TOTP.fullmatch(text):
        return None
    try:
        return TOTP(secret).verify_and_get_timecode(text, for_time=now(), valid_window=_STEPS_ASIDE)
    except OTPVerificationError:
        return None


def is_of_an_app(code: str) -> bool:
    """Tell whether a code looks like one of an app, and not like a recovery code."""
    return _TOTP.fullmatch(_strip(code)) is not None


def make_recovery_codes() -> list[str]:
    """Return new recovery codes, in groups that people can copy."""
    made = (b32encode(token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES))
    return ["-".join(re.findall(r".{4}", code)) for code in made]


def hash_recovery_code(code: str) -> str:
    """Return what is stored of a recovery code, the same for each way to type it."""
    return sha256(_strip(code).encode()).hexdigest()


def _strip(code: str) -> str:
    """Return a code without what people put between its parts, in the letters that it was made of.

    A Korean or Japanese keyboard may have typed them in full width.
    """
    return re.sub(r"[\s-]", "", normalize("NFKC", code)).lower()
