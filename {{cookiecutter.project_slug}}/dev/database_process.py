"""The embedded database server, a process of its own that dev.database starts."""

from __future__ import annotations

import runpy

from dev.children import end_with_starter

if __name__ == "__main__":
    end_with_starter()
    runpy.run_module("secantus", run_name="__main__", alter_sys=True)
