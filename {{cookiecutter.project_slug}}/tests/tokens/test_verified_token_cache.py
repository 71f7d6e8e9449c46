"""The cache of verified tokens: bounded, and never longer than a token's life."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from app.tokens.claims import MOST_TOKENS, Claims, TokenType, VerifiedTokens

if TYPE_CHECKING:
    import pytest


def make_claims(seconds: float = 60) -> Claims:
    """Return claims that are valid for *seconds*."""
    exp = int(time.time() + seconds)
    return Claims(
        account_id=uuid4(),
        session_id=uuid4(),
        token_id=uuid4(),
        type=TokenType.ACCESS,
        is_fresh=False,
        expires_at=datetime.fromtimestamp(exp, UTC),
        iat=exp - 60,
        exp=exp,
    )


def test_a_cached_token_is_found() -> None:
    verified, claims = VerifiedTokens(), make_claims()
    verified.keep("token", claims)
    assert verified.find("token") is claims
    assert verified.find("another") is None


def test_an_expired_token_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    verified, claims = VerifiedTokens(), make_claims()
    verified.keep("token", claims)
    monkeypatch.setattr(time, "time", lambda: float(claims.exp))
    assert verified.find("token") is None


def test_a_token_that_expired_meanwhile_is_not_cached() -> None:
    verified = VerifiedTokens()
    verified.keep("token", make_claims(-1))
    assert len(verified) == 0


def test_the_least_recently_used_go_first() -> None:
    verified = VerifiedTokens(most=2)
    for token in ("first", "second"):
        verified.keep(token, make_claims())
    verified.find("first")
    verified.keep("third", make_claims())
    assert verified.find("second") is None
    assert verified.find("first") is not None
    assert len(verified) == 2


def test_by_default_a_few_thousand_are_kept() -> None:
    verified, claims = VerifiedTokens(), make_claims()
    for number in range(MOST_TOKENS + 100):
        verified.keep(str(number), claims)
    assert len(verified) == MOST_TOKENS


def test_many_threads_can_share_it() -> None:
    verified, claims = VerifiedTokens(most=8), make_claims()

    def work(seed: int) -> int:
        for number in range(500):
            token = str((seed + number) % 24)
            if verified.find(token) is None:
                verified.keep(token, claims)
        return seed

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == list(range(8))
    assert len(verified) == 8
