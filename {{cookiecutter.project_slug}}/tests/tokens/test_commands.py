"""`flask keys`: what it writes, prints and refuses."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from dotenv import dotenv_values

from app import tokens
from app.errors import UnauthorizedError
from app.tokens.claims import TokenType
from app.tokens.commands import keys as key_commands
from tests.fixtures.tokens import make_token_app

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from flask import Flask

# What is handed over is recorded first.
pytestmark = pytest.mark.usefixtures("app")

#: if cookiecutter.jwt_algorithm == "HS256"
KEY = "JWT_SECRET_KEY"
#: else
KEY = "JWT_PRIVATE_KEY"
#: endif


@pytest.fixture
def signing_app() -> Flask:
    """Return an app outside of its context, since a command uses the one that is entered."""
    return make_token_app()


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the .env file that the commands find."""
    path = tmp_path / ".env"
    path.write_text("# mine\nOTHER=kept\n")
    monkeypatch.setenv("DOTENV", str(path))
    names = [
        KEY,
        #: if cookiecutter.jwt_algorithm != "HS256"
        "JWT_RETIRED_PUBLIC_KEYS",
        #: endif
    ]
    for name in names:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    return path


def run(app: Flask, *words: str) -> Result:
    """Return what `flask keys ...` did."""
    app.cli.add_command(key_commands)
    result: Result = app.test_cli_runner().invoke(args=["keys", *words])
    assert not isinstance(result.exception, Exception)
    return result


def settings_in(text: str) -> dict[str, str]:
    """Return the token settings that a .env file or its lines hold."""
    values = dotenv_values(stream=StringIO(text), interpolate=False)
    return {name: value or "" for name, value in values.items() if name.startswith("JWT_")}


def token_of(app: Flask) -> str:
    """Return an access token of *app*."""
    with app.app_context():
        return tokens.issue_pair(uuid4(), uuid4(), is_fresh=True).access_token


def accepts(app: Flask, token: str) -> bool:
    """Tell whether *app* reads *token*."""
    with app.app_context():
        try:
            tokens.read(token, TokenType.ACCESS)
        except UnauthorizedError:
            return False
    return True


def test_rotate_writes_a_new_key_and_keeps_the_rest(signing_app: Flask, path: Path) -> None:
    result = run(signing_app, "rotate")
    assert result.exit_code == 0, result.output
    assert path.read_text().startswith("# mine\nOTHER=kept\n")
    assert path.stat().st_mode & 0o777 == 0o600
    written = settings_in(path.read_text())[KEY]
    assert written != getattr(signing_app.extensions["settings"], KEY)
    assert result.stdout == ""
    assert written not in result.stderr


def test_rotate_prints_lines_for_a_store_and_writes_nothing(signing_app: Flask, path: Path) -> None:
    before = path.read_text()
    result = run(signing_app, "rotate", "--print")
    assert make_token_app(**settings_in(result.stdout))
    assert KEY in settings_in(result.stdout)
    assert path.read_text() == before


@pytest.mark.parametrize("variable", [KEY, f"{KEY}_FILE"])
def test_rotate_writes_no_file_that_would_be_ignored(
    signing_app: Flask, path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    before = path.read_text()
    monkeypatch.setenv(variable, "somewhere")
    result = run(signing_app, "rotate")
    assert result.exit_code == 1
    assert f"{variable} of the environment" in result.stderr
    assert path.read_text() == before


def test_rotate_does_not_write_the_file_of_a_setting(signing_app: Flask, path: Path) -> None:
    path.write_text(f"{KEY}_FILE=/run/secrets/key\n")
    result = run(signing_app, "rotate")
    assert result.exit_code == 1
    assert f"the file that {KEY}_FILE names" in result.stderr


def test_rotate_says_in_one_line_that_it_cannot_write(
    signing_app: Flask, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    before = path.read_text()
    monkeypatch.setattr("config.env_file.os.fsync", fail)
    result = run(signing_app, "rotate")
    #: if cookiecutter.observability
    lines = result.stderr.splitlines()
    #: else
    # The line of the event comes before.
    lines = [each for each in result.stderr.splitlines() if not each.startswith("security=")]
    #: endif
    assert (result.exit_code, len(lines)) == (1, 1)
    assert "nothing has changed" in result.stderr
    assert path.read_text() == before


#: if cookiecutter.jwt_algorithm == "HS256"
def test_rotate_ends_every_token_and_says_so(signing_app: Flask, path: Path) -> None:
    token = token_of(signing_app)
    assert "All tokens end" in run(signing_app, "rotate").stderr
    after = make_token_app(**settings_in(path.read_text()))
    assert (accepts(signing_app, token), accepts(after, token)) == (True, False)


#: else
def test_a_rotation_ends_no_token_until_its_key_is_pruned(signing_app: Flask, path: Path) -> None:
    token = token_of(signing_app)
    first = signing_app.extensions["signing_keys"].kid
    said = run(signing_app, "rotate").stderr
    assert f"flask keys prune -- {first}" in said
    after = make_token_app(**settings_in(path.read_text()))
    assert accepts(after, token)
    assert run(after, "prune", "--", first).exit_code == 0
    assert settings_in(path.read_text()).keys() == {KEY}
    pruned = make_token_app(**settings_in(path.read_text()))
    assert not accepts(pruned, token)
    assert accepts(pruned, token_of(after))


def test_show_lists_the_kids(signing_app: Flask, path: Path) -> None:
    first = signing_app.extensions["signing_keys"].kid
    run(signing_app, "rotate")
    after = make_token_app(**settings_in(path.read_text()))
    assert run(after, "show").stdout.splitlines()[1:] == [
        f"signs      {after.extensions['signing_keys'].kid}",
        f"retired    {first}",
    ]


def test_prune_prints_which_setting_to_unset(signing_app: Flask, path: Path) -> None:
    run(signing_app, "rotate")
    after = make_token_app(**settings_in(path.read_text()))
    result = run(after, "prune", "--print", "--", signing_app.extensions["signing_keys"].kid)
    assert result.stdout == "# JWT_RETIRED_PUBLIC_KEYS is to be unset\n"


def test_prune_refuses_the_key_that_signs(signing_app: Flask, path: Path) -> None:
    before = path.read_text()
    result = run(signing_app, "prune", "--", signing_app.extensions["signing_keys"].kid)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert path.read_text() == before


#: endif
def test_show_names_the_algorithm_and_shows_no_secret(signing_app: Flask) -> None:
    result = run(signing_app, "show")
    assert result.stdout.startswith("algorithm  {{ cookiecutter.jwt_algorithm }}\n")
    secret = getattr(signing_app.extensions["settings"], KEY)
    assert not any(line in result.output for line in secret.splitlines())
