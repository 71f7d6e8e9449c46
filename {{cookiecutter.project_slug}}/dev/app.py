"""The development entry: the same app, with the settings of a developer's machine."""

from __future__ import annotations

from app import create_app
from app.services import account_deletion
from config import Development

app = create_app(Development.from_environment())
account_deletion.keep_sweeping(app)
