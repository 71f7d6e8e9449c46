"""Ports of this machine: which are taken, which are free, which answer."""

from __future__ import annotations

import socket


def is_taken(address: str, port: int) -> bool:
    """Tell whether another process listens there, or nothing may."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: a connection that is only waiting to be forgotten takes no port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return True
    return False


def find_free() -> int:
    """Return a port of 127.0.0.1 that is kept for servers that name it, for about a minute.

    A connection that its listener closed first lingers there (TIME-WAIT, RFC 9293 section 3.6.1):
    until it is forgotten the system gives the port to nobody who asks for any.
    """
    while True:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port: int = listener.getsockname()[1]
            with socket.create_connection(("127.0.0.1", port)) as client:
                listener.accept()[0].close()
                client.recv(1)
        # What is closed goes on listening while a thread polls it: one that is late, and means a
        # file that had its number before. The next try has another port.
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
    """Return where a server that listens at *address* is found from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 - compared
