"""The production entry: what a WSGI server imports."""

from __future__ import annotations

import sys

from app import create_app
from config import ConfigurationError, Production

try:
    app = create_app(Production.from_environment())
except ConfigurationError as error:
    # One line for each mistake, no traceback, exit code 1.
    sys.exit(str(error))
