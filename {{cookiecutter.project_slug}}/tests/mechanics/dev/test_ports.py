"""Ports: a free port is given out only once."""

from __future__ import annotations

import select
import socket
from threading import Event, Thread

from dev import ports


def test_a_free_port_is_given_once_and_a_server_may_have_it() -> None:
    numbers = [ports.find_free() for _ in range(500)]
    assert len(set(numbers)) == len(numbers)
    with socket.create_server(("127.0.0.1", numbers[0])):
        assert ports.is_taken("127.0.0.1", numbers[0])
        assert ports.answers(numbers[0])
    assert not ports.answers(numbers[1])


def test_a_free_port_is_found_although_a_thread_polls_closed_sockets() -> None:
    with socket.socket() as closed:
        number = closed.fileno()
    is_over = Event()

    def poll() -> None:
        late = select.poll()
        late.register(number)
        while not is_over.is_set():
            late.poll(200)

    thread = Thread(target=poll)
    thread.start()
    try:
        assert not any(ports.answers(ports.find_free()) for _ in range(20))
    finally:
        is_over.set()
        thread.join()
