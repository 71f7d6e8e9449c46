"""Lines have one form, and show the place of an exception but not its message."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from app.observability import logs
from tests.fixtures.accounts import CANARY


def record(message: str, *arguments: object, **fields: Any) -> logging.LogRecord:
    made = logging.getLogger("app.somewhere").makeRecord(
        "app.somewhere", logging.WARNING, __file__, 1, message, arguments, fields.get("exc_info")
    )
    made.__dict__.update(fields)
    return made


@pytest.fixture
def failure() -> BaseException:
    """Return an exception with a cause, both with a message that must not be shown."""

    def fail():
        try:
            {}[CANARY]
        except KeyError as error:
            raise ValueError(CANARY) from error

    with pytest.raises(ValueError, match=CANARY) as raised:
        fail()
    return raised.value


def test_a_line_of_production_is_json_that_says_when_where_and_what():
    line = json.loads(logs.make_formatter("json").format(record("%d 김치", 3)))
    assert datetime.now(UTC) >= datetime.fromisoformat(line.pop("timestamp"))
    assert line == {"event": "3 김치", "level": "warning", "logger": "app.somewhere"}


def test_a_line_of_development_is_readable_text():
    line = logs.make_formatter("readable").format(record("three %s", "pots"))
    assert line[2] == line[5] == ":"
    assert line[8:].startswith(" [warning  ] three pots")
    assert "\n" not in line


def test_a_line_within_a_request_has_its_id(app, client):
    lines = []

    def tell():
        lines.append(json.loads(logs.make_formatter("json").format(record("within"))))

    app.before_request_funcs[None].append(tell)
    try:
        answer = client.get("/health/live")
    finally:
        app.before_request_funcs[None].remove(tell)
    assert [line["requestId"] for line in lines] == [answer.headers["X-Request-ID"]]


def test_production_hides_exception_messages_and_development_shows_them(failure):
    about = (type(failure), failure, failure.__traceback__)
    hidden = json.loads(logs.make_formatter("json").format(record("failed", exc_info=about)))
    shown = logs.make_formatter("readable").format(record("failed", exc_info=about))
    assert CANARY not in str(hidden)
    assert hidden["exception"].count("Traceback (most recent call last):") == 2
    assert hidden["exception"].index("KeyError") < hidden["exception"].index("builtins.ValueError")
    assert __file__ in hidden["exception"]
    assert f"ValueError: {CANARY}" in shown


@pytest.mark.parametrize(
    ("message", "arguments", "told"),
    [
        ("sent to %s", (CANARY,), "sent to %s"),
        (f"sent to {CANARY}", (), "a library's own words"),
    ],
    ids=["a template", "a text"],
)
def test_production_hides_the_values_in_lines_of_libraries(message, arguments, told):
    foreign = record(message, *arguments, name="urllib3.connectionpool")
    line = json.loads(logs.make_formatter("json").format(foreign))
    assert (line["event"], line["place"]) == (told, f"{__file__}:1")
    assert CANARY in logs.make_formatter("readable").format(foreign)


def test_circular_causes_of_exceptions_end(failure):
    failure.__cause__.__cause__ = failure
    assert logs.describe(failure).count("Traceback") == 2


def test_a_line_that_is_not_utf_8_is_written_nevertheless():
    assert json.loads(logs.dump({"event": "\udcff", "number": 1}))["event"] == r"'\udcff'"


@pytest.mark.parametrize("_turn", ["one", "next"])
def test_settings_choose_the_form_and_the_level_of_one_test(make_app, capsys, monkeypatch, _turn):
    app = make_app()
    # The suite records everything.
    logs.APP.setLevel(logging.NOTSET)
    root = logging.getLogger()
    before = [*root.handlers]
    assert not any(isinstance(each, logs.StandardError) for each in before)
    logs.init_app(app)
    assert root.handlers == before
    for style, level in (("json", logging.INFO), ("readable", logging.INFO)):
        monkeypatch.setattr(type(app.extensions["settings"]), "LOG_STYLE", style)
        logs.init_app(app)
        assert len(root.handlers) == len(before) + 1
        assert logs.APP.level == level
    logs.APP.info("seen")
    logging.getLogger("pymongo").info("a library's chatter")
    (line,) = capsys.readouterr().err.splitlines()
    assert "seen" in line
