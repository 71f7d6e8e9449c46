"""Input: hostile headers identify nobody, and are ignored otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

import pytest

from tests.fixtures.accounts import CANARY

if TYPE_CHECKING:
    from tests.fixtures.attacks import Attack

pytestmark = pytest.mark.checklist("input.validate")

ME: Final = "/api/v1/me"

# None of these identifies the caller.
STRANGERS: Final = {
    "nothing": "",
    "a scheme": "Bearer",
    "a scheme and a space": "Bearer ",
    "no token": f"Bearer {CANARY}",
    "two words": f"Bearer {CANARY} {CANARY}",
    "three segments of nothing": "Bearer ..",
    "three segments": f"Bearer {CANARY}.{CANARY}.{CANARY}",
    "five segments": f"Bearer {CANARY}.a.b.c.d",
    "no algorithm": "Bearer eyJhbGciOiJub25lIn0.e30.",
    "Basic": "Basic Y2FuYXJ5OmNhbmFyeQ==",
    "Digest": f'Digest username="{CANARY}", response="{CANARY}"',
    "Negotiate": f"Negotiate {CANARY}",
    "no UTF-8": "Bearer \xff\xfe",
    "other letters": "Bearer é",
    "a comma": f"Bearer {CANARY}, Bearer {CANARY}",
    "8,000 letters": "Bearer " + "a" * 8_000,
    "8,000 dots": "Bearer " + "." * 8_000,
    "an operator": 'Bearer {"$ne": null}',
}

# All of these are ignored: the request is served as if they were missing.
HARMLESS: Final = {
    "another method": {"X-HTTP-Method-Override": "DELETE"},
    "another path": {"X-Original-URL": f"/{CANARY}", "X-Rewrite-URL": f"/{CANARY}"},
    "another host": {"X-Forwarded-Host": f"{CANARY}.example", "X-Host": f"{CANARY}.example"},
    "another address": {"X-Forwarded-For": f"{CANARY}, 127.0.0.1", "X-Real-IP": CANARY},
    "another account": {"X-User-Id": CANARY, "X-Account-Id": CANARY},
    "forwarded": {"Forwarded": f"for={CANARY};host={CANARY};proto=https"},
    "a request id of another form": {"X-Request-ID": CANARY},
    "a request id that forges a line": {"X-Request-ID": f"\x0b{CANARY} 200 OK"},
    "a request id as long as a UUID": {"X-Request-ID": (CANARY * 6)[:36]},
    "a request id too long": {"X-Request-ID": CANARY * 500},
    "a tag without quotes": {"If-Match": CANARY, "If-None-Match": CANARY},
    "torn tags": {"If-Match": '"' + CANARY, "If-None-Match": f'W/"{CANARY}, "'},
    "a thousand tags": {"If-None-Match": ", ".join(f'"{CANARY}{n}"' for n in range(500))},
    "dates that are none": {"If-Modified-Since": CANARY, "If-Unmodified-Since": CANARY},
    "ranges": {"Range": "bytes=0-" + ",0-" * 1000, "If-Range": CANARY},
    "cookies": {"Cookie": f'session={CANARY}; a="\\012{CANARY}"; =; ;;; {CANARY}'},
    "a date": {"Date": CANARY},
    "languages": {"Accept-Language": f"{CANARY};q=NaN, *;q=-1"},
    "charsets": {"Accept-Charset": f"{CANARY};q=2"},
    "codings": {"Accept-Encoding": f"{CANARY}, *;q=0"},
    "qualities": {"Accept": f"application/json, {CANARY}/{CANARY};q=NaN;{CANARY}"},
    "a huge Accept": {"Accept": "application/json" + f", {CANARY}/*;q=0.1" * 400},
    "other letters": {"User-Agent": f"é\xff {CANARY}", "Referer": f"é{CANARY}"},
    "a shell": {"User-Agent": "() { :; }; /bin/true", "X-Api-Version": "$(reboot)"},
    "a look-up": {"User-Agent": "$" + "{jndi:ldap://127.0.0.1/a}"},
}

HOSTS: Final = (
    "",
    "canary.example",
    "localhost.canary.example",
    "canary.example#localhost",
    "localhost@canary.example",
    "canary.example/localhost",
    "localhost:canary",
    "localhost, canary.example",
    "localhost canary.example",
    "localhost\xff",
    "[::1",
    "a" * 1_000,
)


def test_text_that_is_no_token_identifies_nobody(attack: Attack) -> None:
    for what, text in STRANGERS.items():
        answer = attack.send("GET", ME, status=401, what=what, headers={"Authorization": text})
        assert answer.headers["WWW-Authenticate"].startswith("Bearer"), what


def test_a_token_under_another_scheme_identifies_nobody(attack: Attack) -> None:
    token = attack.caller.access_token
    for scheme in ("", "Basic ", "Token ", "JWT ", "Bearer: ", "Bearer=", "Bearer,"):
        headers = {"Authorization": f"{scheme}{token}"}
        attack.send("GET", ME, status=401, what=scheme, headers=headers)


def test_two_tokens_identify_nobody(attack: Attack) -> None:
    token = attack.caller.headers["Authorization"]
    for first, second in ((token, f"Bearer {CANARY}"), (f"Bearer {CANARY}", token), (token, token)):
        headers = [("Authorization", first), ("Authorization", second)]
        attack.send("GET", ME, status=401, what=(first, second), headers=headers)


def test_unknown_headers_are_ignored(attack: Attack) -> None:
    for what, headers in HARMLESS.items():
        sent = {**attack.caller.headers, **headers}
        answer = attack.reach("GET", ME, status=200, what=what, headers=sent)
        assert answer.json["id"] == str(attack.caller.id), what
        assert UUID(answer.headers["X-Request-ID"]).version == 7, what


def test_a_host_of_another_name_is_not_served(attack: Attack) -> None:
    for host in HOSTS:
        headers = {**attack.caller.headers, "Host": host}
        attack.send("GET", ME, status=400, what=host, headers=headers)
