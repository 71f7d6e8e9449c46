"""Check the addresses and names of an object store, and the allowed types of files."""

from __future__ import annotations

import os
import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator

from config import urls
from config.fields import read_list

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
