"""Whether this process can serve."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from mongoengine import get_connection
from pymongo.errors import ConnectionFailure

from app import health
from app.database import preparation
from app.errors import ServiceUnavailableError


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
        monkeypatch.setattr(health, "REMEMBERED_SECONDS", 0)
        health.init_app(app)
        with pytest.raises(ServiceUnavailableError):
            health.check_database()


def test_all_probes_together_ask_the_database_once_a_second(app, monkeypatch):
    asked = []

    def answer(*_args, **_kwargs):
        asked.append(1)

    def probe(_number):
        with app.app_context():
            health.check_database()

    with app.app_context():
        monkeypatch.setattr(type(get_connection().admin), "command", answer)
    with ThreadPoolExecutor(8) as threads:
        begun = time.monotonic()
        list(threads.map(probe, range(100)))
        seconds = time.monotonic() - begun
    assert 1 <= len(asked) <= 1 + seconds / health.REMEMBERED_SECONDS


def test_a_database_that_is_away_is_asked_once_a_second_too(app, monkeypatch):
    asked = []

    def lose(*_args, **_kwargs):
        asked.append(1)
        raise ConnectionFailure

    with app.app_context():
        monkeypatch.setattr(type(get_connection().admin), "command", lose)
        monkeypatch.setattr(health, "REMEMBERED_SECONDS", 600)
        for _ in range(10):
            with pytest.raises(ServiceUnavailableError):
                health.check_database()
    assert len(asked) == 1
