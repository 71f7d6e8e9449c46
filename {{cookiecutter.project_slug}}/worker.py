"""The production entry of workers: `celery --app worker worker`."""

from __future__ import annotations

import sys

from app import create_app
from app.jobs.worker import make_worker
from config import ConfigurationError, Production

try:
    app = make_worker(create_app(Production.from_environment()))
except ConfigurationError as error:
    # One line for each mistake, no traceback, exit code 1.
    sys.exit(str(error))
