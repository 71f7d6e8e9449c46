"""Every extension, unbound, and typed access to what belongs to one app.

create_app() binds them; their state is in app.extensions, so that two apps of one process share
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from flask import current_app
from flask_jwt_extended import JWTManager

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.sansio.app import App

    from app.operations import Operations
    #: if cookiecutter.jwt_algorithm != "HS256"
    from app.tokens.signing_keys import SigningKeys
    #: endif
    from config.base import Base

T = TypeVar("T")
_SETTINGS: Final = "settings"

# The app in whose context this runs: asking the proxy for a member takes twenty times as long.
app_in_hand: Final[Callable[[], Flask]] = current_app._get_current_object  # type: ignore[attr-defined]  # noqa: SLF001 - Werkzeug documents it.


class PerApp(Generic[T]):
    """An object that each app has one of, under its name in app.extensions."""

    def __init__(self, name: str) -> None:
        self.name = name

    def bind(self, app: App, value: T) -> None:
        """Give *app* its own object."""
        app.extensions[self.name] = value

    def of(self, app: App) -> T:
        """Return the object of *app*."""
        return app.extensions[self.name]  # type: ignore[no-any-return]  # Flask knows no types

    def current(self) -> T:
        """Return the object of the app in whose context this runs."""
        value: T = app_in_hand().extensions[self.name]
        return value


class CurrentSettings:
    """The settings of the app in whose context one is read; a proxy takes three times as long."""

    def __getattr__(self, name: str) -> Any:
        """Return a setting."""
        return getattr(app_in_hand().extensions[_SETTINGS], name)


jwt = JWTManager()

app_settings: PerApp[Base] = PerApp(_SETTINGS)
app_operations: PerApp[Operations] = PerApp("operations")
#: if cookiecutter.jwt_algorithm != "HS256"
app_signing_keys: PerApp[SigningKeys] = PerApp("signing_keys")
#: endif

settings: Base = CurrentSettings()  # type: ignore[assignment]  # it reads like them
