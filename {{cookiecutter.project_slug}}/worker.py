"""The production entry of workers: `make worker`."""

from __future__ import annotations

import sys

from app import create_app
#: if cookiecutter.task_queue
from app.jobs.worker import make_worker
#: else
from app.jobs import polling
#: endif
from config import ConfigurationError, Production

try:
    #: if cookiecutter.task_queue
    app = make_worker(create_app(Production.from_environment()))
    #: else
    app = create_app(Production.from_environment())
    #: endif
except ConfigurationError as error:
    # One line for each mistake, no traceback, exit code 1.
    sys.exit(str(error))
#: if not cookiecutter.task_queue
if __name__ == "__main__":
    polling.run(app)
#: endif
