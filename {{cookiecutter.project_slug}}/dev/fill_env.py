"""Add missing secrets to .env, for example after a feature was added: `make secrets`.

Existing ones stay as they are. Production never makes a secret: a new one at each start would end
every session, and what was made with the old one could not be read.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from config import (
    #: if cookiecutter.field_encryption
    encryption,
    #: endif
    #: if cookiecutter.jwt_algorithm != "HS256"
    key_pairs,
    #: endif
    strong_secrets,
)
from config.env_file import update_env_file
from config.environment import PROJECT, ConfigurationError, read_env_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

MAKERS: Final[Mapping[str, Callable[[], str]]] = {
    "SECRET_KEY": strong_secrets.generate_secret,
    #: if cookiecutter.jwt_algorithm == "HS256"
    "JWT_SECRET_KEY": strong_secrets.generate_secret,
    #: else
    "JWT_PRIVATE_KEY": lambda: key_pairs.generate_private_key("{{ cookiecutter.jwt_algorithm }}"),
    #: endif
    #: if cookiecutter.field_encryption
    "FIELD_ENCRYPTION_KEYS": encryption.generate_fernet_key,
    "FIELD_INDEX_KEY": strong_secrets.generate_secret,
    #: endif
}


def fill(path: Path) -> list[str]:
    """Add each missing secret to the file *path*; return the names of what was made."""
    present = read_env_file(path) if os.path.lexists(path) else {}
    missing = [name for name in MAKERS if not {name, f"{name}_FILE"} & present.keys()]
    if missing:
        update_env_file(path, {name: MAKERS[name]() for name in missing})
    return missing


if __name__ == "__main__":
    try:
        for made in fill(PROJECT / ".env"):
            print(f".env now holds a new {made}")
    except ConfigurationError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f".env must be a file that can be written: {error.strerror}")
