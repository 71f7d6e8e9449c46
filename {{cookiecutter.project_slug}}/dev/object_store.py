"""An embedded object store for development and tests, where no store is named.

It speaks the protocol of S3 in a process of its own, and enforces an upload's policy: signature,
size, type and key. It serves only this machine, and shows a file to whoever has its address, as a
CDN would.
"""

from __future__ import annotations

import importlib.util
import json
import secrets
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from config.object_store import make_session
from dev import folder_locks, ports
from dev.children import child
from dev.database import ATTEMPTS, is_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BUCKET: Final = "files"
REGION: Final = "us-east-1"
# The settings of a store; if one of them is set, no embedded store is started.
SETTINGS: Final = (
    "S3_ENDPOINT_URL",
    "S3_REGION",
    "S3_BUCKET",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "CDN_BASE_URL",
)
# Any page in this machine's browsers may upload, and anybody who knows a name may read.
PAGES: Final = {
    "CORSRules": [
        {"AllowedOrigins": ["*"], "AllowedMethods": ["POST", "GET"], "AllowedHeaders": ["*"]}
    ]
}
READABLE: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
        }
    ],
}


class EmbeddedStoreError(Exception):
    """Raised with one line when the embedded object store cannot be started."""


def locate(port: int, secret: str) -> dict[str, str]:
    """Return the settings that name an embedded store."""
    address = f"http://127.0.0.1:{port}"
    values = (address, REGION, BUCKET, "development", secret, f"{address}/{BUCKET}")
    return dict(zip(SETTINGS, values, strict=True))


@contextmanager
def embedded_store(folder: Path) -> Iterator[dict[str, str]]:
    """Run a store on *folder* until the block ends; yield the settings that name it."""
    if importlib.util.find_spec("ministack") is None:
        raise EmbeddedStoreError("no embedded object store is installed: set S3_ENDPOINT_URL")
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            # The child holds the lock, too.
            with folder_locks.locked(folder) as lock:
                settings = _start(folder, lock, stack)
        except folder_locks.InUseError:
            message = f"{folder} is in use by another `make run`: end it, or set S3_ENDPOINT_URL"
            raise EmbeddedStoreError(message) from None
        _prepare(settings)
        yield settings


def _start(folder: Path, lock: int, stack: ExitStack) -> dict[str, str]:
    # Another process may take the port between its choice and its use: then choose again.
    for _ in range(ATTEMPTS):
        settings = locate(port := ports.find_free(), secrets.token_urlsafe(32))
        variables = _variables(folder, port, settings)
        store = child("dev.object_store_process", variables=variables, held=[lock])
        if is_up(stack.enter_context(store), port):
            return settings
    raise EmbeddedStoreError(f"the embedded object store does not start on {folder}")


def _variables(folder: Path, port: int, settings: Mapping[str, str]) -> dict[str, str]:
    return {
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": settings["S3_ACCESS_KEY_ID"],
        "AWS_SECRET_ACCESS_KEY": settings["S3_SECRET_ACCESS_KEY"],
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LOG_LEVEL": "ERROR",
        "S3_DATA_DIR": str(folder / "objects"),
        "S3_PERSIST": "1",
        "SERVICES": "s3",
        # Other services that it emulates would listen, too.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "TMPDIR": str(folder),
    }


def _prepare(settings: Mapping[str, str]) -> None:
    """Make the bucket, as an operator would: readable for the CDN, writable for pages."""
    client = connect(settings)
    # It exists already after the first start.
    with suppress(client.exceptions.BucketAlreadyOwnedByYou):
        client.create_bucket(Bucket=BUCKET)
    client.put_bucket_cors(Bucket=BUCKET, CORSConfiguration=PAGES)
    # New buckets of S3 show nothing to strangers whatever their policy says.
    client.delete_public_access_block(Bucket=BUCKET)
    client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(READABLE))


def connect(settings: Mapping[str, str]) -> Any:
    """Return a client of the store that *settings* name, with every right."""
    from botocore.config import Config  # noqa: PLC0415 - it takes a third of a second.

    return make_session().create_client(
        "s3",
        endpoint_url=settings["S3_ENDPOINT_URL"],
        region_name=settings["S3_REGION"],
        aws_access_key_id=settings["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["S3_SECRET_ACCESS_KEY"],
        config=Config(s3={"addressing_style": "path"}, proxies={}),
    )
