"""Roles whose accounts have to have a second factor, as SECOND_FACTOR_ROLES names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.roles import Role
from app.extensions import PerApp, app_settings
from config.environment import ConfigurationError

if TYPE_CHECKING:
    from flask import Flask

    from app.accounts.callers import Caller

_roles: PerApp[frozenset[Role]] = PerApp("second_factor_roles")


def init_app(app: Flask) -> None:
    """Read the setting; raises ConfigurationError for what is no role."""
    try:
        roles = frozenset(map(Role, app_settings.of(app).SECOND_FACTOR_ROLES))
    except ValueError:
        line = f"SECOND_FACTOR_ROLES must list roles, comma-separated: {', '.join(Role)}"
        raise ConfigurationError([line]) from None
    _roles.bind(app, roles)


def lacks_second_factor(caller: Caller) -> bool:
    """Tell whether the caller has to have a second factor, and has none."""
    return not caller.has_second_factor and not caller.roles.isdisjoint(_roles.current())
