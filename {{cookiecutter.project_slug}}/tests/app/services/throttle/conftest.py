"""What the tests of the throttle share: the database, its counters empty, and a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask

from app.models import connection
from app.models.base import collection
from app.services.throttle.counters import COLLECTION
from app.services.throttle.storage import LeasedStorage

if TYPE_CHECKING:
    from typing import Any

    from pymongo.collection import Collection


@pytest.fixture
def counters(mongodb_uri: str) -> Collection[dict[str, Any]]:
    """Return the collection of the counters, connected and empty."""
    app = Flask("throttle")
    app.config["MONGODB_URI"] = mongodb_uri
    connection.init_app(app)
    stored = collection(COLLECTION)
    stored.delete_many({})
    return stored


@pytest.fixture
def store(counters: Collection[dict[str, Any]]) -> LeasedStorage:
    """Return a store as one process has it."""
    del counters
    return LeasedStorage()
