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
    encryption,
    #: endif
    #: if cookiecutter.jwt_algorithm != "HS256"
    key_pairs,
    #: endif
    strong_secrets,
)
from config.base import Base
from config.core import SLUG
#: if cookiecutter.field_encryption
from config.encryption import FernetKeys
#: endif
from config.fields import (
    Hosts,
    MongoURI,
    #: if cookiecutter.observability
    PositiveNumber,
    #: endif
    Secret,
)
#: if cookiecutter.mail
from config.mail import LinkBase, Mailbox, MailURI
#: endif
#: if cookiecutter.uploads
from config.object_store import Bucket, StoreURL
#: endif
#: if cookiecutter.oauth == "client"
from config.providers import BaseURL, RedirectURI
#: endif
#: if cookiecutter.task_queue
from config.queue import BrokerURI
#: endif

SECRET_KEY: Final = strong_secrets.generate_secret()
#: if cookiecutter.jwt_algorithm == "HS256"
JWT_SECRET_KEY: Final = strong_secrets.generate_secret()
#: else
JWT_PRIVATE_KEY: Final = key_pairs.generate_private_key("{{ cookiecutter.jwt_algorithm }}")
#: endif
#: if cookiecutter.field_encryption
FIELD_ENCRYPTION_KEYS: Final = (encryption.generate_fernet_key(),)
FIELD_INDEX_KEY: Final = strong_secrets.generate_secret()
#: endif


def name_database() -> str:
    """Return the name of the database that this test process has for itself."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return f"{SLUG}_test_{worker}"


class Testing(Base):
    """What the suite uses; a test passes MONGODB_URI and other settings that it needs."""

    # pytest must not collect this class, in spite of its name.
    __test__ = False

    TESTING: Literal[True] = Field(True, description="Lets errors reach the test.")
    SECRET_KEY: Secret = Field(SECRET_KEY, description="Made at import.")
    MONGODB_URI: MongoURI = Field(
        "mongodb://no-database-was-started.invalid/nothing", description="The suite's database."
    )
    # Of a busy machine a request may get too little for a password and the database.
    MONGODB_TIMEOUT_SECONDS: float = Field(20, description="The suite may have a busy machine.")
    #: if cookiecutter.jwt_algorithm == "HS256"
    JWT_SECRET_KEY: str = Field(JWT_SECRET_KEY, repr=False, description="Made at import.")
    #: else
    JWT_PRIVATE_KEY: str = Field(JWT_PRIVATE_KEY, repr=False, description="Made at import.")
    #: endif
    TRUSTED_HOSTS: Hosts = Field(("localhost",), description="The host of Flask's test client.")
    #: if cookiecutter.oauth == "client"
    # A provider to which a browser can be sent without contacting it; nobody comes back from it.
    OAUTH_REDIRECT_URI: RedirectURI | None = Field(
        "http://localhost/api/v1/auth/oauth/{provider}/callback", description="The test client's."
    )
    GITHUB_CLIENT_ID: str | None = Field("tests", description="Known to nobody.")
    GITHUB_CLIENT_SECRET: str | None = Field("nobody knows", repr=False, description="As above.")
    GITHUB_URL: BaseURL = Field("https://no-github.invalid", description="As above.")
    GITHUB_API_URL: BaseURL = Field("https://no-github.invalid/api", description="As above.")
    #: endif
    #: if cookiecutter.field_encryption
    FIELD_ENCRYPTION_KEYS: FernetKeys = Field(FIELD_ENCRYPTION_KEYS, description="Made at import.")
    FIELD_INDEX_KEY: Secret = Field(FIELD_INDEX_KEY, description="Made at import.")
    #: endif
    #: if cookiecutter.uploads
    S3_ENDPOINT_URL: StoreURL = Field(
        "https://no-store-was-started.invalid", description="The suite's object store."
    )
    S3_REGION: str = Field("us-east-1", description="The suite's object store.")
    S3_BUCKET: Bucket = Field("files", description="The suite's object store.")
    S3_ACCESS_KEY_ID: str = Field("nobody", description="The suite's object store.")
    S3_SECRET_ACCESS_KEY: str = Field(
        strong_secrets.generate_secret(), repr=False, description="Made at import."
    )
    S3_TIMEOUT_SECONDS: float = Field(10, description="The suite may have a busy machine.")
    CDN_BASE_URL: StoreURL = Field("https://cdn.example", description="A host that nobody asks.")
    #: endif
    #: if cookiecutter.task_queue
    BROKER_URI: BrokerURI = Field(
        "redis://no-broker-was-started.invalid", description="The suite's broker."
    )
    JOB_QUEUE: str = Field(name_database(), description="A queue of this test process alone.")
    #: endif
    #: if cookiecutter.mail
    MAIL_URI: MailURI = Field(
        "smtp://no-mail-server-was-started.invalid", description="The suite's mail server."
    )
    MAIL_FROM: Mailbox = Field("Tests <no-reply@tests.test>", description="Nobody.")
    MAIL_LINK_BASE: LinkBase = Field("https://app.test/account", description="A page of nobody.")
    #: endif
    #: if cookiecutter.observability
    SLOW_QUERY_MILLISECONDS: PositiveNumber = Field(
        60_000, description="A busy machine is no news: what counts lines has those of the app."
    )
    #: endif
