"""Clients that read and write through a gateway all the time, and remember what they were told."""

from __future__ import annotations

import json
import ssl
import threading
import time
from http.client import HTTPException, HTTPSConnection
from itertools import count
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

    from tests.containers.engine import Engine

# Of Compose's containers and of Swarm's.
APP = "my-flask-api[-_]app"
PASSWORD = "correct horse battery staple of these clients"
# Between two requests of one client: under the quota of the gateway and of the app, and so that the
# releases have the machine.
PAUSE = 0.2
NETWORK_TROUBLE = (OSError, HTTPException)


class Client:
    """An account, and one connection that is kept."""

    def __init__(
        self, engine: Engine, port: int, certificate: Path, email: str, host: str = "localhost"
    ) -> None:
        context = ssl.create_default_context(cafile=str(certificate))
        self.connection = HTTPSConnection(host, port, timeout=15, context=context)
        self.token = ""
        account = {"email": email, "password": PASSWORD}
        assert self.ask("POST", "/api/v1/auth/signup", account | {"displayName": "x"})[0] == 202
        # Nobody reads the letters of this machine.
        running = engine.run("ps", "--quiet", "--filter=health=healthy", f"--filter=name={APP}")
        command = ("flask", "--app", "wsgi", "accounts", "confirm", f"--email={email}")
        engine.run("exec", running.split()[0], *command)
        status, answer = self.ask("POST", "/api/v1/auth/login", account)
        assert status == 200, answer
        self.token = answer["accessToken"]

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Return the status and what was answered."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, body and json.dumps(body), headers)
        response = self.connection.getresponse()
        text = response.read()
        is_json = "json" in response.headers.get("Content-Type", "")
        return response.status, json.loads(text) if is_json else text

    def close(self) -> None:
        """Close the connection; another one is opened for the next request."""
        self.connection.close()

    def titles(self) -> set[str]:
        """Return the titles of all notes."""
        found, cursor = set(), ""
        while cursor is not None:
            more = f"&cursor={cursor}" if cursor else ""
            status, page = self.ask("GET", f"/api/v1/me/notes?limit=100{more}")
            assert status == 200, page
            found |= {note["title"] for note in page["items"]}
            cursor = page["nextCursor"]
        return found


class Load:
    """Several clients at once, from entering the context to leaving it."""

    def __init__(self, engine: Engine, port: int, certificate: Path, clients: int = 4) -> None:
        stamp = time.time_ns()
        self.clients = [
            Client(engine, port, certificate, f"client{number}-{stamp}@example.com")
            for number in range(clients)
        ]
        self.requests = 0
        self.failures: list[str] = []
        self.written: dict[Client, set[str]] = {client: set() for client in self.clients}
        self.is_over = threading.Event()
        self.threads = [
            threading.Thread(target=self._run, args=[client], daemon=True)
            for client in self.clients
        ]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def lost(self) -> set[str]:
        """Return what was written, acknowledged, and is not there."""
        missing = {
            title for client in self.clients for title in self.written[client] - client.titles()
        }
        for client in self.clients:
            client.close()
        return missing

    def _run(self, client: Client) -> None:
        for number in count():
            if self.is_over.wait(PAUSE):
                return
            title = f"note {number}"
            steps = ("GET", "/api/v1/me", None), ("POST", "/api/v1/me/notes", {"title": title})
            method, path, body = steps[number % 2]
            self.requests += 1
            began = time.monotonic()
            try:
                status, answer = client.ask(method, path, body and body | {"body": "x"})
            except NETWORK_TROUBLE as error:
                client.close()
                self.failures.append(f"{method}: {error!r} after {time.monotonic() - began:.1f} s")
                continue
            if status == 201:
                self.written[client].add(title)
            elif status != 200:
                self.failures.append(f"{method}: {status} {answer}")
