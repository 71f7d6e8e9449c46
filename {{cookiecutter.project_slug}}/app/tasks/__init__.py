"""What workers do. HANDLERS maps each kind of job to its function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.models.jobs import JobKind
from app.tasks import exports

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.services.job_attempts import Attempt

# A handler does the work, reports its progress, and returns the size of what it made. It may be
# called again for the same job at any time, and then starts from the beginning.
HANDLERS: Final[Mapping[JobKind, Callable[[Attempt], int]]] = {
    JobKind.EXPORT: exports.make,
}
