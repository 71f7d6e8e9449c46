"""The production server; `gunicorn` finds this file and needs no arguments.

The app is imported here, once and before any worker: settings that it refuses end the start with
its own words, and a worker cannot be started again and again for nothing.
"""

from __future__ import annotations

from app import server
from wsgi import app

settings = app.extensions["settings"]

wsgi_app = "wsgi:app"
preload_app = True
proc_name = "{{ cookiecutter.project_slug }}"

bind = f"{settings.BIND_ADDRESS}:{settings.PORT}"
workers = settings.WEB_CONCURRENCY
worker_class = server.Worker
threads = 4

# All database calls of a request have three seconds: a worker silent for half a minute hangs.
timeout = 30
graceful_timeout = 30
keepalive = 5

# Beyond these: 414 and 431. A signed token of the longest algorithm takes about a kilobyte.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# The app itself counts the proxies it trusts (TRUSTED_PROXIES): nothing is to be believed here.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

accesslog = "-"
errorlog = "-"
access_log_format = server.ACCESS_LOG_FORMAT
logger_class = server.AccessLogger

# A socket in the home directory, which several servers of one user would fight over.
control_socket_disable = True
#: if cookiecutter.security_headers

server.hide_server()
#: endif
