"""Authentication: only Bearer tokens, and no password code of our own invention."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from itertools import chain, product
from typing import TYPE_CHECKING, Any, Final
from unicodedata import normalize

import pytest
from argon2 import PasswordHasher
from pydantic import ValidationError

from config.core import SLUG
from config.environment import PROJECT
from config.testing import Testing
from tests.fixtures.accounts import NEW_PASSWORD, PASSWORD
from tests.fixtures.operations import each_route
from tests.fixtures.sign_ups import sign_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pymongo.database import Database

    from tests.fixtures.accounts import LogIn, MakeAccount, Person
    from tests.fixtures.api import Api
    from tests.fixtures.application import MakeApp
    from tests.fixtures.operations import Route

PHC: Final = re.compile(
    r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]{22,})\$([A-Za-z0-9+/]{43,})"
)
# OWASP's Password Storage Cheat Sheet: memory in KiB, passes and lanes, at least.
FLOOR: Final = (19_456, 2, 1)

# Modules for digests, signatures, tokens and random values.
INVENTIVE: Final = re.compile(
    r"(?:hashlib|hmac(?!\.compare_digest$)|random|crypt|argon2\.low_level)(?:\..+)?"
    r"|jwt|jwt\.(?:encode|decode|PyJWT|PyJWS|api_jwt|api_jws)(?:\..+)?"
)
ALLOWED: Final[set[tuple[str, str]]] = set()
#: if cookiecutter.oauth == "server"
# The secrets of other apps: 256 random bits each, so that a plain digest gives none away.
ALLOWED.add(("app/oauth/clients.py", "hashlib.sha256"))
#: endif
#: if cookiecutter.second_factor
# Recovery codes: 120 random bits each, as above.
ALLOWED.add(("app/second_factor/codes.py", "hashlib.sha256"))
#: endif
# Names of what is found again and never guessed: e-mails, addresses, counters.
ALLOWED.add(("app/database/keyed_hashes.py", "hmac"))


def as_basic(name: str, password: str, scheme: str = "Basic") -> dict[str, str]:
    """Return the header of RFC 7617."""
    return {"Authorization": f"{scheme} {b64encode(f'{name}:{password}'.encode()).decode()}"}


def find_imports(path: Path) -> Iterator[str]:
    """Yield the full names that a file imports, and the names of what it calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call):
            yield from (str(each.value) for each in node.args if isinstance(each, ast.Constant))


def stored_hashes(database: Database[dict[str, Any]]) -> list[str]:
    return [record["passwordHash"] for record in database["accounts"].find()]


def is_above_floor(stored: str) -> bool:
    """Tell whether a stored hash is Argon2id's, with at least OWASP's parameters."""
    match = PHC.fullmatch(stored)
    return match is not None and all(
        int(found) >= least for found, least in zip(match.groups(), FLOOR, strict=False)
    )


@pytest.mark.checklist("auth.no-basic")
@each_route(lambda route: not route.contract.is_public)
def test_basic_opens_no_protected_route(api: Api, account: Person, operation: Route) -> None:
    for scheme, (name, password) in product(
        ("Basic", "basic"),
        (
            (account.email, account.password),
            (account.access_token, ""),
            (account.refresh_token, ""),
            ("", account.access_token),
        ),
    ):
        headers = as_basic(name, password, scheme)
        answer = api.call(operation.method, operation.path, headers=headers, status=401)
        assert re.match(r"Bearer\b", answer.headers["WWW-Authenticate"])
        assert "basic" not in answer.headers["WWW-Authenticate"].lower()
    api.get("/api/v1/me", account)


@pytest.mark.checklist("auth.no-basic")
def test_basic_cannot_be_used_to_log_in(api: Api, account: Person) -> None:
    headers = as_basic(account.email, account.password)
    api.post("/api/v1/auth/login", headers=headers, status=415)
    api.post("/api/v1/auth/login", headers=headers, json={}, status=422)


@pytest.mark.checklist("auth.no-basic")
def test_document_knows_no_scheme_but_bearer(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert {(each["type"], each["scheme"].lower()) for each in schemes.values()} == {
        ("http", "bearer")
    }
    operations = [*chain(*(item.values() for item in document["paths"].values()))]
    secured = [operation for operation in operations if operation.get("security")]
    assert secured
    assert {*chain(*chain(*(operation["security"] for operation in secured)))} == set(schemes)


@pytest.mark.usefixtures("real_hashes")
@pytest.mark.checklist("auth.standards")
def test_every_way_to_set_a_password_stores_argon2id(
    api: Api, account: Person, database: Database[dict[str, Any]]
) -> None:
    profile = {"email": "new@example.com", "password": PASSWORD, "displayName": "New"}
    sign_up(api, profile)
    change = {"currentPassword": account.password, "newPassword": NEW_PASSWORD}
    api.put("/api/v1/me/password", account, json=change)
    hashes = stored_hashes(database)
    assert len(hashes) == 2
    assert all(is_above_floor(stored) for stored in hashes)


@pytest.mark.usefixtures("real_hashes")
@pytest.mark.checklist("auth.standards")
def test_a_log_in_renews_a_hash_of_weaker_settings(
    make_app: MakeApp, make_account: MakeAccount, log_in: Any, database: Database[dict[str, Any]]
) -> None:
    account = make_account()
    (before,) = stored_hashes(database)
    log_in(account, app=make_app(ARGON2_TIME_COST=3))
    (after,) = stored_hashes(database)
    assert (",t=2," in before, ",t=3," in after) == (True, True)
    log_in(account)


@pytest.mark.checklist("auth.standards")
@pytest.mark.parametrize(
    "password",
    [
        *("password", "12345678", " " * 8, "qwer1234", "dkssudgktpdy", "비밀번호1234", "가" * 200),
        *("kim.minji@example.com", "Kim-Minji!", "김민지의김민지", f"{SLUG}2026"),
    ],
)
def test_passwords_that_are_easy_to_guess_are_refused(api: Api, password: str) -> None:
    profile = {"email": "kim.minji@example.com", "password": password, "displayName": "김민지"}
    answer = api.post("/api/v1/auth/signup", json=profile, status=422)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/password"]
    assert password not in answer.json["errors"][0]["detail"]
    sign_up(api, {**profile, "password": PASSWORD})


@pytest.mark.checklist("auth.standards")
def test_a_changed_password_must_not_contain_the_accounts_names(
    api: Api, make_account: MakeAccount, log_in: LogIn
) -> None:
    account = make_account(display_name="Wolfeschlegelstein")
    for new in ("password", account.email, "wolfeschlegelstein1"):
        change = {"currentPassword": account.password, "newPassword": new}
        answer = api.put("/api/v1/me/password", account, json=change, status=422)
        assert [error["pointer"] for error in answer.json["errors"]] == ["/newPassword"]
    log_in(account)


@pytest.mark.checklist("auth.standards")
@pytest.mark.parametrize(("set_in", "given_in"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_password_is_the_same_from_every_keyboard(api: Api, set_in: str, given_in: str) -> None:
    """Some systems decompose Hangul syllables; an ideographic space is a space."""
    profile = {"email": "minji@example.com", "displayName": "김민지"}
    signing_up = normalize(set_in, "비밀번호는 한글이다")
    sign_up(api, {**profile, "password": signing_up})
    given = normalize(given_in, "비밀번호는\u3000한글이다")
    credentials = {"email": profile["email"], "password": given}
    api.post("/api/v1/auth/login", json=credentials, status=200)


@pytest.mark.usefixtures("real_hashes")
@pytest.mark.checklist("auth.standards")
def test_a_hash_of_another_form_logs_in_once_and_is_renewed(
    make_account: MakeAccount, log_in: LogIn, database: Database[dict[str, Any]]
) -> None:
    apart = normalize("NFD", "비밀번호는 한글이다")
    stored = PasswordHasher(2, 19_456, 1).hash(apart)
    account = make_account(password=apart, password_hash=stored)
    log_in(account)
    assert stored_hashes(database) != [stored]
    (renewed,) = stored_hashes(database)
    log_in(account)
    log_in(replace(account, password=normalize("NFC", apart)))
    assert stored_hashes(database) == [renewed]


@pytest.mark.checklist("auth.standards")
@pytest.mark.parametrize("setting", ["ARGON2_MEMORY_KIB", "ARGON2_TIME_COST", "ARGON2_PARALLELISM"])
def test_no_setting_goes_below_the_floor(setting: str) -> None:
    least = FLOOR[("ARGON2_MEMORY_KIB", "ARGON2_TIME_COST", "ARGON2_PARALLELISM").index(setting)]
    assert getattr(Testing(), setting) >= least
    with pytest.raises(ValidationError, match=setting):
        Testing(**{setting: least - 1})


@pytest.mark.checklist("auth.standards")
def test_no_code_makes_digests_signatures_or_random_values_itself() -> None:
    files = {
        path.relative_to(PROJECT).as_posix(): path
        for folder in ("app", "config")
        for path in (PROJECT / folder).rglob("*.py")
    }
    assert len(files) > 50
    found = {
        (name, module)
        for name, path in files.items()
        # The documentation page has no credentials.
        if not name.startswith("app/openapi/page/")
        for module in find_imports(path)
        if INVENTIVE.fullmatch(module)
    }
    assert found == ALLOWED


@pytest.mark.checklist("auth.standards")
def test_tokens_and_hashes_are_made_by_libraries() -> None:
    def imports_of(path: str) -> set[str]:
        return {*find_imports(PROJECT / path)}

    assert "argon2.PasswordHasher" in imports_of("app/accounts/passwords.py")
    assert "flask_jwt_extended.create_access_token" in imports_of("app/tokens/__init__.py")
    assert "secrets" in imports_of("config/strong_secrets.py")


@pytest.mark.checklist("auth.standards")
def test_security_rules_of_the_linter_pass() -> None:
    pytest.importorskip("ruff")
    check = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "S", "app", "config"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stdout
