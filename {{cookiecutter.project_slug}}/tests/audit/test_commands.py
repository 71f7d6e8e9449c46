"""What an operator does by a command is recorded as the operator's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.database import preparation

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import Person
    from tests.fixtures.audit import ReadEvents


def test_the_end_of_sessions_by_a_command_is_recorded(
    app: Flask, account: Person, read_events: ReadEvents
) -> None:
    arguments = ["accounts", "end-sessions", "--id", str(account.id)]
    assert app.test_cli_runner().invoke(args=arguments).exit_code == 0
    (event,) = read_events()
    assert (event["what"], event["actor"], event["account"]) == (
        "session-ended",
        "operator",
        account.id,
    )
    assert "requestId" not in event


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (("keys", "rotate", "--print"), "keys-rotated"),
        #: if cookiecutter.field_encryption
        (("encryption", "rotate"), "encryption-rotated"),
        (("encryption", "apply"), "encryption-applied"),
        #: endif
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_keys_that_a_command_changes_are_recorded(
    app: Flask, read_events: ReadEvents, command: tuple[str, ...], what: str
) -> None:
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 0, result.output
    (event,) = read_events()
    assert (event["what"], event["actor"]) == (what, "operator")
    assert event.keys() & {"account", "requestId"} == set()


def test_keys_are_not_handed_over_where_that_cannot_be_recorded(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "is_database_answering", lambda: False)
    result = app.test_cli_runner().invoke(args=["keys", "rotate", "--print"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: MongoDB does not answer\n"
