"""Settings of the test suite.

Its secrets are made anew at each import and its database does not exist: whoever uses these
settings by mistake gets an error, never an API that anybody can open.
"""

from __future__ import annotations

import os
from typing import Final, Literal

from pydantic import Field

from config import (
    #: if cookiecutter.field_encryption
    fernet,
    #: endif
    #: if cookiecutter.jwt_algorithm != "HS256"
    key_pairs,
    #: endif
    keys,
)
from config.base import SLUG, Base
from config.kinds import (
    #: if cookiecutter.field_encryption
    FernetKeys,
    #: endif
    Hosts,
    MongoURI,
    Secret,
)

SECRET_KEY: Final = keys.generate_secret()
#: if cookiecutter.jwt_algorithm == "HS256"
JWT_SECRET_KEY: Final = keys.generate_secret()
#: else
JWT_PRIVATE_KEY: Final = key_pairs.generate_private_key("{{ cookiecutter.jwt_algorithm }}")
#: endif
#: if cookiecutter.field_encryption
FIELD_ENCRYPTION_KEYS: Final = (fernet.generate_fernet_key(),)
FIELD_INDEX_KEY: Final = keys.generate_secret()
#: endif


def name_database() -> str:
    """Return the name of the database that this test process has for itself."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return f"{SLUG}_test_{worker}"


class Testing(Base):
    """What the suite uses; a test passes MONGODB_URI and what else it needs to be different."""

    # Not a class of tests, whatever pytest thinks of the name.
    __test__ = False

    TESTING: Literal[True] = Field(True, description="Lets errors reach the test.")
    SECRET_KEY: Secret = Field(SECRET_KEY, description="Made at import.")
    MONGODB_URI: MongoURI = Field(
        "mongodb://no-database-was-started.invalid/nothing", description="The suite's database."
    )
    #: if cookiecutter.jwt_algorithm == "HS256"
    JWT_SECRET_KEY: str = Field(JWT_SECRET_KEY, repr=False, description="Made at import.")
    #: else
    JWT_PRIVATE_KEY: str = Field(JWT_PRIVATE_KEY, repr=False, description="Made at import.")
    #: endif
    TRUSTED_HOSTS: Hosts = Field(("localhost",), description="The host of Flask's test client.")
    #: if cookiecutter.field_encryption
    FIELD_ENCRYPTION_KEYS: FernetKeys = Field(FIELD_ENCRYPTION_KEYS, description="Made at import.")
    FIELD_INDEX_KEY: Secret = Field(FIELD_INDEX_KEY, description="Made at import.")
    #: endif
