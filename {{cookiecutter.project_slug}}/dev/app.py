"""The development entry: the same app, with the settings of a developer's machine."""

from __future__ import annotations

from app import create_app
from app.accounts import deletion
from config import Development

app = create_app(Development.from_environment())
deletion.keep_sweeping(app)
