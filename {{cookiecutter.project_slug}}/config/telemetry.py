"""Settings of what operators see: log lines, metrics, traces, exceptions."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from config import urls
from config.fields import SERVER, Address, PositiveNumber, read_whole_number
from config.server import ServerSettings

# Names as HTTP has them (RFC 9110 section 5.1), values as W3C Baggage has them: percent-encoded.
HEADERS: Final = re.compile(
    r"[\w!#$%&'*+.^`|~-]+=[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+", re.ASCII
)


def check_url(url: str) -> str:
    """Refuse what is no plain address of a server: credentials belong in the headers."""
    parts = urls.split(url)
    if parts is None or parts.username or parts.query or parts.fragment:
        raise ValueError("must be a URL such as http://localhost:4318, without user or query")
    return url


def check_headers(text: str) -> str:
    """Refuse a text that is no list of headers."""
    if not all(HEADERS.fullmatch(each.strip()) for each in text.split(",")):
        raise ValueError("must list headers, each name=value, the value percent-encoded")
    return text


def check_dsn(dsn: str) -> str:
    """Refuse a DSN without key, server or project."""
    parts = urls.split(dsn)
    if parts is None or not parts.username or not parts.path.rpartition("/")[2].isdigit():
        raise ValueError("must be a DSN such as https://key@errors.example.org/1")
    return dsn


def read_port(value: Any) -> Any:
    """Read a port; Kubernetes may set a variable of the same name to a URL."""
    if isinstance(value, str) and value.startswith(("tcp://", "udp://")):
        raise ValueError(
            "must be a whole number; Kubernetes sets it in every pod where a Service is called"
            " metrics: say enableServiceLinks: false"
        )
    return read_whole_number(value)


Port = Annotated[int, BeforeValidator(read_port), Field(ge=1, le=65_535)]
TelemetryURL = Annotated[str, AfterValidator(check_url), SERVER]
TelemetryHeaders = Annotated[str, AfterValidator(check_headers)]
SentryDSN = Annotated[str, AfterValidator(check_dsn), SERVER]


class TelemetrySettings(ServerSettings):
    """What is told, and where."""

    APP_LOG_LEVEL: Literal["debug", "info", "warning", "error"] = Field(
        "info",
        description="Least level of the app's own lines: debug, info, warning or error. "
        "Requests and security events are always logged.",
    )
    SLOW_QUERY_MILLISECONDS: PositiveNumber = Field(
        100, description="Time from which a database command is logged as slow."
    )
    METRICS_ADDRESS: Address = Field("127.0.0.1", description="Address that the metrics are at.")
    METRICS_PORT: Port | None = Field(
        None, examples=[9100], description="Port that the metrics are at; none where it is unset."
    )
    OTEL_EXPORTER_OTLP_ENDPOINT: TelemetryURL | None = Field(
        None,
        examples=["http://localhost:4318"],
        description="Collector that takes traces by OTLP/HTTP; none are made without one.",
    )
    OTEL_EXPORTER_OTLP_HEADERS: TelemetryHeaders | None = Field(
        None,
        repr=False,
        examples=["api-key=change-me"],
        description="Headers for the collector, as name=value, comma-separated.",
    )
    OTEL_TRACES_SAMPLER_ARG: float = Field(
        1.0, ge=0, le=1, description="Share of the requests that is traced."
    )
    SENTRY_DSN: SentryDSN | None = Field(
        None,
        repr=False,
        examples=["https://key@errors.example.org/1"],
        description="Where exceptions are reported; nowhere without it.",
    )

    @field_validator("METRICS_PORT")
    @classmethod
    def _check_metrics_port(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and value == info.data.get("PORT"):
            raise ValueError("must not be PORT again")
        return value
