"""Settings of uploads: the object store, its CDN, and which files are accepted."""

from __future__ import annotations

import os
import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from config import urls
from config.core import CoreSettings
from config.fields import PositiveNumber, read_list

# What all S3-compatible stores take as the name of a bucket.
BUCKET: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]")

# RFC 6838 section 4.2, in lower case and without parameters.
MEDIA_TYPE: Final = re.compile(
    r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/(?P<subtype>[a-z0-9][a-z0-9!#$&^_.+-]{0,126})"
)
# Types that a browser runs, or shows as a page that may run something.
ACTIVE: Final = re.compile(r"(?:x-)?(?:html|xml|javascript|ecmascript|shockwave-flash)|.*\+xml")


def check_base_url(url: str) -> str:
    """Refuse a URL that is no https:// address without query; http:// on loopback is fine.

    People's files are sent there, and signatures with which anybody could upload one.
    """
    parts = urls.split(url)
    if parts is None or "@" in parts.netloc or parts.query or parts.fragment or not url.isascii():
        raise ValueError("must be a URL of scheme and host, without credentials and query")
    if re.search(r"[\s\"'<>\\]", url):
        raise ValueError("must be a URL without spaces and quotes")
    if not urls.is_private(url):
        raise ValueError("must begin with https://, or on this machine with http://")
    return url.rstrip("/")


def check_bucket(name: str) -> str:
    """Refuse a name that some S3-compatible store would not take."""
    if not BUCKET.fullmatch(name) or ".." in name:
        raise ValueError("must be 3 to 63 of a-z, 0-9, hyphens and dots, the name of a bucket")
    return name


def check_content_types(types: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what is no media type, and types that make a browser run a stranger's code."""
    for media_type in types:
        match = MEDIA_TYPE.fullmatch(media_type)
        if match is None:
            raise ValueError("must list media types such as image/png, in lower case")
        if ACTIVE.fullmatch(match["subtype"]):
            raise ValueError("must not list a type that browsers run, such as HTML, SVG or scripts")
    if len(set(types)) < len(types):
        raise ValueError("must list each media type once")
    return types


def make_session() -> Any:
    """Return a botocore session that only our settings configure.

    Profiles and variables of this machine are ignored, except for AWS_CA_BUNDLE.
    """
    # Imported late: it costs a quarter of a second and 40 MB, which many processes do not need.
    from botocore.session import Session  # noqa: PLC0415

    ignored = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in Session.SESSION_VARIABLES.items()
        if name != "ca_bundle"
    }
    nowhere = (None, None, os.devnull, None)
    return Session(session_vars={**ignored, "config_file": nowhere, "credentials_file": nowhere})


StoreURL = Annotated[str, AfterValidator(check_base_url)]
Bucket = Annotated[str, AfterValidator(check_bucket)]
ContentTypes = Annotated[
    tuple[str, ...], BeforeValidator(read_list), AfterValidator(check_content_types)
]


class UploadSettings(CoreSettings):
    """Where files are stored, and which are accepted."""

    S3_ENDPOINT_URL: StoreURL = Field(
        examples=["https://s3.ap-northeast-2.amazonaws.com"],
        description="Where the object store is, for this API and for its clients.",
    )
    S3_REGION: str = Field(
        pattern=r"^[a-z0-9-]{1,64}$",
        examples=["ap-northeast-2"],
        description="Region of the bucket.",
    )
    S3_BUCKET: Bucket = Field(
        examples=["example-files"], description="Bucket of the files, and of nothing else."
    )
    S3_ACCESS_KEY_ID: str = Field(
        pattern=r"^[\x21-\x7e]{1,128}$",
        examples=["AKIAEXAMPLE"],
        description="Key that signs uploads; it may write there.",
    )
    S3_SECRET_ACCESS_KEY: str = Field(
        pattern=r"^[\x21-\x7e]{8,256}$",
        repr=False,
        examples=["change-me"],
        description="Secret of that key.",
    )
    S3_ADDRESSING: Literal["path", "virtual"] = Field(
        "path", description="Whether the bucket is in the path or in the host: path or virtual."
    )
    S3_TIMEOUT_SECONDS: float = Field(
        1.2, gt=0, le=1.4, description="Time that one call of the object store may take."
    )
    CDN_BASE_URL: StoreURL = Field(
        examples=["https://cdn.example.org"],
        description="Where the CDN serves what is in the bucket.",
    )
    UPLOAD_CONTENT_TYPES: ContentTypes = Field(
        ("image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"),
        description="Media types of files that are taken, comma-separated.",
    )
    UPLOAD_MAX_BYTES: PositiveNumber = Field(
        10_485_760, le=5_368_709_120, description="Size of the largest file."
    )
    UPLOAD_PENDING_LIMIT: PositiveNumber = Field(
        20, le=1000, description="Files of one account that may wait to be confirmed."
    )
    UPLOAD_POLICY_SECONDS: PositiveNumber = Field(
        900, le=604_800, description="Time within which an upload must begin."
    )
    UPLOAD_EXPIRY_SECONDS: PositiveNumber = Field(
        3600, le=2_592_000, description="Time within which an upload must be confirmed."
    )

    @field_validator("UPLOAD_EXPIRY_SECONDS")
    @classmethod
    def _check_upload_expiry(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("UPLOAD_POLICY_SECONDS", 0):
            raise ValueError("must not be less than UPLOAD_POLICY_SECONDS")
        return value
