"""The embedded broker: it answers, ends with its starter, and says if it cannot be started."""

from __future__ import annotations

import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
from redis import Redis

from config.environment import PROJECT
from dev import ports
from dev.broker import EmbeddedBrokerError, embedded_broker

STARTER = """
import time
from dev.broker import embedded_broker
with embedded_broker() as uri:
    print(uri, flush=True)
    time.sleep(60)
"""


def await_end(uri: str) -> None:
    deadline = time.monotonic() + 15
    while ports.answers(urlsplit(uri).port):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_broker_answers_until_the_block_ends() -> None:
    with embedded_broker() as uri, Redis.from_url(uri) as client:
        assert client.ping()
    await_end(uri)


def test_a_broker_ends_with_its_starter() -> None:
    command = [sys.executable, "-c", STARTER]
    starter = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    with starter.stdout as output:
        uri = output.readline().strip()
    starter.kill()
    starter.wait()
    await_end(uri)


def test_without_the_broker_package_the_error_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(EmbeddedBrokerError, match="set BROKER_URI"), embedded_broker():
        pass
