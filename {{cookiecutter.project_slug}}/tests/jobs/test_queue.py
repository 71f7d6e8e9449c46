"""The broker: its protocols, its messages, and requests while it is away."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from redis import Redis

from app.errors import ServiceUnavailableError
from app.jobs import queue
from config.testing import Testing
from dev import ports


def make(uri: str):
    return queue.make_queue(Testing(BROKER_URI=uri))


@pytest.mark.parametrize(
    ("uri", "used"),
    [
        ("redis://host:1/2", "redis://host:1/2"),
        ("valkey://host", "redis://host"),
        ("valkeys://host", "rediss://host"),
        ("amqps://host", "amqps://host"),
    ],
)
def test_each_broker_is_used_with_its_own_protocol(uri, used):
    assert make(uri).conf.broker_url == used


def test_rabbitmq_has_to_confirm_messages():
    assert make("amqp://host").conf.broker_transport_options["confirm_publish"] is True


def test_only_json_is_read_and_no_result_is_kept():
    conf = make("redis://host").conf
    assert (conf.accept_content, conf.task_serializer) == (["json"], "json")
    assert (conf.result_backend, conf.task_ignore_result) == (None, True)


def test_the_broker_is_sent_an_id_and_nothing_else(queue_app):
    job_id = uuid4()
    with queue_app.app_context():
        queue.send(job_id)
    with queue_app.extensions["queue"].connection_for_read() as connection:
        message = connection.SimpleQueue(Testing().JOB_QUEUE).get(timeout=5)
        message.ack()
    arguments, options, _ = message.decode()
    assert (arguments, options) == ([str(job_id)], {})


def test_an_idle_connection_that_died_is_replaced(queue_app, broker_uri):
    with queue_app.app_context():
        queue.send(uuid4())
        with Redis.from_url(broker_uri) as client:
            client.client_kill_filter(_type="normal", skipme=True)
        queue.send(uuid4())


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_away_is_noticed_at_once_each_time(make_app, scheme):
    app = make_app(BROKER_URI=f"{scheme}://127.0.0.1:{ports.find_free()}")
    with app.app_context():
        for _ in range(3):
            began = time.monotonic()
            with pytest.raises(ServiceUnavailableError):
                queue.send(uuid4())
            assert time.monotonic() - began < 3
