"""The order of the hooks, which is part of the HTTP contract."""

from __future__ import annotations

import pytest

from app import hooks
from app.hooks import BEFORE_REQUEST

ORDER = [
    "assign_request_id",
    "find_operation",
    "refuse_unknown_host",
    #: if cookiecutter.security_headers
    "refuse_plain_http",
    #: endif
    "refuse_until_prepared",
    "read_token",
    #: if cookiecutter.throttling
    "throttle_by_address",
    #: endif
    #: if cookiecutter.cors
    "answer_preflight",
    #: endif
    "authenticate",
    "refuse_unroutable",
    "check_accept",
    "check_content_type",
    "read_query",
    "read_body",
    "look_again",
    #: if cookiecutter.throttling
    "throttle_by_account",
    #: endif
]


def test_steps_come_in_the_order_of_the_contract():
    assert [step.__name__ for step in BEFORE_REQUEST] == ORDER


def test_nothing_after_a_step_that_answers_runs(app, monkeypatch):
    steps = []

    def step(name, answer=None):
        def run():
            steps.append(name)
            return answer

        return run

    taken = (step("first"), step("second", "an answer"), step("third"))
    monkeypatch.setattr(hooks, "BEFORE_REQUEST", taken)
    with app.test_request_context():
        assert hooks.walk() == "an answer"
    assert steps == ["first", "second"]


def test_flask_has_one_hook_before_a_request(app):
    assert app.before_request_funcs[None] == [hooks.walk]


@pytest.mark.parametrize(
    ("request_changes", "status"),
    [
        ({"headers": {"Host": "elsewhere.example"}, "path": "/api/v1/nothing"}, 400),
        ({"path": "/api/v1/nothing"}, 401),
        ({"path": "/api/v1/me", "method": "PUT"}, 401),
    ],
    ids=["host before authentication", "authentication before route", "and before method"],
)
def test_strangers_are_refused_before_they_learn_anything(client, request_changes, status):
    assert client.open(**request_changes).status_code == status


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"path": "/api/v1/me/nothing", "headers": {"Accept": "image/png"}}, 404),
        ({"headers": {"Accept": "image/png", "Content-Type": "text/plain"}}, 406),
        ({"headers": {"Content-Type": "text/plain"}, "data": "x" * 70_000}, 415),
        ({"headers": {"Content-Type": "application/json"}, "data": "x" * 70_000}, 413),
        ({"headers": {"Content-Type": "application/json"}, "data": "{"}, 400),
        ({"headers": {"Content-Type": "application/json"}, "data": "{}"}, 422),
    ],
    ids=["route", "negotiation", "content type", "length", "syntax", "schema"],
)
def test_the_first_step_that_refuses_answers(api, account, changes, status):
    headers = {**account.headers, **changes.get("headers", {})}
    call = {"path": "/api/v1/me", "data": "x", **changes, "headers": headers}
    api.call("PATCH", status=status, **call)
