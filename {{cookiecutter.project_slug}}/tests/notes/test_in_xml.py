"""Notes in XML: what a change leaves alone, what caches compare, and what texts survive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fixtures.examples import find
from tests.fixtures.xml import XML, body_in_xml, schema_of

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.xml import Dialect

NOTES: Final = "/api/v1/me/notes"
BOTH: Final = {"Accept": XML, "Content-Type": XML}
# Read before there is an app: who reads operations makes one without a database.
WRITE: Final = find(f"POST {NOTES}")
# Members that differ from one answer to the next.
CHANGING: Final = {"id", "createdAt", "updatedAt"}

# Texts that XML cannot hold completely, or that a parser would change.
TEXTS: Final = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_characters="\0"),
        st.sampled_from("\r\n\t &<>]\"'\x01\x1f\x7f\x85\u2028\ufeff\ufffe\uffff김\U0001f680"),
    ),
    max_size=100,
)
LINES: Final = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=40
)


def lasting(document: Any) -> Any:
    """Return the members that do not differ from one answer to the next."""
    return {name: value for name, value in document.items() if name not in CHANGING}


@pytest.mark.checklist("input.content-type")
def test_a_change_in_xml_leaves_alone_what_it_does_not_name(api: Api, account: Person) -> None:
    place = api.post(NOTES, account, json={"title": "a", "body": "b"}).headers["Location"]
    api.patch(place, account, data=b"<changeNote><body/></changeNote>", headers=BOTH)
    assert api.get(place, account).json["body"] == ""
    api.patch(place, account, data=b"<changeNote><title>c</title></changeNote>", headers=BOTH)
    changed = api.get(place, account).json
    assert (changed["title"], changed["body"]) == ("c", "")
    api.patch(place, account, data=b"<changeNote/>", headers=BOTH, status=422)
    for element in (b"title", b"body"):
        nil = b'<%b xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>' % element
        body = b"<changeNote>" + nil + b"</changeNote>"
        api.patch(place, account, data=body, headers=BOTH, status=422)
    assert lasting(api.get(place, account).json) == lasting(changed)


@pytest.mark.checklist("output.content-type")
def test_a_copy_in_one_representation_is_not_current_in_the_other(
    api: Api, account: Person
) -> None:
    made = api.post(NOTES, account, json={"title": "a", "body": "b"})
    place, etag = made.headers["Location"], made.headers["ETag"]
    in_xml = api.get(place, account, headers={"Accept": XML}).headers["ETag"]
    assert in_xml != etag
    for accepted, known, status in (
        (XML, etag, 200),
        (XML, in_xml, 304),
        ("application/json", in_xml, 200),
        ("application/json", etag, 304),
    ):
        headers = {"Accept": accepted, "If-None-Match": known}
        answer = api.get(place, account, headers=headers, status=status)
        assert "Accept" in answer.vary
    changed = api.patch(place, account, json={"title": "c"}, headers={"If-Match": in_xml})
    for stale in (etag, in_xml):
        body = {"title": "d"}
        api.patch(place, account, json=body, headers={"If-Match": stale}, status=412)
    assert api.get(place, account).headers["ETag"] == changed.headers["ETag"]


@pytest.mark.checklist("output.content-type", "input.content-type")
def test_a_text_is_returned_unchanged_in_both_formats(
    api: Api, account: Person, dialect: Dialect
) -> None:
    schema = schema_of(WRITE.details["responses"]["201"]["content"])

    @settings(
        max_examples=30,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(title=LINES, body=TEXTS)
    def pass_on(title: str, body: str) -> None:
        note = {"title": title, "body": body}
        data = body_in_xml(WRITE, dialect, note)
        made = api.post(NOTES, account, data=data, headers=BOTH)
        place = made.headers["Location"]
        assert lasting(dialect.read(made.data, schema)) == note
        assert lasting(api.get(place, account).json) == note
        again = api.put(place, account, json=note, headers={"Accept": XML})
        assert lasting(dialect.read(again.data, schema)) == note

    pass_on()
