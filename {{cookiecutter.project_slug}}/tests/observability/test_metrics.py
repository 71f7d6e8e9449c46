"""Requests are counted by route and added up over all processes."""

from __future__ import annotations

import socket
import subprocess
import sys
from urllib.request import urlopen

import pytest
from prometheus_client import values

from app.observability import request_record
from app.observability.metrics import Exporter, listen
from config.environment import PROJECT
from tests.fixtures.accounts import CANARY
from tests.fixtures.api import Api

OTHER_PROCESS = """
import os, sys
from app.observability.metrics import Metrics
metrics = Metrics(os.environ["PROMETHEUS_MULTIPROC_DIR"])
metrics.count("GET", "/health/live", 200)
metrics.in_progress.inc()
print(os.getpid())
"""


@pytest.fixture
def exporter(make_app, monkeypatch, tmp_path):
    """Return the metrics of an app, with a client of it."""
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setattr(request_record, "unread_listeners", [])
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    app = make_app()
    exporter = Exporter(app, listen("127.0.0.1", 0), str(tmp_path))
    exporter.api = Api(app)
    server = exporter.serve()
    yield exporter
    # A thread that waits on a closed socket would block the next one with its number.
    server.shutdown()
    exporter.close()
    assert not tmp_path.exists()


def read(exporter) -> set[str]:
    port = exporter.listener.getsockname()[1]
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        return set(page.read().decode().splitlines())


def test_requests_are_counted_by_route_and_never_by_path(exporter):
    exporter.api.get("/health/live")
    exporter.api.get(f"/{CANARY}?{CANARY}", status=404)
    request_record.describe_unread(414, "LimitRequestLine", "an-id", None)
    lines = read(exporter)
    assert lines >= {
        'http_requests_total{method="GET",route="/health/live",status="200"} 1.0',
        'http_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        'http_requests_total{method="OTHER",route="unmatched",status="414"} 1.0',
        'http_request_duration_seconds_count{method="GET",route="/health/live"} 1.0',
        "http_requests_in_progress 0.0",
    }
    assert CANARY not in str(lines)


def test_requests_of_another_process_are_counted_even_after_its_end(exporter, tmp_path):
    exporter.api.get("/health/live")
    other = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS],
        cwd=PROJECT,
        env={"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    counted = 'http_requests_total{method="GET",route="/health/live",status="200"} 2.0'
    assert read(exporter) >= {counted, "http_requests_in_progress 1.0"}
    exporter.forget(int(other.stdout))
    assert read(exporter) >= {counted, "http_requests_in_progress 0.0"}


def test_a_taken_port_ends_the_start_with_one_line(start_server):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = start_server("-m", "gunicorn", METRICS_PORT=str(port))
        assert server.process.wait(20) == 1
    assert server.printed == f"METRICS_PORT {port} is taken, or METRICS_ADDRESS not ours\n"


def test_an_exception_of_the_app_is_counted_and_its_request_is_not_in_progress(exporter):
    def fail(_environ, _start_response):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        exporter.metrics.watch(fail)({}, lambda *_: None)
    lines = read(exporter)
    assert 'http_requests_total{method="OTHER",route="unmatched",status="500"} 1.0' in lines
    assert "http_requests_in_progress 0.0" in lines
