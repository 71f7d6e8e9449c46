"""The development worker: the same as production's, with the settings of a developer's machine."""

from __future__ import annotations

from app import create_app
from app.jobs.worker import make_worker
from config import Development
from dev.children import end_with_starter

if __name__ == "__main__":
    end_with_starter()
    worker = make_worker(create_app(Development.from_environment()))
    worker.worker_main(
        ["--quiet", "worker", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    )
