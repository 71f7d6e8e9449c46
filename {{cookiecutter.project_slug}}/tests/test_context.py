"""What a request carries has typed names, and reading one too early says which hook is missing."""

from __future__ import annotations

import pytest

from app.context import RequestContext, Value, context

NAMES = sorted(name for name, value in vars(RequestContext).items() if isinstance(value, Value))
# Whoever reads these before they are written finds that there is nothing to tell.
OPTIONAL = {"token_problem", "hit"}.intersection(NAMES)


@pytest.mark.parametrize("name", sorted({*NAMES} - OPTIONAL))
def test_reading_too_early_names_the_hook(app, name):
    with (
        app.test_request_context(),
        pytest.raises(RuntimeError, match=rf"^context\.{name} is set by app\.hooks\.\w+"),
    ):
        getattr(context, name)


@pytest.mark.parametrize("name", sorted(OPTIONAL))
def test_what_need_not_be_there_is_none(app, name):
    with app.test_request_context():
        assert getattr(context, name) is None


def test_account_id_read_too_early_names_the_authentication(app):
    with app.test_request_context(), pytest.raises(RuntimeError, match=r"app\.hooks\.auth"):
        _ = context.account_id


@pytest.mark.parametrize("name", NAMES)
def test_what_a_hook_wrote_is_read_back(app, name):
    value = object()
    with app.test_request_context():
        setattr(context, name, value)
        assert getattr(context, name) is value


def test_a_new_request_has_neither_id_nor_caller(app):
    with app.test_request_context():
        assert not context.has_request_id
        assert not context.is_authenticated


def test_a_request_knows_whether_it_has_an_id_and_a_caller(app):
    with app.test_request_context():
        context.request_id = "id"
        context.caller = "caller"
        assert context.has_request_id
        assert context.is_authenticated


def test_one_request_sees_nothing_of_another(app):
    with app.test_request_context():
        context.request_id = "id"
    with app.test_request_context():
        assert not context.has_request_id
