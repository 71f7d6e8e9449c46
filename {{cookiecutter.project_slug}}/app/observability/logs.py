"""One form for the lines of all loggers: JSON in production, readable in development.

Libraries and app use the standard library's loggers; structlog formats their records. The lines of
requests come from app/observability/request_record.py.
"""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TextIO

import orjson
from flask import has_request_context
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

from app import security_events
from app.context import context
from app.extensions import app_settings
from app.observability import slow_queries

if TYPE_CHECKING:
    from flask import Flask
    from structlog.typing import EventDict, Processor, WrappedLogger

APP: Final = logging.getLogger("app")

# The only other logger whose lines are known to repeat nothing of a request.
SERVER: Final = "gunicorn.error"


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to the current sys.stderr, as logging.lastResort does."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # read alone
        """Standard error."""
        return sys.stderr


def init_app(app: Flask) -> None:
    """Set the form of this process's lines, if the settings name one; the last app decides."""
    settings = app_settings.of(app)
    if settings.LOG_STYLE is None:
        return
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, StandardError)]:
        root.removeHandler(handler)
    handler = StandardError()
    handler.setFormatter(make_formatter(settings.LOG_STYLE))
    root.addHandler(handler)
    # Libraries stay at WARNING: below that, some of them log the values they were given.
    if APP.level == logging.NOTSET:
        APP.setLevel(settings.APP_LOG_LEVEL.upper())
    app.log_exception = log_exception  # type: ignore[method-assign]  # Flask's line has the path


def log_exception(exc_info: Any) -> None:
    """Log the exception behind a 500."""
    APP.error("an exception that nobody foresaw", exc_info=exc_info)


def make_formatter(style: str) -> logging.Formatter:
    """Return a formatter for the standard library's records, of *style* json or readable."""
    last: list[Processor] = [remove_own, as_text]
    if style == "json":
        last = [hide_values, remove_own, as_json]
    return ProcessorFormatter(
        foreign_pre_chain=[
            add_time,
            add_log_level,
            add_logger_name,
            add_request,
            ExtraAdder(allow=[*slow_queries.FIELDS, *security_events.FIELDS]),
        ],
        processors=last,
        pass_foreign_args=True,
    )


def add_time(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    """Put the time first."""
    return {"timestamp": datetime.now(UTC), **line}


def add_request(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    """Add the id of the current request, so that its lines can be found from the answer."""
    if has_request_context() and context.has_request_id:
        line["requestId"] = context.request_id
    return line


def hide_values(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    """Leave out what may repeat a request: exception messages, and values in libraries' lines.

    An exception is logged by its class and place, a library's line by its place and, if it is
    separate from the values, its text.
    """
    record: logging.LogRecord = line["_record"]
    if record.name not in {APP.name, SERVER} and not record.name.startswith(f"{APP.name}."):
        is_template = bool(line["positional_args"])
        line["event"] = str(record.msg) if is_template else "a library's own words"
        line["place"] = f"{record.pathname}:{record.lineno}"
    if exc_info := line.pop("exc_info", None):
        line["exception"] = describe(exc_info[1])
    return line


def describe(error: BaseException) -> str:
    """Return a traceback, causes first, with the names of exceptions but not their messages."""
    texts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        kind = f"{type(current).__module__}.{type(current).__qualname__}"
        frames = traceback.format_tb(current.__traceback__)
        texts.append("".join(["Traceback (most recent call last):\n", *frames, kind]))
        context_shown = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or context_shown
    return "\n\n".join(reversed(texts))


def remove_own(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    """Remove what structlog added for other processors."""
    for name in ("_record", "_from_structlog", "positional_args"):
        del line[name]
    return line


def as_json(_logger: WrappedLogger, _name: str, line: EventDict) -> str:
    """Return a line of JSON."""
    return dump(line).decode()


def dump(line: EventDict) -> bytes:
    """Return a line of JSON, whatever a library put into it."""
    try:
        return orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z)
    except TypeError:
        # A lone surrogate, which stands for a byte that is not UTF-8.
        return orjson.dumps({name: ascii(value) for name, value in line.items()})


_console: Final = ConsoleRenderer(
    colors=False, exception_formatter=plain_traceback, pad_event_to=0, sort_keys=False
)


def as_text(_logger: WrappedLogger, _name: str, line: EventDict) -> str:
    """Return a line for a developer, who sees exceptions whole."""
    line["timestamp"] = f"{line['timestamp'].astimezone():%H:%M:%S}"
    return str(_console(None, "", line))
