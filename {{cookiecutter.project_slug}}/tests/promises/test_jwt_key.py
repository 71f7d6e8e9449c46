"""JWT: the key must be long, random and made for one project."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

import pytest
#: if cookiecutter.jwt_algorithm != "HS256"
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
#: endif
from dotenv import dotenv_values

from config import (
    #: if cookiecutter.jwt_algorithm != "HS256"
    key_pairs,
    #: endif
    strong_secrets,
)
from config.environment import PROJECT
from dev.fill_env import MAKERS, fill

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.processes import Server, StartServer

pytestmark = pytest.mark.checklist("jwt.secret")

#: if cookiecutter.jwt_algorithm == "HS256"
NAME: Final = "JWT_SECRET_KEY"
WRONG: Final = {
    "empty": "",
    "short": "secret",
    "31 bytes": secrets.token_urlsafe(32)[:31],
    "an example's": "change-me-change-me-please-change-me-now",
    "published": "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
}
#: else
NAME: Final = "JWT_PRIVATE_KEY"
ALGORITHM: Final = "{{ cookiecutter.jwt_algorithm }}"
RIGHT: Final = key_pairs.generate_private_key(ALGORITHM)
# Also refused where the algorithm is not RSA's, since it is of another kind.
SHORT: Final = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused.
WRONG: Final = {
    "empty": "",
    "no key": "secret",
    "31 bytes": secrets.token_urlsafe(32)[:31],
    "torn": RIGHT[:-40],
    "its public half": key_pairs.dump_public_key(
        key_pairs.load_private_key(RIGHT, ALGORITHM).public_key()
    ),
    "short": SHORT.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
}
#: endif


def refuse(server: Server) -> list[str]:
    """Fail unless the server ended for its settings alone; return its lines."""
    # The server has ended or answers by now, so there is no wait.
    assert server.process.poll() == 1
    assert "Traceback" not in server.printed
    return server.printed.splitlines()


@pytest.mark.parametrize("kind", WRONG)
def test_server_does_not_start_with_an_unsuitable_key(start_server: StartServer, kind: str) -> None:
    (line,) = refuse(start_server("-m", "gunicorn", **{NAME: WRONG[kind]}))
    assert line.startswith(f"{NAME} must ")
    assert not WRONG[kind] or WRONG[kind] not in line.removeprefix(NAME)


def test_server_does_not_start_without_a_key(
    variables: dict[str, str], start_server: StartServer
) -> None:
    del variables[NAME]
    (line,) = refuse(start_server("-m", "gunicorn"))
    assert line.startswith(f"{NAME} must be set")


def test_server_does_not_start_with_the_example_file(
    variables: dict[str, str], start_server: StartServer, tmp_path: Path
) -> None:
    for name in MAKERS:
        del variables[name]
    copy = tmp_path / ".env"
    copy.touch(mode=0o600)
    copy.write_bytes((PROJECT / ".env.example").read_bytes())
    lines = refuse(start_server("-m", "gunicorn", DOTENV=str(copy)))
    assert sorted(line.partition(" ")[0] for line in lines) == sorted(MAKERS)
    assert lines == list(dict.fromkeys(lines))


@pytest.mark.parametrize("name", MAKERS)
def test_example_file_holds_no_key(name: str) -> None:
    text = (PROJECT / ".env.example").read_text(encoding="utf-8")
    shown = [line.lstrip("# ") for line in text.splitlines()]
    values = [line.partition("=")[2] for line in shown if line.startswith(f"{name}=")]
    assert all(len(value) < strong_secrets.MINIMUM_SECRET_BYTES for value in values)


#: if cookiecutter.jwt_algorithm == "HS256"
def test_server_does_not_start_with_one_key_for_two_purposes(
    variables: dict[str, str], start_server: StartServer
) -> None:
    (line,) = refuse(start_server("-m", "gunicorn", JWT_SECRET_KEY=variables["SECRET_KEY"]))
    assert line == "JWT_SECRET_KEY must not be SECRET_KEY again"


#: endif
def test_two_projects_never_share_a_key(tmp_path: Path) -> None:
    seen: list[str] = []
    for project in ("first", "second"):
        path = tmp_path / project
        assert fill(path) == [*MAKERS]
        assert path.stat().st_mode & 0o077 == 0
        seen += [value or "" for value in dotenv_values(path, interpolate=False).values()]
    assert len(seen) == len(set(seen)) == 2 * len(MAKERS)
    assert all(len(value) >= strong_secrets.MINIMUM_SECRET_BYTES for value in seen)


def test_keys_of_this_project_stay_out_of_version_control() -> None:
    ignored = (PROJECT / ".gitignore").read_text(encoding="utf-8").split()
    assert ".env" in ignored
    assert not {name for name in ignored if name.startswith("!")} & {"!.env", "!.env*"}
