"""Each decorator states one part of an operation's contract, and enforces its own part of it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest
from pydantic import ValidationError

from app import decorators
from app.context import context
from app.decorators import Reply, accepts, returns, takes_query
from app.errors import NotModified, TooManyItemsError
from app.operations import Doc, Tag, operation_of
from app.schemas import Representation, Schema
from app.tokens.claims import TokenType

WORDS = Doc(Tag("Things", "Whatever it is."))


class Given(Schema):
    """What the views of this module take."""

    some_name: str


class Shown(Representation):
    """What they show."""

    some_name: str


@pytest.fixture(autouse=True)
def _request(app):
    with app.test_request_context():
        context.answer_type = "application/json"
        yield


def _view(**_: Any) -> Any:
    return None


@pytest.mark.parametrize(
    ("decorator", "name", "value"),
    [
        (decorators.public, "is_public", True),
        (decorators.with_refresh_token, "token_type", TokenType.REFRESH),
        (decorators.with_free_query, "has_free_query", True),
        (decorators.probe, "is_probe", True),
        (decorators.probe, "is_public", True),
        (decorators.without_database, "needs_database", False),
        (decorators.sends("text/css"), "gives", ("text/css",)),
        (decorators.streams("text/csv"), "gives", ("text/csv",)),
        (decorators.streams("text/csv"), "is_stream", True),
        (decorators.accepts(Given), "body", Given),
        (decorators.accepts(Given, ("text/csv",)), "takes", ("text/csv",)),
        (decorators.takes_query(Given), "query", Given),
        (decorators.returns(Shown), "returns", Shown),
        (decorators.raises(TooManyItemsError), "raises", (TooManyItemsError,)),
        (decorators.with_etag, "has_etag", True),
        (decorators.conditional, "has_etag", True),
        (decorators.conditional, "is_conditional", True),
        (decorators.cached, "is_cached", True),
        (decorators.documented(WORDS), "doc", WORDS),
        (decorators.unlisted, "is_unlisted", True),
        (decorators.returns(Shown, HTTPStatus.CREATED), "status", HTTPStatus.CREATED),
        #: if cookiecutter.throttling
        (decorators.limited_by("RATELIMIT_AUTH"), "limit_setting", "RATELIMIT_AUTH"),
        #: endif
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_decorator_writes_its_part_of_the_contract(decorator, name, value):
    def view(**_):
        return None

    assert getattr(operation_of(view), name) != value
    assert getattr(operation_of(decorator(view)), name) == value


def test_view_keeps_its_name_and_words_through_all_decorators():
    def view(**_):
        """Do something."""

    decorated = accepts(Given)(takes_query(Given)(returns(Shown)(view)))
    assert (decorated.__name__, decorated.__doc__) == ("view", "Do something.")
    assert operation_of(decorated) is operation_of(view)


def test_body_reaches_the_view():
    context.body = Given(someName="x")
    assert accepts(Given)(lambda body: body.some_name)() == "x"


def test_query_reaches_the_view():
    context.query = Given(someName="x")
    assert takes_query(Given)(lambda query: query.some_name)() == "x"


def test_arguments_of_the_path_reach_the_view_through_all_decorators():
    context.body = context.query = Given(someName="x")
    view = accepts(Given)(takes_query(Given)(lambda item, body, query: (item, body, query)))
    assert view(7) == (7, context.body, context.query)


@dataclass
class Stored:
    """What a view finds, in a revision."""

    some_name: str = "x"
    revision: int = 7


def test_a_value_is_answered_with_the_etag_of_its_revision():
    answer = decorators.with_etag(returns(Shown)(lambda: Reply(Stored(), {"Location": "/x"})))()
    assert (answer.headers["ETag"], answer.headers["Location"]) == ('"7"', "/x")


def test_a_conditional_change_is_handed_the_revisions_that_it_may_go_on_from(app):
    with app.test_request_context(method="PUT", headers={"If-Match": '"7", "9"'}):
        expected = decorators.conditional(lambda expected: expected)()
    assert [revision for revision in range(20) if revision in expected] == [7, 9]


def test_a_conditional_read_is_compared_with_what_it_found(app):
    def get():
        return Stored()

    with app.test_request_context(headers={"If-None-Match": '"7"'}):
        context.answer_type = "application/json"
        with pytest.raises(NotModified):
            decorators.conditional(returns(Shown)(get))()


def test_a_value_is_answered_as_its_schema_says():
    answer = returns(Shown)(lambda: {"some_name": "x", "password_hash": "y"})()
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.data == b'{"someName":"x"}'


def test_object_is_answered_by_its_attributes():
    class Account:
        some_name = "x"
        password_hash = "y"

    assert returns(Shown)(Account)().json == {"someName": "x"}


def test_text_is_answered_in_utf_8():
    assert "김".encode() in returns(Shown)(lambda: {"some_name": "김"})().data


def test_a_value_that_does_not_fit_its_schema_is_not_answered():
    with pytest.raises(ValidationError):
        returns(Shown)(lambda: {"another_name": "x"})()


def test_headers_of_a_reply_are_answered():
    answer = returns(Shown, HTTPStatus.CREATED)(
        lambda: Reply({"some_name": "x"}, {"Location": "/x"})
    )()
    assert (answer.status_code, answer.headers["Location"]) == (201, "/x")


def test_without_a_schema_there_is_neither_body_nor_type():
    answer = returns(None, HTTPStatus.NO_CONTENT)(_view)()
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Type" not in answer.headers


def test_without_a_schema_headers_are_answered_all_the_same():
    answer = returns(None, HTTPStatus.NO_CONTENT)(lambda: Reply(headers={"ETag": '"1"'}))()
    assert answer.headers["ETag"] == '"1"'


def test_another_media_type_is_sent_as_named():
    view = decorators.sends("application/jwk-set+json")(returns(Shown)(lambda: {"some_name": "x"}))
    context.answer_type = operation_of(view).gives[0]
    answer = view()
    assert answer.content_type == "application/jwk-set+json"
    assert answer.data == b'{"someName":"x"}'


def test_a_stream_is_made_as_it_is_sent_and_ended_with_its_answer():
    made = []

    def parts():
        try:
            for part in ("김", "b", "c"):
                made.append(part)
                yield part
        finally:
            made.append("end")

    answer = decorators.streams("text/csv")(parts)()
    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8")
    sent = answer.iter_encoded()
    assert [next(sent), next(sent), made] == ["김".encode(), b"b", ["김", "b"]]
    answer.close()
    assert made == ["김", "b", "end"]


def test_no_gateway_is_to_gather_a_stream():
    answer = decorators.streams("text/csv")(lambda: iter(()))()
    assert answer.headers["X-Accel-Buffering"] == "no"
