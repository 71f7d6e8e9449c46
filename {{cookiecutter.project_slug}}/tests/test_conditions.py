"""Conditional requests (RFC 9110 section 13)."""

from __future__ import annotations

import pytest

from app import conditions
from app.context import context
from app.errors import NotModified, PreconditionFailedError

ETAG = '"3"'

HOLDS = ['"3"', "*", '"1", "3"', '"3","1"', ' "3" ']
FAILS = ['"1"', 'W/"3"', '"03"', '"٣"', f'"{"3" * 5000}"', '"1", W/"3"', '"33"', "", '""', '"W/3"']
WEAK = ['"3"', 'W/"3"', "*", '"1", W/"3"', '"1","3"']
OTHER = ['"1"', 'W/"1"', "", '""', '"33", "1"']


def test_a_revision_has_one_etag(app):
    with app.test_request_context():
        context.answer_type = "application/json"
        assert conditions.etag_of(3) == ETAG


def _check(app, method="GET", media_type="application/json", **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with app.test_request_context(method=method, headers=sent):
        context.answer_type = media_type
        if method in conditions.READING:
            conditions.check_read(3)
        elif 3 not in conditions.read_expected():
            raise PreconditionFailedError


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_no_condition_always_holds(app, method):
    _check(app, method)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("header", HOLDS)
def test_if_match_holds_for_the_current_state(app, method, header):
    _check(app, method, If_Match=header)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("header", FAILS)
def test_if_match_compares_strongly_and_fails_for_another_state(app, method, header):
    with pytest.raises(PreconditionFailedError):
        _check(app, method, If_Match=header)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("header", WEAK)
def test_if_none_match_compares_weakly_and_answers_304_to_readers(app, method, header):
    with pytest.raises(NotModified) as found:
        _check(app, method, If_None_Match=header)
    assert found.value.etag == ETAG


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("header", WEAK)
def test_if_none_match_fails_for_a_writer_if_the_state_is_the_same(app, method, header):
    with pytest.raises(PreconditionFailedError):
        _check(app, method, If_None_Match=header)


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("header", OTHER)
def test_if_none_match_holds_for_another_state(app, method, header):
    _check(app, method, If_None_Match=header)


def test_if_match_is_checked_first(app):
    with pytest.raises(PreconditionFailedError):
        _check(app, If_Match='"1"', If_None_Match='"3"')
    with pytest.raises(NotModified):
        _check(app, If_Match='"3"', If_None_Match='"3"')
#: if cookiecutter.xml


def _check_in_xml(app, method="GET", **headers):
    _check(app, method, "application/xml", **headers)


def test_a_copy_in_another_representation_is_not_current(app):
    _check_in_xml(app, If_None_Match='"3"')
    _check(app, If_None_Match='"3-xml"')
    with pytest.raises(NotModified) as found:
        _check_in_xml(app, If_None_Match='"3", "3-xml"')
    assert found.value.etag == '"3-xml"'


@pytest.mark.parametrize("etag", ['"3"', '"3-xml"', "*"])
def test_a_writer_may_send_the_etag_of_any_representation(app, etag):
    for check in (_check, _check_in_xml):
        check(app, "PUT", If_Match=etag)
        with pytest.raises(PreconditionFailedError):
            check(app, "PUT", If_None_Match=etag)


@pytest.mark.parametrize("etag", ['"2"', '"2-xml"', '"3-json"', 'W/"3-xml"'])
def test_another_state_has_another_etag_in_every_representation(app, etag):
    for check in (_check, _check_in_xml):
        with pytest.raises(PreconditionFailedError):
            check(app, "PUT", If_Match=etag)
#: endif
