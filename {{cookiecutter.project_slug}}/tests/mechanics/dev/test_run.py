"""`make run`: what it prints, what it refuses, and that all its processes end."""

from __future__ import annotations

import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest

from dev import ports

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.processes import Server, StartServer

RUN = "import pathlib, sys; from dev.run import main; main(pathlib.Path(sys.argv[1]))"
PAGE = "{{ '/openapi.json' if cookiecutter.api_docs == 'none' else '/docs/' }}"


@pytest.fixture
def variables(variables: dict[str, str]) -> dict[str, str]:
    """Return variables without the services that it brings along."""
    del variables["MONGODB_URI"]
    #: if cookiecutter.mail
    del variables["MAIL_URI"]
    #: endif
    return variables


@pytest.fixture
def runner(start_server: StartServer, tmp_path: Path) -> Server:
    """Return a development server with its own database, once it says that it serves."""
    # As some umasks would leave it.
    tmp_path.chmod(0o755)
    started = start_server("-c", RUN, str(tmp_path / "mongo"))
    started.await_output(f"http://127.0.0.1:{started.port}{PAGE}\n")
    return started


def await_silence(*numbers: int) -> None:
    deadline = time.monotonic() + 15
    while any(ports.answers(number) for number in numbers):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def database_port(folder: Path) -> int:
    return int((folder / "mongo.lock").read_text().rpartition(":")[2])


def test_runner_serves_on_an_embedded_database_at_the_address_it_prints(
    runner: Server, tmp_path: Path
) -> None:
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert runner.ask("GET", "/health/ready").status == 200
    assert runner.ask("GET", PAGE).status == 200


#: if cookiecutter.mail
def test_runner_catches_letters_beside_its_data(runner: Server, tmp_path: Path) -> None:
    printed = runner.await_output("Letters: http://127.0.0.1:")
    page = int(printed.partition("Letters: http://127.0.0.1:")[2].partition("/")[0])
    assert ports.answers(page)
    assert (tmp_path / "outbox").stat().st_mode & 0o777 == 0o700
    runner.stop()
    await_silence(runner.port, page)


def test_runner_tells_that_its_worker_has_ended(runner: Server) -> None:
    runner.kill_child("dev.worker")
    runner.await_output("the worker ended with exit code -9\n")
    assert runner.ask("GET", "/health/ready").status == 200


#: endif
@pytest.mark.checklist("input.no-secret-url")
def test_runner_logs_no_query(runner: Server) -> None:
    runner.ask("GET", "/health/live?access_token=canary")
    runner.exchange(b"GET /?token=canary x x\r\n\r\n")
    runner.stop()
    #: if cookiecutter.observability
    assert "GET /health/live 200" in runner.printed
    #: else
    assert "GET /health/live HTTP/1.1" in runner.printed
    #: endif
    assert "canary" not in runner.printed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_the_runner(runner: Server, tmp_path: Path, number: int) -> None:
    assert runner.ask("GET", "/health/ready").status == 200
    exit_code = runner.stop(number)
    assert exit_code == (-number if number == signal.SIGKILL else 0)
    await_silence(runner.port, database_port(tmp_path))


def test_runner_uses_the_database_that_is_named(
    start_server: StartServer, mongodb_uri: str, tmp_path: Path
) -> None:
    named = start_server("-c", RUN, str(tmp_path / "mongo"), MONGODB_URI=mongodb_uri)
    assert named.ask("GET", "/health/ready").status == 200
    assert not (tmp_path / "mongo").exists()


def test_runner_prints_an_address_of_ipv6_that_a_browser_takes(
    start_server: StartServer, tmp_path: Path
) -> None:
    runner = start_server("-c", RUN, str(tmp_path / "mongo"), BIND_ADDRESS="::")
    runner.await_output(f"http://[::1]:{runner.port}{PAGE}\n")
    assert runner.ask("GET", "/health/ready").status == 200


@pytest.mark.parametrize(
    ("name", "text"),
    [("MONGODB_URI", "mongodb+srv://u:canary@canary.invalid/x"), ("DOTENV", "/canary")],
)
def test_an_external_mistake_is_one_line_before_anything_starts(
    start_server: StartServer, tmp_path: Path, name: str, text: str
) -> None:
    refused = start_server("-c", RUN, str(tmp_path / "mongo"), **{name: text})
    assert refused.process.wait() == 1
    assert refused.printed.startswith(f"{name} must name a ")
    assert refused.printed.count("\n") == 1
    assert "canary" not in refused.printed
    assert not (tmp_path / "mongo").exists()


def test_taken_port_is_one_line_before_anything_starts(
    start_server: StartServer, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = start_server("-c", RUN, str(tmp_path / "mongo"), PORT=port)
        assert refused.process.wait(20) == 1
    assert refused.printed.startswith(f"PORT {port} is taken: choose another")
    assert refused.printed.count("\n") == 1
    assert not (tmp_path / "mongo").exists()


def test_wrong_setting_is_one_line_before_anything_starts(
    start_server: StartServer, tmp_path: Path
) -> None:
    refused = start_server("-c", RUN, str(tmp_path / "mongo"), TRUSTED_PROXIES="x")
    assert refused.process.wait() == 1
    assert refused.printed == "TRUSTED_PROXIES must be a whole number\n"
    assert not (tmp_path / "mongo").exists()
