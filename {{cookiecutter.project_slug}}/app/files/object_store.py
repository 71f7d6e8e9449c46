"""The object store: any S3-compatible server, by configuration.

Files never pass through this API. It signs upload forms, checks what has arrived in the store, and
removes it.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from app.errors import ServiceUnavailableError
from app.extensions import PerApp, settings
from config.object_store import make_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What the store says of an object."""

    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class SignedForm:
    """A form that the store takes from whoever has it."""

    url: str
    fields: Mapping[str, str]


# botocore loads its model of the protocol before the first client, which two threads must not do at
# the same time.
_LOCK = Lock()


@dataclass(slots=True)
class _Store:
    """The client of one app, made when it is first needed."""

    client: Any = None


state: PerApp[_Store] = PerApp("store")


def init_app(app: Flask) -> None:
    """Prepare a place for the client; an existing client stays."""
    app.extensions.setdefault(state.name, _Store())


def warm_up() -> None:
    """Make the client now: it would take most of the time of a first request.

    No connection is opened, so that a server can do this before it forks and its workers share it.
    """
    _client()


def sign_form(key: str, headers: Mapping[str, str], size: int, seconds: int) -> SignedForm:
    """Sign a form that uploads *size* bytes as *key*, with these headers and no others.

    A POST policy (AWS Signature Version 4): the store refuses another key, another size, another
    header, one more field, and what begins after *seconds*. Nothing is asked of the store.
    """
    conditions = [*({name: text} for name, text in headers.items())]
    signed = _client().generate_presigned_post(
        settings.S3_BUCKET,
        key,
        Fields=dict(headers),
        Conditions=[*conditions, ["content-length-range", size, size]],
        ExpiresIn=seconds,
    )
    return SignedForm(signed["url"], signed["fields"])


def look_at(key: str) -> StoredObject | None:
    """Return what is stored as *key*, or None; raises ServiceUnavailableError."""
    with _asking() as client:
        try:
            head = client.head_object(Bucket=settings.S3_BUCKET, Key=key)
        except client.exceptions.ClientError as error:
            if _status_of(error) == HTTPStatus.NOT_FOUND:
                return None
            raise
    if "ContentLength" not in head:
        logger.error("The object store tells no sizes")
        raise ServiceUnavailableError
    return StoredObject(head["ContentLength"], head.get("ContentType", ""))


def remove(key: str) -> None:
    """Remove what is stored as *key*, if anything is; raises ServiceUnavailableError."""
    with _asking() as client:
        client.delete_object(Bucket=settings.S3_BUCKET, Key=key)


@contextmanager
def _asking() -> Iterator[Any]:
    """Turn what a store or a network can refuse into a ServiceUnavailableError."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see make_session().

    try:
        yield _client()
    except ClientError as error:
        # Wrong keys or no such bucket: for an operator to correct, and not a mistake of the client.
        code = error.response["Error"]["Code"]
        logger.error("The object store refused (%s, %d)", code, _status_of(error))  # noqa: TRY400
        raise ServiceUnavailableError from error
    except BotoCoreError as error:
        logger.warning("The object store did not answer: %s", type(error).__name__)
        raise ServiceUnavailableError from error


def _status_of(error: Any) -> int:
    return cast("int", error.response["ResponseMetadata"]["HTTPStatusCode"])


def _client() -> Any:
    store = state.current()
    if store.client is None:
        with _LOCK:
            store.client = store.client or _make_client()
    return store.client


_session = cache(make_session)


def _make_client() -> Any:
    from botocore.config import Config  # noqa: PLC0415 - see make_session().

    seconds = settings.S3_TIMEOUT_SECONDS
    return _session().create_client(
        "s3",
        endpoint_url=settings.S3_ENDPOINT_URL,
        region_name=settings.S3_REGION,
        aws_access_key_id=settings.S3_ACCESS_KEY_ID,
        aws_secret_access_key=settings.S3_SECRET_ACCESS_KEY,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": settings.S3_ADDRESSING},
            connect_timeout=seconds,
            read_timeout=seconds,
            # A request has three seconds: the client may try again, we do not.
            retries={"total_max_attempts": 1},
            proxies={},
            # Many compatible stores do not know the checksums of newer SDKs.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
