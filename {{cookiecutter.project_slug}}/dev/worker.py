"""The development worker: the same as production's, with the settings of a developer's machine."""

from __future__ import annotations

from app import create_app
#: if cookiecutter.task_queue
from app.jobs.worker import make_worker
#: else
from app.jobs import polling
#: endif
from config import Development
from dev.children import end_with_starter

if __name__ == "__main__":
    end_with_starter()
    app = create_app(Development.from_environment())
    #: if cookiecutter.task_queue
    make_worker(app).worker_main(
        ["--quiet", "worker", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    )
    #: else
    polling.run(app, "WARNING")
    #: endif
