"""Ports: what is given out is given once."""

from __future__ import annotations

import socket

from dev import ports


def test_a_free_port_is_given_once_and_a_server_may_have_it() -> None:
    numbers = [ports.find_free() for _ in range(500)]
    assert len(set(numbers)) == len(numbers)
    with socket.create_server(("127.0.0.1", numbers[0])):
        assert ports.is_taken("127.0.0.1", numbers[0])
        assert ports.answers(numbers[0])
    assert not ports.answers(numbers[1])
