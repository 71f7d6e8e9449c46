"""Ports of this machine: which are taken, which are free, which answer."""

from __future__ import annotations

import socket


def is_taken(address: str, port: int) -> bool:
    """Tell whether nothing can listen there, usually since another process does."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: a connection in TIME-WAIT does not block the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return True
    return False


def find_free() -> int:
    """Return a port of 127.0.0.1 that the system gives to nobody else for about a minute.

    A connection that its listener closed first stays in TIME-WAIT (RFC 9293 section 3.6.1): for
    that time only a server that names the port can have it.
    """
    while True:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port: int = listener.getsockname()[1]
            with socket.create_connection(("127.0.0.1", port)) as client:
                listener.accept()[0].close()
                client.recv(1)
        # A closed socket keeps listening while another thread polls its file number by mistake.
        # The next try uses another port.
        if not answers(port):
            return port


def answers(port: int, address: str = "127.0.0.1") -> bool:
    """Tell whether something there accepts connections."""
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False


def near(address: str) -> str:
    """Return how this machine reaches a server that listens at *address*."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 - compared
