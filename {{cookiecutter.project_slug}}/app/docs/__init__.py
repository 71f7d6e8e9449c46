"""What the API document says of each operation beyond its contract: examples and longer words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Doc:
    """Words on one operation; its summary is the first line of the view method's docstring."""

    tag: str
    description: str = ""
    # Where it is not the verb of the method and the name of the view, as readNote of NoteView.
    operation_id: str = ""
    # What the parameters of the query are for, by their names.
    parameters: dict[str, str] = field(default_factory=dict)
    # A body, and the answer to it.
    example: dict[str, Any] | None = None
    answer: dict[str, Any] | None = None
    #: if cookiecutter.oauth == "client"
    # What is known of the parameters of the path beyond their names.
    path: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: endif
    #: if cookiecutter.oauth == "server"
    # The answers that a protocol fixes, as response objects by status.
    protocol: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: endif
