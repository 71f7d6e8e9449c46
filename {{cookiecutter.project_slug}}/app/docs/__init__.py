"""What the API document says of each operation beyond its contract: examples and longer words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


#: if cookiecutter.oauth == "server"
@dataclass(frozen=True, slots=True)
class ProtocolAnswer:
    """An answer that a protocol fixes, beside those that follow from the contract."""

    description: str
    # What each header of its own is for.
    headers: dict[str, str] = field(default_factory=dict)
    is_page: bool = False
    # The error code of a body as RFC 6749 section 5.2 has it.
    error: str = ""
    # Nothing is in it, whatever else is answered with that status.
    is_empty: bool = False


#: endif
@dataclass(frozen=True, slots=True)
class Doc:
    """Words on one operation; its summary is the first line of the view method's docstring."""

    tag: str
    description: str = ""
    # Where it is not the verb of the method and the name of the view, as readNote of NoteView.
    operation_id: str = ""
    # What the parameters of path and query are for, by their names.
    parameters: dict[str, str] = field(default_factory=dict)
    # A body, and the answer to it.
    example: dict[str, Any] | None = None
    answer: dict[str, Any] | None = None
    #: if cookiecutter.oauth == "client"
    # Which texts a parameter of the path may be.
    choices: dict[str, list[str]] = field(default_factory=dict)
    #: endif
    #: if cookiecutter.oauth == "server"
    protocol: dict[int, ProtocolAnswer] = field(default_factory=dict)
    #: endif
