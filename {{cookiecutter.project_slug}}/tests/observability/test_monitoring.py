"""The rules and the board of monitoring/ ask for what the app tells, and alerts are about that."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from http import HTTPStatus
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import pytest
import yaml

from config.environment import PROJECT
from dev import ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fixtures.processes import StartServer

RULES: Final = PROJECT / "monitoring" / "alerts.yaml"
BOARD: Final = json.loads((PROJECT / "monitoring" / "board.json").read_text("utf-8"))
GROUPS: Final = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
ALERTS: Final = [rule for group in GROUPS for rule in group["rules"] if "alert" in rule]
JOB: Final = BOARD["uid"]
# Of any window there is something to see after two looks, one second apart.
WINDOW: Final = "1m"
SEEN_TWICE: Final = (
    'rate(http_requests_total{status="401"}[1m])',
    "job:http_request_errors:ratio6h",
)
# From where an alert is one.
BOUND: Final = re.compile(r"(>|==) [\d.* ]+$")
PATIENCE: Final = 30
PROXY: Final = {"X_Forwarded_For": "192.0.2.1", "X_Forwarded_Proto": "https"}
NOBODY: Final = {"email": "nobody@example.com", "password": "a passphrase of nobody"}

COUNT: Final = 'http_requests_total{job="%s", instance="a", method="POST", route="%s", status="%s"}'
BUCKET: Final = 'http_request_duration_seconds_bucket{job="%s", instance="a", le="%s"}'
UP: Final = 'up{job="%s", instance="a"}'
BUSY: Final = 'http_requests_in_progress{job="%s", instance="a"}'
LOGIN: Final = "/api/v1/auth/login"
# A minute of good service: of each series the value, and what each further minute adds.
GOOD: Final = {
    UP % JOB: (1, 0),
    COUNT % (JOB, "/api/v1/me", "200"): (0, 6000),
    COUNT % (JOB, "/api/v1/me", "503"): (0, 3),
    COUNT % (JOB, LOGIN, "401"): (0, 30),
    BUCKET % (JOB, "0.1"): (0, 6000),
    BUCKET % (JOB, "+Inf"): (0, 6003),
    BUSY % JOB: (4, 0),
}
BAD: Final[dict[str, dict[str, tuple[int, int]]]] = {
    "ServerDown": {UP % JOB: (0, 0)},
    "ErrorsBurnFast": {COUNT % (JOB, "/api/v1/me", "503"): (0, 100)},
    "ErrorsBurnSlowly": {COUNT % (JOB, "/api/v1/me", "503"): (0, 50)},
    "SlowAnswers": {BUCKET % (JOB, "0.1"): (0, 5800), BUCKET % (JOB, "2.5"): (0, 6003)},
    "ThreadsBusy": {BUSY % JOB: (5, 0)},
    "PasswordsGuessed": {COUNT % (JOB, LOGIN, "429"): (0, 60)},
}
# Whose failures are many enough for a page at once are so for a slower one, too.
WITH_IT: Final = {"ErrorsBurnFast": {"ErrorsBurnSlowly"}}


@pytest.fixture
def promtool() -> str:
    """Return Prometheus' own checker."""
    return shutil.which("promtool") or pytest.skip("not tried here: promtool is not installed")


@pytest.mark.parametrize("alert", ["nothing", *BAD])
def test_an_alert_fires_when_it_should_and_no_other_does(
    promtool: str, tmp_path: Path, alert: str
) -> None:
    series = GOOD | BAD.get(alert, {})
    expected = {alert, *WITH_IT.get(alert, ())}
    asked = [
        {"eval_time": "7h", "alertname": rule["alert"], "exp_alerts": _firing(rule, expected)}
        for rule in ALERTS
    ]
    trial = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": name, "values": f"{start}+{step}x420"}
                    for name, (start, step) in series.items()
                ],
                "alert_rule_test": asked,
            }
        ],
    }
    (tmp_path / "trial.yaml").write_text(json.dumps(trial), "utf-8")
    done = subprocess.run(
        [promtool, "test", "rules", "trial.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_is_tried() -> None:
    assert {rule["alert"] for rule in ALERTS} == set(BAD)


def _firing(rule: dict[str, Any], expected: set[str]) -> list[dict[str, Any]]:
    if rule["alert"] not in expected:
        return []
    is_of_one = rule["alert"] in {"ServerDown", "ThreadsBusy"}
    server = {"job": JOB, "instance": "a"} if is_of_one else {}
    return [{"exp_labels": rule["labels"] | server, "exp_annotations": rule["annotations"]}]


@pytest.fixture
def prometheus(start_server: StartServer, tmp_path: Path) -> Iterator[HTTPConnection]:
    """Run a Prometheus that has looked twice at a server, which was asked for something."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("not tried here: prometheus is not installed")
    metrics, port = ports.find_free(), ports.find_free()
    server = start_server("-m", "gunicorn", METRICS_PORT=str(metrics), TRUSTED_PROXIES="1")
    settings = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(RULES)],
        "scrape_configs": [
            {"job_name": JOB, "static_configs": [{"targets": [f"127.0.0.1:{metrics}"]}]}
        ],
    }
    (tmp_path / "prometheus.yml").write_text(json.dumps(settings), "utf-8")
    options = ("--config.file=prometheus.yml", "--storage.tsdb.path=data")
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [program, *options, f"--web.listen-address=127.0.0.1:{port}"],
            cwd=tmp_path,
            stdout=log,
            stderr=log,
        )
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        deadline = time.monotonic() + PATIENCE
        while not all(_ask(connection, each) for each in SEEN_TWICE):
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            server.ask("POST", LOGIN, NOBODY, **PROXY)
            time.sleep(0.2)
        yield connection
    finally:
        connection.close()
        process.terminate()
        process.wait(PATIENCE)


def test_every_expression_finds_what_the_app_tells(prometheus: HTTPConnection) -> None:
    panels = [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
    rules = [rule["expr"] for group in GROUPS for rule in group["rules"]]
    for expression in (*panels, *rules):
        for part in expression.split(" and "):
            # An alert finds nothing as long as all is well.
            assert _ask(prometheus, BOUND.sub("", part.strip())), part


def _ask(connection: HTTPConnection, expression: str) -> list[Any]:
    """Return what Prometheus finds; nothing where it does not answer yet."""
    text = expression.replace("$__rate_interval", WINDOW)
    try:
        connection.request("GET", f"/api/v1/query?{urlencode({'query': text})}")
        answer = connection.getresponse()
        content = answer.read()
    except OSError:
        connection.close()
        return []
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return []
    found = json.loads(content)
    assert found["status"] == "success", (expression, found)
    return list(found["data"]["result"])
