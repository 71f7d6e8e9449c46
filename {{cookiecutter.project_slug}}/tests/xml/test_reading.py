"""Bodies in XML are read into the values of JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from app.context import context
from app.errors import InvalidInputError, MalformedRequestError
from app.hooks import validation
from app.operations import Operation
from app.schemas import Moment, Schema
from app.xml import read_xml
from app.xml.notation import UNFIT
from app.xml.reading import MOST_ELEMENTS, MOST_LEVELS

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


class Thing(Schema):
    """A thing."""

    some_name: str


class Box(Schema):
    """A box of things."""

    title: str
    size: int = 0
    is_open: bool = False
    weight: float = 0
    things: tuple[Thing, ...] = ()
    words: tuple[str, ...] = ()
    best_thing: Thing | None = None


def _read(inside: str):
    return read_xml(f"<box>{inside}</box>".encode(), Box)


def _mistakes(body: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInputError) as refused:
        read_xml(body.encode(), Box)
    return [(error.pointer, error.detail) for error in refused.value.errors]


@pytest.mark.parametrize(
    ("inside", "document"),
    [
        ("", {}),
        ("<title>a</title>", {"title": "a"}),
        ("<title/>", {"title": ""}),
        ("<title> a\tb\n </title>", {"title": " a\tb\n "}),
        ("<title>a\r\nb\rc&#13;&#xA;</title>", {"title": "a\nb\nc\r\n"}),
        ("<title>&lt;&#38;&gt;&quot;&apos;]]&gt;</title>", {"title": "<&>\"']]>"}),
        ("<title>a<![CDATA[<b>&amp;]]>c</title>", {"title": "a<b>&amp;c"}),
        ("<title>a<!-- b -->c</title>", {"title": "ac"}),
        ("<!-- a -->\n  <title>김 🚀</title>\r\n", {"title": "김 🚀"}),
        ('<title encoding="base64"> AQ\n== </title>', {"title": "\x01"}),
        (f'<title {XSI} xsi:nil="true"/>', {"title": None}),
        (f'<title {XSI} xsi:nil="1"></title>', {"title": None}),
        (f'<title {XSI} xsi:nil="false"/>', {"title": ""}),
        ("<size> 12 </size><isOpen>true</isOpen>", {"size": 12, "isOpen": True}),
        ("<weight>1.5e1</weight>", {"weight": 15.0}),
        ("<things/><words> </words>", {"things": [], "words": []}),
        ("<words><item>a</item><item/></words>", {"words": ["a", ""]}),
        (
            "<things> <thing><someName>a</someName></thing>\n<thing/> </things>",
            {"things": [{"someName": "a"}, {}]},
        ),
        ("<bestThing><someName>a</someName></bestThing>", {"bestThing": {"someName": "a"}}),
        (f'<bestThing {XSI} xsi:nil="true"/>', {"bestThing": None}),
        # For the schema to refuse.
        ("<unknown a='b'>c<d/></unknown>", {"unknown": None}),
        ("<unknown/><unknown/>", {"unknown": None}),
        ("<title xmlns='urn:x'>a</title>", {"{urn:x}title": None}),
        ("<title><b>a</b></title>", {"title": UNFIT}),
        ("<size>twelve</size>", {"size": UNFIT}),
        ('<title encoding="base64">?</title>', {"title": UNFIT}),
    ],
)
def test_a_body_is_read_into_the_values_of_json(inside, document):
    assert _read(inside) == document


@pytest.mark.parametrize("head", ["", "\ufeff", '<?xml version="1.0"?>', "\n<!-- a -->"])
def test_text_before_the_root_is_ignored(head):
    assert read_xml(f"{head}<box/>\n<!-- b -->\n".encode(), Box) == {}


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "Utf-8"])
def test_the_encoding_may_be_declared(encoding):
    body = f'<?xml version="1.0" encoding="{encoding}" standalone="yes"?><box/>'
    assert read_xml(body.encode(), Box) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"box",
        b'{"title": "a"}',
        b"<box>",
        b"<box></bax>",
        b"<box/><box/>",
        b"<box/>a",
        b"<box><title></box>",
        b"<box>&unknown;</box>",
        b"<box>&#0;</box>",
        b"<box>&#1;</box>",
        b"<box>\x01</box>",
        b"<box>\xff</box>",
        b"<box>\xc0\xaf</box>",
        b"<box>\xed\xa0\x80</box>",
        b"<box a='1' a='2'/>",
        b"<box><x:title/></box>",
        b"<!DOCTYPE box><box/>",
        b"<!DOCTYPE box []><box/>",
        b'<!DOCTYPE box SYSTEM "http://127.0.0.1/x"><box/>',
        b"<?style x?><box/>",
        b"<box><?style x?></box>",
        b"<box/><?style x?>",
        b' <?xml version="1.0"?><box/>',
        b'<?xml version="1.1"?><box/>',
        b'<?xml version="1.0" encoding="latin-1"?><box/>',
        b'<?xml version="1.0" encoding="utf-16"?><box/>',
        "<box/>".encode("utf-16"),
        "<box/>".encode("utf-16-be"),
        "<box/>".encode("utf-32"),
        b"<a>" * (MOST_LEVELS + 1) + b"</a>" * (MOST_LEVELS + 1),
        b"<box>" + b"<a/>" * MOST_ELEMENTS + b"</box>",
        # A torn body is malformed, whatever else is wrong.
        b"<wrong a='b'>text<title/><title/>",
    ],
)
def test_invalid_xml_is_malformed(body):
    with pytest.raises(MalformedRequestError):
        read_xml(body, Box)


@pytest.mark.parametrize(
    "body",
    [
        b"<box>" + b"<a>" * (MOST_LEVELS - 1) + b"</a>" * (MOST_LEVELS - 1) + b"</box>",
        b"<box>" + b"<a/>" * (MOST_ELEMENTS - 1) + b"</box>",
    ],
)
def test_a_body_just_within_the_limits_is_read(body):
    assert read_xml(body, Box) == {"a": None}


ALONE = "Takes no attributes but xsi:nil and encoding."


@pytest.mark.parametrize(
    ("body", "mistakes"),
    [
        ("<wrong/>", [("", "The root element must be box.")]),
        ("<box xmlns='urn:x'/>", [("", "The root element must be box.")]),
        ("<box a='b'/>", [("", ALONE)]),
        ("<box a='b' c='d'><title e='f'/></box>", [("", ALONE), ("/title", ALONE)]),
        ("<box encoding='base64'/>", [("", ALONE)]),
        ("<box><size encoding='base64'>MQ==</size></box>", [("/size", ALONE)]),
        ("<box><title encoding='gzip'/></box>", [("/title", ALONE)]),
        ("<box><title nil='true'/></box>", [("/title", ALONE)]),
        (f"<box><title {XSI} xsi:nil='yes'/></box>", [("/title", ALONE)]),
        (f"<box><title {XSI} xsi:type='x'/></box>", [("/title", ALONE)]),
        ("<box><title xml:lang='ko'/></box>", [("/title", ALONE)]),
        ("<box><title/><title/></box>", [("/title", "Must be given once.")]),
        ("<box>a<title/></box>", [("", "Must hold elements and no text.")]),
        ("<box><words>a</words></box>", [("/words", "Must hold elements and no text.")]),
        (
            "<box><words><item/><word/></words></box>",
            [("/words", "Must hold elements called item alone.")],
        ),
        (
            "<box><things><thing/><thing><someName/><someName/></thing></things></box>",
            [("/things/1/someName", "Must be given once.")],
        ),
        (
            f"<box><title {XSI} xsi:nil='true'>a</title></box>",
            [("/title", "Must be empty where it is nil.")],
        ),
    ],
)
def test_mistakes_that_json_cannot_have_are_reported_at_their_place(body, mistakes):
    assert _mistakes(body) == mistakes


def test_the_number_of_mistakes_is_limited():
    assert len(_mistakes("<box>" + "<title/>" * 100 + "</box>")) == 20


class Typed(Schema):
    """A member of each type, of which a body names one."""

    whole: int | None = None
    ratio: float | None = None
    flag: bool | None = None
    cost: Decimal | None = None
    key: UUID | None = None
    moment: Moment | None = None
    several: list[int] | None = None


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("whole", "7", 7),
        ("ratio", "7", 7.0),
        ("flag", "true", True),
        ("cost", "1.10", Decimal("1.10")),
        ("key", "0197a1f2-3c4d-7e5f-8a6b-9c0d1e2f3a4b", UUID("0197a1f23c4d7e5f8a6b9c0d1e2f3a4b")),
        ("moment", "2026-01-31T09:26:53Z", datetime(2026, 1, 31, 9, 26, 53, tzinfo=UTC)),
        ("several", "<item>1</item><item>2</item>", [1, 2]),
    ],
)
def test_types_that_are_strict_in_json_are_read_from_texts(app, name, text, expected):
    body = f"<typed><{name}>{text}</{name}></typed>"
    with app.test_request_context("/", method="POST", data=body):
        context.operation, context.body_type = Operation(body=Typed), "application/xml"
        validation.read_body()
        assert getattr(context.body, name) == expected
