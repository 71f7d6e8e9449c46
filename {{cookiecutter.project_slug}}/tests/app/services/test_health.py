"""Whether this process can serve."""

from __future__ import annotations

import pytest
from mongoengine import get_connection
from pymongo.errors import ConnectionFailure

from app.errors import ServiceUnavailableError
from app.services import health, preparation


def test_a_database_that_answers_and_fits_is_healthy(app, listen):
    with app.app_context(), listen():
        health.check_database()


def test_a_database_that_does_not_fit_is_not(app, monkeypatch):
    def refuse():
        raise ServiceUnavailableError

    monkeypatch.setattr(preparation, "ensure_prepared", refuse)
    with app.app_context(), pytest.raises(ServiceUnavailableError):
        health.check_database()


def test_a_database_that_went_away_after_a_good_start_is_not(app, monkeypatch):
    with app.app_context():
        health.check_database()

        def lose(*_args, **_kwargs):
            raise ConnectionFailure

        monkeypatch.setattr(type(get_connection().admin), "command", lose)
        with pytest.raises(ConnectionFailure):
            health.check_database()
