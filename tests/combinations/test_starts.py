"""Of all projects that three answers tell apart, each is written, imports, and starts."""

from __future__ import annotations

import sys

import pytest

from tests.combinations.rows import name_of, read
from tests.projects import run

# The secrets, every module there is, then the production entry, asked as a load balancer and a
# client would: in one process, since the libraries take longest.
START = """
import runpy
runpy.run_module("dev.fill_env", run_name="__main__")
import pkgutil, importlib, app, config, dev
for package in (app, config, dev):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
from wsgi import app
client = app.test_client()
answers = [client.get(path).status_code for path in ("/health/live", "/api/v1/me")]
print(len(app.extensions["operations"]) > 10, *answers)
"""

# What production is told with uploads and with mail; nobody is asked there. Projects without them,
# and without a queue, take no notice.
SERVERS = {
    "BROKER_URI": "redis://127.0.0.1:1",
    "MAIL_URI": "smtps://nobody:nothing-to-send@mail.invalid",
    "MAIL_FROM": "nobody@example.com",
    "MAIL_LINK_BASE": "https://www.example.com",
    "S3_ENDPOINT_URL": "https://s3.invalid",
    "S3_REGION": "us-east-1",
    "S3_BUCKET": "files",
    "S3_ACCESS_KEY_ID": "nobody",
    "S3_SECRET_ACCESS_KEY": "nothing-to-sign",
    "CDN_BASE_URL": "https://cdn.invalid",
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("row", read(3), ids=name_of)
def test_a_project_is_written_imports_and_starts(bake, row):
    project = bake(**row)

    printed = run(
        project,
        sys.executable,
        "-c",
        START,
        MONGODB_URI="mongodb://127.0.0.1:1/nothing",
        MONGODB_TIMEOUT_SECONDS="0.1",
        TRUSTED_HOSTS="localhost",
        **SERVERS,
    )

    # There is no database, which is told to nobody who came by plain HTTP.
    refused = 403 if row["security_headers"] == "yes" else 503
    assert printed.splitlines()[-1] == f"True 200 {refused}"
