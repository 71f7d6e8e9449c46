"""The production server; `gunicorn` finds this file and needs no arguments.

The app is imported here, once and before any worker: refused settings end the start with one line
each, instead of workers that fail and are started again.
"""

from __future__ import annotations

import gc
import os
#: if cookiecutter.observability
import sys
import tempfile
from importlib import import_module
#: endif
from typing import Any

from app import server
from app.accounts import deletion
from app.extensions import app_settings
#: if cookiecutter.uploads
from app.files import object_store
#: endif
#: if cookiecutter.observability
from app.observability.access_log import AccessLogger
#: endif
#: if not cookiecutter.observability
from app.server.access_log import FORMAT, AccessLogger
#: endif
from config import urls
from wsgi import app

settings = app_settings.of(app)
# gunicorn would read it too, and refuse requests without the prefix, such as probes.
os.environ.pop("SCRIPT_NAME", None)

# The first full garbage collection of a worker would visit every object of the app, copy all shared
# memory, and block for a second; connections would trigger it.
gc.collect()
gc.freeze()
#: if cookiecutter.uploads

with app.app_context():
    object_store.warm_up()
#: endif

wsgi_app = "wsgi:app"
preload_app = True
proc_name = "{{ cookiecutter.project_slug }}"

bind = f"{urls.bracket(settings.BIND_ADDRESS)}:{settings.PORT}"
workers = settings.WEB_CONCURRENCY
worker_class = server.Worker
threads = 4

# The database calls of a request have three seconds: a worker that is silent for 30 hangs.
timeout = 30
graceful_timeout = 30
keepalive = settings.KEEPALIVE_SECONDS
# Per worker; without room the connection that was idle for longest is closed.
worker_connections = 1000

# Beyond these: 414 and 431. A signed token of the longest algorithm takes about a kilobyte.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# The app itself counts its trusted proxies (TRUSTED_PROXIES): gunicorn must trust no header.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

# In memory, which can be written to even where the file system is read-only.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - mkstemp's

accesslog = "-"
errorlog = "-"
#: if not cookiecutter.observability
access_log_format = FORMAT
#: endif
logger_class = AccessLogger

# It is in the home directory, where several servers of one user would conflict.
control_socket_disable = True
#: if cookiecutter.security_headers

server.hide_server()
#: endif
#: if cookiecutter.observability

# Once: gunicorn reads this file anew when it is told to reload.
if settings.METRICS_PORT and "metrics" not in app.extensions:
    metrics = import_module("app.observability.metrics")
    try:
        listener = metrics.listen(settings.METRICS_ADDRESS, settings.METRICS_PORT)
    except OSError:
        sys.exit(f"METRICS_PORT {settings.METRICS_PORT} is taken, or METRICS_ADDRESS not ours")
    # The one way to tell prometheus_client where its processes meet.
    folder = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(
        prefix=f"{proc_name}-", dir=worker_tmp_dir
    )
    app.extensions["metrics"] = metrics.Exporter(app, listener, folder)


def post_fork(arbiter: Any, worker: Any) -> None:
    """Have the new worker answer for all of them."""
    del arbiter, worker
    if exporter := app.extensions.get("metrics"):
        exporter.serve()


def child_exit(arbiter: Any, worker: Any) -> None:
    """Forget what a worker had in hand when it ended."""
    del arbiter
    if exporter := app.extensions.get("metrics"):
        exporter.forget(worker.pid)


def on_exit(arbiter: Any) -> None:
    """Leave no files behind."""
    del arbiter
    if exporter := app.extensions.get("metrics"):
        exporter.close()
#: endif


def post_worker_init(worker: Any) -> None:
    """Let the worker remove what deleted accounts have left."""
    del worker
    deletion.keep_sweeping(app)
