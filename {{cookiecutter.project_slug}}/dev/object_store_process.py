"""The embedded object store, a process of its own that dev.object_store starts."""

from __future__ import annotations

from typing import Any, Final

from ministack import app as ministack

from dev.children import end_with_starter
from dev.object_store import BUCKET

# The store also has administrative addresses without authentication: any page in a developer's
# browser could make it delete all files.
_everything: Final = ministack.app
_NOT_FOUND: Final[dict[str, Any]] = {"type": "http.response.start", "status": 404, "headers": []}


async def serve(scope: Any, receive: Any, send: Any) -> None:
    """Answer what is asked of the bucket, as ASGI has it, and nothing else."""
    path = scope.get("path", "")
    if scope["type"] == "lifespan" or path == f"/{BUCKET}" or path.startswith(f"/{BUCKET}/"):
        await _everything(scope, receive, send)
    elif scope["type"] == "http":
        await send(_NOT_FOUND)
        await send({"type": "http.response.body"})
    else:
        await send({"type": "websocket.close"})


if __name__ == "__main__":
    end_with_starter()
    # main() serves the module's app; there is no other way to replace it.
    ministack.app = serve
    ministack.main()
