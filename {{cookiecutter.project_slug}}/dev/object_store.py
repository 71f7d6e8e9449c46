"""The embedded object store, a process of its own that dev.store starts."""

from __future__ import annotations

import runpy

from dev.children import end_with_starter

if __name__ == "__main__":
    end_with_starter()
    runpy.run_module("ministack", run_name="__main__", alter_sys=True)
