"""Passwords: what may be one, and how it is kept.

They are kept as Argon2id hashes (argon2-cffi), each with a salt of its own. What is hashed is the
password in one form, so that it is the same whichever keyboard, browser or system it comes from.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from functools import lru_cache
from secrets import token_urlsafe
from typing import Final

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn
from zxcvbn.matching import RANKED_DICTIONARIES

from app.errors import FieldError, InvalidInputError
from app.extensions import settings

# NIST SP 800-63B asks for room for passphrases; the cap bounds the work for one.
SHORTEST: Final = 8
LONGEST: Final = 256
# A password must withstand a million tries: an account that is attacked for a year is jailed before
# that many.
FEWEST_GUESSES: Final = 1_000_000
# The time that zxcvbn takes grows with a power of the length, from 2 ms for 16 characters (40 for
# the worst) to 25 s for 256.
_PIECE: Final = 16

# Unicode's category Zs, which is closed.
_SPACES: Final = dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")

_SERVICE: Final = (
    "{{ cookiecutter.project_name | in_quotes }}",
    "{{ cookiecutter.project_slug }}",
)
# zxcvbn's lists use the Latin alphabet. These are the most common passwords of Korea, in Hangul and
# as the same keys give them on an English keyboard.
_KOREAN: Final = {
    *("비밀번호", "안녕하세요", "사랑해요", "사랑합니다", "대한민국"),
    *("qlalfqjsgh", "dkssudgktpdy", "tkfkdgody", "tkfkdgkqslek", "eogksalsrnr"),
}


def prepare(password: str) -> str:
    """Return a password in the form that is hashed: RFC 8265's OpaqueString (section 4.2.2).

    Every space becomes U+0020, and characters that can be composed are composed: macOS splits
    Hangul syllables. Code points are not checked against PRECIS' classes: those refuse emoji with
    a joiner and characters of a later Unicode, so that a password would depend on the machine.
    """
    return unicodedata.normalize("NFC", password.translate(_SPACES))


def check_new(password: str, pointer: str, *names: str) -> None:
    """Raise InvalidInputError at *pointer* unless a person with these names may use the password.

    What counts is how soon it is guessed, not which characters it has (NIST SP 800-63B section
    3.1.1.2, OWASP ASVS 5.0 6.2).
    """
    prepared = prepare(password)
    if not SHORTEST <= len(prepared) <= LONGEST:
        detail = f"Must have {SHORTEST} to {LONGEST} characters."
    elif any(unicodedata.category(each) == "Cc" for each in prepared):
        detail = "Must not have control characters."
    elif _is_guessable(prepared, names):
        detail = (
            "Must be harder to guess: nothing common, no pattern, "
            "and more than names of yours or of this service."
        )
    else:
        return
    raise InvalidInputError(errors=(FieldError(pointer, detail),))


def hash_password(password: str) -> str:
    """Return an Argon2id hash of *password* in PHC string format."""
    return _configured_checker().hasher.hash(prepare(password))


def is_correct(password: str, stored_hash: str | None) -> bool:
    """Tell whether *password* belongs to *stored_hash*; a wrong one always costs the same work.

    A hash stored before passwords were prepared may be that of the password as it was sent.
    Without a hash a decoy is checked, and a wrong password for a cheaper hash is made to cost as
    much as others: otherwise the time would tell which accounts exist.
    """
    checker = _configured_checker()
    forms = tuple(dict.fromkeys((prepare(password), password)))
    is_right = any(checker.verify(stored_hash or checker.decoy, form) for form in forms)
    if is_right and stored_hash is not None:
        return True
    for form in forms:
        checker.top_up(stored_hash or checker.decoy, form)
    return False


def needs_rehash(stored_hash: str, password: str) -> bool:
    """Tell whether the hash of this right *password* differs from what would be stored today."""
    checker, prepared = _configured_checker(), prepare(password)
    if checker.hasher.check_needs_rehash(stored_hash):
        return True
    return prepared != password and not checker.verify(stored_hash, prepared)


class _Checker:
    """Verifies with given settings, and remembers the highest cost that a hash has had."""

    def __init__(self, time_cost: int, memory_kib: int, parallelism: int) -> None:
        self.hasher = PasswordHasher(time_cost, memory_kib, parallelism)
        # Nobody's password.
        self.decoy = self.hasher.hash(token_urlsafe())
        self.most = _work_for(self.decoy)

    def verify(self, stored_hash: str, password: str) -> bool:
        """Tell whether a hash is that of *password*, letter by letter."""
        with suppress(VerificationError, InvalidHashError):
            return self.hasher.verify(stored_hash, password)
        return False

    def top_up(self, stored_hash: str, password: str) -> None:
        """Do the work that a cheaper hash has saved, so that the time tells nothing."""
        work = _work_for(stored_hash)
        self.most = max(self.most, work)
        if missing := self.most - work:
            passes = -(-missing // self.hasher.memory_cost)
            # Argon2 fills no less than 8 KiB.
            PasswordHasher(passes, max(8, missing // passes), 1).hash(password)


@lru_cache(maxsize=8)
def _checker(time_cost: int, memory_kib: int, parallelism: int) -> _Checker:
    return _Checker(time_cost, memory_kib, parallelism)


def _configured_checker() -> _Checker:
    return _checker(
        settings.ARGON2_TIME_COST, settings.ARGON2_MEMORY_KIB, settings.ARGON2_PARALLELISM
    )


def _work_for(stored_hash: str) -> int:
    """Return how many KiB each lane fills, since lanes run in parallel; 0 if it is no hash."""
    with suppress(InvalidHashError):
        cost = extract_parameters(stored_hash)
        return cost.time_cost * cost.memory_cost // cost.parallelism
    return 0


def _is_guessable(password: str, names: tuple[str, ...]) -> bool:
    """Tell whether somebody who knows the owner finds it within FEWEST_GUESSES.

    Names are taken out first, since they cost no guess. They are not passed to zxcvbn, which would
    keep them in the process and use them for other threads' passwords.
    """
    # One character may become eighteen when it is folded.
    folded = rest = _fold(password)[:LONGEST]
    words = {part for name in (*names, *_SERVICE) for part in _split(name)}
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    # A name may stand within a common password, as the "com" of an address does in "welcome".
    is_common = folded in RANKED_DICTIONARIES["passwords"]
    return is_common or _is_weak(rest) or (len(folded) <= _PIECE and _is_weak(folded))


def _is_weak(text: str) -> bool:
    """Tell whether somebody who does not know the owner finds a folded text that soon."""
    if re.sub(r"[\W\d_]+", "", text) in _KOREAN:
        return True
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    return all(zxcvbn(piece)["guesses"] < FEWEST_GUESSES for piece in dict.fromkeys(pieces))


def _split(name: str) -> list[str]:
    """Return a name and its words, without single Latin letters."""
    words = [_fold(name), *re.split(r"[\W_]+", _fold(name))]
    return [word for word in words if word and (len(word) > 1 or not word.isascii())]


def _fold(text: str) -> str:
    """Return a text in which case and forms such as full width make no difference."""
    return unicodedata.normalize("NFKC", text).casefold()
