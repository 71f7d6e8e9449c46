"""Messages: every text in every language, whole, escaped, and of nobody else's words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from jinja2 import UndefinedError

from app.accounts.languages import Language
from app.mail import messages
from app.mail.letters import VALUES, Purpose
from app.mail.messages import TEMPLATES, Letter, compose
from tests.fixtures.mail import TOLD

HOSTILE = "<b>&amp;\"'\r\nBcc: canary@example.org"
PAIRS = [(purpose, language) for purpose in Purpose for language in Language]
VOID = {"meta", "br"}


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def make(purpose: str = Purpose.CONFIRM, language: str = "en", **values: str) -> Letter:
    told = {name: TOLD[name] for name in VALUES[Purpose(purpose)]} | values
    moment = datetime(2026, 11, 30, 2, 3, 4, tzinfo=UTC)
    return Letter(uuid4(), moment, purpose, "ann@example.org", language, told)


def texts(letter: Letter) -> tuple[str, str]:
    message = compose(letter)
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    return tuple(body.get_content() for body in bodies)


class Page(HTMLParser):
    """What an HTML text holds; a tag that is not closed in its turn is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.open: list[str] = []
        self.said = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Close a tag."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Keep what is said."""
        if "style" not in self.open:
            self.said += data


@pytest.mark.parametrize(("purpose", "language"), PAIRS)
def test_each_pair_of_texts_says_the_same_and_all_of_its_values(purpose, language):
    letter = make(purpose, language)
    text, html = texts(letter)
    page = Page(html)
    for value in letter.values.values():
        assert value in text
        assert value in page.said
    assert "{" not in text + page.said
    subject = compose(letter)["Subject"]
    said = " ".join(page.said.split())
    assert said == " ".join([subject, subject, *text.split()])


@pytest.mark.parametrize(("purpose", "language"), PAIRS)
def test_each_page_can_be_read_aloud_and_asks_no_server(purpose, language):
    _, html = texts(make(purpose, language))
    page = Page(html)
    tags = dict(page.tags)
    assert tags["html"] == {"lang": language}
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert not {"img", "link", "script", "iframe", "form"} & tags.keys()
    assert "url(" not in html
    # A link is its own text: nobody is led elsewhere than they read.
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links == [TOLD["link"]] * ("link" in VALUES[purpose])


@pytest.mark.parametrize(("purpose", "language"), PAIRS)
def test_hostile_values_change_neither_head_nor_page(purpose, language):
    hostile = dict.fromkeys(VALUES[purpose], HOSTILE)
    message = compose(make(purpose, language, **hostile))
    assert "Bcc" not in message
    assert [line for line in message["Subject"].splitlines() if "Bcc" in line] == []
    text, html = texts(make(purpose, language, **hostile))
    assert not re.search("(?m)^Bcc", text + html)
    assert "<b>" not in html
    assert ("&lt;b&gt;&amp;amp;" in html) == bool(hostile)


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("kind", ["txt", "html"])
def test_a_missing_value_is_an_error(purpose, kind):
    with pytest.raises(UndefinedError):
        messages._render(f"{purpose}.en.{kind}", {})


def test_there_is_one_pair_for_each_purpose_and_language_and_nothing_else():
    expected = {f"{purpose}.{language}" for purpose, language in PAIRS}
    found = {path.name for path in TEMPLATES.iterdir()} - {"layout.html"}
    assert found == {f"{pair}.{kind}" for pair in expected for kind in ("txt", "html")}
    assert VALUES.keys() == set(Purpose)


def test_a_language_that_is_not_written_is_the_first_one():
    assert compose(make(language="tlh"))["Content-Language"] == "en"


def test_a_letter_is_the_same_message_each_time():
    letter = make()
    first, second = compose(letter), compose(letter)
    assert first.items() == second.items()
    assert first["Message-ID"] == f"<{letter.id}@tests.test>"
    assert first["Date"].datetime == letter.written_at


def test_a_letter_says_that_a_machine_wrote_it():
    message = compose(make(language="ko"))
    assert message["From"] == "Tests <no-reply@tests.test>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ko"
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(("language", "hours"), [("en", "30 hours"), ("ko", "30시간")])
def test_a_letter_says_how_long_its_link_works(make_app, language, hours):
    with make_app(CONFIRM_TOKEN_SECONDS=30 * 3600).app_context():
        for text in texts(make(Purpose.CONFIRM, language)):
            assert hours in text


def test_a_sender_may_have_a_domain_beyond_ascii(make_app):
    with make_app(MAIL_FROM="서점 <no-reply@서점.example>").app_context():
        message = compose(make())
    assert message["From"].addresses[0].addr_spec == "no-reply@xn--2i4b60k.example"
    assert message["Message-ID"].isascii()


@pytest.mark.parametrize(
    ("purpose", "values"),
    [
        (Purpose.CONFIRM, {"link"}),
        (Purpose.ACCOUNT_EXISTS, set()),
        (Purpose.RESET, {"link"}),
        (Purpose.CHANGE_EMAIL, {"link"}),
    ],
)
def test_letters_to_strangers_quote_nothing_that_somebody_typed(purpose, values):
    assert VALUES[purpose] == values


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("ann@example.org", "ann@example.org"),
        ("ann@예시.test", "ann@xn--vv4b11d.test"),
        ("김민지@예시.test", "김민지@예시.test"),
        ("what is this", "what is this"),
    ],
)
def test_addresses_are_in_ascii_where_they_can_be(address, wire):
    assert messages.address_on_wire(address) == wire
