"""The connection to MongoDB: lazy, aware of time zones, and one for a process."""

from __future__ import annotations

from uuid import uuid4

import mongoengine
import pytest

from app import create_app
from config.core import SLUG
from config.testing import Testing


def test_the_connection_reads_aware_times_and_standard_uuids(app):
    with app.app_context():
        options = mongoengine.get_connection().codec_options
    assert options.tz_aware
    assert options.uuid_representation == 4


def test_the_connection_names_the_app_to_the_database(app):
    with app.app_context():
        driver = mongoengine.get_connection().options.pool_options.metadata
    assert driver["application"]["name"] == SLUG


def test_apps_of_one_database_share_the_connection(make_app):
    make_app()
    first = mongoengine.get_connection()
    make_app()
    assert mongoengine.get_connection() is first


def test_an_app_of_another_database_replaces_the_connection(make_app, mongodb_uri):
    make_app()
    first = mongoengine.get_connection()
    other = f"{mongodb_uri}_other"
    create_app(Testing(MONGODB_URI=other))
    assert mongoengine.get_connection() is not first
    assert mongoengine.get_db().name == other.rpartition("/")[2]
    make_app()
    assert mongoengine.get_db().name == mongodb_uri.rpartition("/")[2]


@pytest.mark.parametrize("end", ["", "/", "/?retryWrites=true", "?retryWrites=true"])
def test_an_address_without_a_database_means_the_projects_own(make_app, mongodb_uri, end):
    server = mongodb_uri.rpartition("/")[0]
    create_app(Testing(MONGODB_URI=f"{server}{end}"))
    assert mongoengine.get_db().name == SLUG
    make_app()


def test_ids_come_back_as_they_were_written(app, database):
    written = uuid4()
    with app.app_context():
        mongoengine.get_db().test_ids.insert_one({"_id": written})
    assert database.test_ids.find_one()["_id"] == written
    database.test_ids.drop()
