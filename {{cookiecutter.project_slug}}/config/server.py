"""Settings of the server: where it is, whom it believes, and how long it waits."""

from __future__ import annotations

from pydantic import Field

from config.core import CoreSettings
from config.fields import (
    Address,
    Hosts,
    #: if cookiecutter.cors
    Origins,
    #: endif
    PositiveNumber,
    Switch,
    WholeNumber,
)
from config.urls import SubPath


class ServerSettings(CoreSettings):
    """Addresses, processes, proxies, and what strangers may read."""

    BIND_ADDRESS: Address = Field("127.0.0.1", description="Address that the server is at.")
    PORT: PositiveNumber = Field(8000, le=65_535, description="Port that the server is at.")
    WEB_CONCURRENCY: PositiveNumber = Field(2, le=256, description="Worker processes.")
    KEEPALIVE_SECONDS: PositiveNumber = Field(
        75,
        le=3600,
        description="Time that a connection waits for its next request: longer than any proxy in "
        "front keeps it.",
    )
    REQUEST_HEAD_SECONDS: PositiveNumber = Field(
        10, le=60, description="Time in which a request's line and headers must be there."
    )
    REQUEST_BODY_SECONDS: PositiveNumber = Field(
        30, le=600, description="Time in which a request's body must be there, after its headers."
    )
    TRUSTED_PROXIES: WholeNumber = Field(
        0, le=10, description="Proxies in front whose X-Forwarded-* headers count."
    )
    SCRIPT_NAME: SubPath | None = Field(
        None,
        examples=["/shop"],
        description="Path that clients find this API under; none where it is at the host's root.",
    )
    TRUSTED_HOSTS: Hosts = Field(
        examples=["api.example.org"], description="Hosts that requests may name, comma-separated."
    )
    MAX_BODY_BYTES: PositiveNumber = Field(65_536, description="Length of the longest body.")
    RELEASE: str = Field(
        "development", pattern=r"^[\x21-\x7e]{1,100}$", description="Release id that /health tells."
    )
    #: if cookiecutter.cors
    CORS_ORIGINS: Origins = Field(
        (),
        examples=["https://www.example.org"],
        description="Origins whose pages may call this API, comma-separated, each scheme://host or "
        "scheme://host:port.",
    )
    #: endif
    OPENAPI_ENABLED: Switch = Field(True, description="Whether anybody reads /openapi.json.")
    #: if cookiecutter.api_docs != "none"
    DOCS_ENABLED: Switch = Field(
        True, description="Whether the page at /docs/ is there; it needs OPENAPI_ENABLED."
    )
    #: endif
