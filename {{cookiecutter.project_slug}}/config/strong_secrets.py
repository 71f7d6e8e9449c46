"""Tell a secret that is long and random from one that can be guessed.

A secret shorter than its signature, printed in a tutorial or left at its example value opens every
account, and nothing but a check at start ever notices. The phrases raised here follow the name
of a setting ("SECRET_KEY must be ..."), say what is wanted and never repeat the value.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from itertools import pairwise
from typing import Final

MINIMUM_SECRET_BYTES: Final = 32
MINIMUM_DISTINCT_CHARACTERS: Final = 8

# Compared without case and without anything but letters and digits, wherever they stand in the
# value: "Change-Me", "CHANGE_ME_please" and "changeme1234" are one and the same. Each is
# long enough that a random value holds one by accident less than once in a million times.
PLACEHOLDER_WORDS: Final = (
    "secret",
    "changeme",
    "changethis",
    "replaceme",
    "replacethis",
    "example",
    "placeholder",
    "password",
    "passphrase",
    "insecure",
    "default",
    "notsafe",
    "your256bit",
    "yoursuper",
    "jwtsigningkey",
    "qwerty",
    "correcthorse",
    "letmein",
)

# Values that look random but are published: in Flask's quick start, Django's
# and FastAPI's tutorials and the HMAC keys of RFC 7515 A.1 and RFC 7517 A.3.
PUBLISHED_SECRETS: Final = frozenset(
    {
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
        "5f352379324c22463451387a0aec5d2f",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
    }
)


def generate_secret() -> str:
    """Return a new secret of 48 random bytes in URL-safe characters."""
    return secrets.token_urlsafe(48)


def check_secret(value: str) -> str:
    """Return *value* if it can serve as a secret; raise ValueError with what is wanted if not."""
    if len(encode_secret(value)) < MINIMUM_SECRET_BYTES:
        raise ValueError(f"must be at least {MINIMUM_SECRET_BYTES} bytes long")
    if is_well_known(value):
        raise ValueError("must be a random value of your own, not a well-known or example one")
    if has_low_variety(value):
        raise ValueError("must be random, without repetition or sequence")
    return value


#: if cookiecutter.jwt_algorithm == "HS256"
def check_hmac_secret(value: str) -> str:
    """Return *value* if it can sign tokens with HS256; raise ValueError with what is wanted if not.

    RFC 7518 3.2 asks for a key at least as long as the hash, 32 bytes, which holds for every
    secret. A public key is refused: who verifies with it could sign with it, too.
    """
    if "-----BEGIN" in value or value.startswith(("ssh-", "ecdsa-")):
        raise ValueError("must be a random secret, not a key of a key pair or a certificate")
    return check_secret(value)


#: endif
def encode_secret(value: str) -> bytes:
    """Return the bytes of *value*; an undecodable environment variable is a ValueError."""
    try:
        return value.encode()
    except UnicodeEncodeError:
        # The original error quotes a part of the value.
        raise ValueError("must be UTF-8 text") from None


def is_well_known(value: str) -> bool:
    """Tell whether *value* is published or holds a word that examples and placeholders use."""
    letters = re.sub(r"[\W_]", "", value.lower())
    return value in PUBLISHED_SECRETS or any(word in letters for word in PLACEHOLDER_WORDS)


def has_low_variety(value: str) -> bool:
    """Tell whether *value* uses few characters, repeats itself or counts up or down."""
    if len(set(value)) < MINIMUM_DISTINCT_CHARACTERS:
        return True
    if any(value[period:] == value[:-period] for period in range(1, len(value) // 2 + 1)):
        return True
    steps = Counter(ord(right) - ord(left) for left, right in pairwise(value))
    return steps.most_common(1)[0][1] > len(value) // 2
