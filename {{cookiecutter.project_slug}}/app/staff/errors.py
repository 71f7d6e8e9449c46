"""Problems of looking after the accounts of others."""

from __future__ import annotations

from app.errors import ForbiddenError


class OwnAccountError(ForbiddenError):
    """Raised when somebody is about to change their own roles, or to suspend themselves."""

    code = "own-account"
    detail = "Somebody else has to do this to your account."
