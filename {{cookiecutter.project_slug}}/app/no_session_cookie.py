"""No sessions in cookies: callers are known by their bearer token only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask.sessions import SessionInterface

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from flask.sessions import SessionMixin


class NoSessions(SessionInterface):
    """Flask's session, switched off: writing into it is an error that says so.

    Without it Flask would prepare the signing of a cookie on every request.
    """

    def open_session(self, app: Flask, request: Request) -> None:
        """Open nothing; Flask puts its null session there."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Save nothing; Flask does not ask for it where the session is null."""
