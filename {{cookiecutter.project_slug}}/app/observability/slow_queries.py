"""Log the commands that MongoDB took long for, by name and collection and never by value."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from threading import local
from typing import TYPE_CHECKING, Final

from pymongo.monitoring import CommandListener

if TYPE_CHECKING:
    from pymongo.monitoring import CommandFailedEvent, CommandStartedEvent, CommandSucceededEvent

# What a line holds beside its text.
FIELDS: Final = ("command", "collection", "durationMs")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SlowQueries(CommandListener):
    """Listens to every command of a client; listeners with the same threshold are equal."""

    milliseconds: int
    # A thread sends one command at a time.
    _sent: local = field(default_factory=local, compare=False)

    def started(self, event: CommandStartedEvent) -> None:
        """Note which collection is asked: only this event says so."""
        command = event.command
        self._sent.collection = command.get("collection") or command.get(event.command_name)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Log a command that was slow."""
        self._tell(event)

    def failed(self, event: CommandFailedEvent) -> None:
        """Log a command that was slow to fail."""
        self._tell(event)

    def _tell(self, event: CommandSucceededEvent | CommandFailedEvent) -> None:
        milliseconds = event.duration_micros / 1000
        if milliseconds < self.milliseconds:
            return
        collection = self._sent.collection
        # A command about no collection has something else there.
        named = collection if isinstance(collection, str) else None
        told = zip(FIELDS, (event.command_name, named, milliseconds), strict=True)
        logger.warning("slow query", extra=dict(told))
