"""Addresses, buckets and types: which are accepted, and which are unsafe."""

from __future__ import annotations

import pytest

from config import object_store


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://cdn.example.org", "https://cdn.example.org"),
        ("https://cdn.example.org/", "https://cdn.example.org"),
        ("https://cdn.example.org:8443/files/", "https://cdn.example.org:8443/files"),
        ("https://[2001:db8::1]:9000", "https://[2001:db8::1]:9000"),
        ("http://localhost:9000", "http://localhost:9000"),
        ("http://127.0.0.1:9000/files", "http://127.0.0.1:9000/files"),
        ("http://[::1]:9000", "http://[::1]:9000"),
    ],
)
def test_an_address_is_kept_without_its_last_slash(url: str, kept: str) -> None:
    assert object_store.check_base_url(url) == kept


@pytest.mark.parametrize(
    "url",
    [
        "cdn.example.org",
        "//cdn.example.org",
        "http://cdn.example.org",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "ftp://localhost",
        "https://",
        "https:///files",
        "https://user:secret@cdn.example.org",
        "https://cdn.example.org?a=b",
        "https://cdn.example.org#a",
        "https://cdn.example.org:x",
        "https://cdn.example.org:0",
        "https://cdn.example.org/a b",
        'https://cdn.example.org/"',
        "https://한글.example.org",
        "https://[::1",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"^must ") as refused:
        object_store.check_base_url(url)
    assert "example" not in str(refused.value)


@pytest.mark.parametrize("name", ["files", "my-files.example.org", "a1b", "a" * 63])
def test_a_bucket_has_a_name_that_all_stores_take(name: str) -> None:
    assert object_store.check_bucket(name) == name


@pytest.mark.parametrize("name", ["ab", "a" * 64, "Files", "my_files", "-files", "files.", "a..b"])
def test_other_bucket_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="must be 3 to 63"):
        object_store.check_bucket(name)


def test_types_are_taken_as_they_are_listed() -> None:
    types = (
        "image/png",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "text/csv",
        "video/mp4",
    )
    assert object_store.check_content_types(types) == types


@pytest.mark.parametrize(
    "media_type",
    [
        "text/html",
        "application/xhtml+xml",
        "image/svg+xml",
        "text/xml",
        "application/xml",
        "text/javascript",
        "application/x-javascript",
        "application/ecmascript",
        "application/x-shockwave-flash",
        "application/mathml+xml",
    ],
)
def test_types_that_browsers_run_are_refused(media_type: str) -> None:
    with pytest.raises(ValueError, match="that browsers run"):
        object_store.check_content_types(("image/png", media_type))


@pytest.mark.parametrize("media_type", ["", "image", "image/*", "Image/png", "image/png;a=b"])
def test_invalid_media_types_are_refused(media_type: str) -> None:
    with pytest.raises(ValueError, match="must list media types"):
        object_store.check_content_types((media_type,))


def test_a_type_is_listed_once() -> None:
    with pytest.raises(ValueError, match="once"):
        object_store.check_content_types(("image/png", "image/png"))
