"""The contract of an operation is found where its view is, and closed by default."""

from __future__ import annotations

from flask import Flask
from flask.views import MethodView

from app.decorators import public
from app.operations import Operation, Operations, operation_of
from app.tokens.claims import TokenType


class Thing(MethodView):
    """A view with two methods."""

    @public
    def get(self):
        """Answer everybody."""

    def put(self):
        """Answer who has a token."""


def _routed(view) -> Flask:
    app = Flask("routed", static_folder=None)
    app.add_url_rule("/thing", "thing", view)
    return app


def test_an_operation_is_protected_unless_something_else_is_said():
    operation = Operation()
    assert not operation.is_public
    assert operation.token_type is TokenType.ACCESS


def test_a_function_has_one_contract():
    def view():
        """Answer."""

    assert operation_of(view) is operation_of(view)


def test_each_method_has_a_contract_of_its_own():
    found = Operations(_routed(Thing.as_view("thing")))
    assert found["thing", "GET"].is_public
    assert not found["thing", "PUT"].is_public


def test_head_has_the_contract_of_get():
    found = Operations(_routed(Thing.as_view("thing")))
    assert found["thing", "HEAD"] is found["thing", "GET"]


def test_options_has_one_where_the_view_answers_it():
    class Asked(MethodView):
        def options(self):
            """Answer what is asked."""

    assert ("thing", "OPTIONS") not in set(Operations(_routed(Thing.as_view("thing"))))
    assert ("thing", "OPTIONS") in set(Operations(_routed(Asked.as_view("thing"))))


def test_a_view_that_is_a_function_has_a_contract_too():
    def view():
        """Answer."""

    assert Operations(_routed(public(view)))["thing", "GET"].is_public


def test_an_unmarked_function_is_protected():
    def view():
        """Answer."""

    assert not Operations(_routed(view))["thing", "GET"].is_public
