"""Each media type is read and written, and JSON is the default."""

from __future__ import annotations

import pytest

from app.errors import MalformedRequestError
from app.media_types import MEDIA_TYPES, READERS, WRITERS, read_json, read_multipart, write_json
from app.schemas import File, Representation, Schema


class Given(Schema):
    """What is read."""

    some_name: str


class Form(Schema):
    """What a form has."""

    picture: File
    another: File | None = None
    name: str


class Shown(Representation):
    """What is written."""

    some_name: str


def test_every_type_that_is_written_can_be_read():
    assert WRITERS.keys() <= READERS.keys()
    assert MEDIA_TYPES[0] == "application/json"


def test_json_is_read_as_it_is():
    assert read_json('{"a": ["김", 1, null]}'.encode(), Given) == {"a": ["김", 1, None]}


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'"\\ud800"', b"\xff", b"[" * 2000])
def test_invalid_json_is_malformed(body):
    with pytest.raises(MalformedRequestError):
        read_json(body, Given)


def test_json_is_written_under_the_names_of_the_wire():
    assert write_json(Shown(some_name="김")) == '{"someName":"김"}'.encode()


@pytest.fixture
def read_form(app):
    """Return a function that reads parts of a form, each a name, what is said of it, and bytes."""

    def read(*parts, end=b"--x--\r\n", boundary="x"):
        body = b"".join(
            b'--x\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n' % part
            for part in parts
        )
        form = f"multipart/form-data; boundary={boundary}"
        with app.test_request_context(method="POST", data=body, content_type=form):
            return read_multipart(body + end, Form)

    return read


FILE = b'; filename="../etc/passwd"\r\nContent-Type: text/html'


def test_a_file_of_a_form_is_read_in_base64_and_a_field_as_a_text(read_form):
    parts = (b"picture", FILE, b"\x89PNG\x00"), (b"name", b"", "김".encode())
    assert read_form(*parts) == {"picture": "iVBORwA=", "name": "김"}


def test_what_a_field_is_the_schema_says_and_not_the_sender(read_form):
    parts = (b"picture", b"", b"x"), (b"another", b"", b"y"), (b"name", FILE, "김".encode())
    assert read_form(*parts) == {"picture": "eA==", "another": "eQ==", "name": "김"}


def test_a_field_that_is_repeated_is_a_list(read_form):
    assert read_form((b"name", b"", b"a"), (b"name", FILE, b"b")) == {"name": ["a", "b"]}


@pytest.mark.parametrize(
    "torn",
    [{"end": b""}, {"end": b"--x"}, {"boundary": "y"}, {"boundary": ""}, {"boundary": "é"}],
    ids=str,
)
def test_a_torn_form_is_malformed(read_form, torn):
    with pytest.raises(MalformedRequestError):
        read_form((b"name", b"", b"a"), **torn)


def test_a_field_that_is_no_text_is_malformed(read_form):
    with pytest.raises(MalformedRequestError):
        read_form((b"name", FILE, b"\xff"))
