"""A headless Chromium, driven over its own debugging protocol, without a further package.

Chromium reads commands from file descriptor 3 and writes to 4: JSON, each ended by a NUL.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from queue import Empty, Queue
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
_SECONDS = 40

# Puts the two pipes at the numbers that the browser expects; some shells know only one digit.
_PLUMBING = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for place, end in enumerate(ends, start=3):
    os.dup2(end, place)
os.execv(sys.argv[3], sys.argv[3:])
"""


def find_chromium() -> str | None:
    """Return the browser that CHROMIUM names, or one on the path, or None."""
    if named := os.environ.get("CHROMIUM"):
        return named
    return next(filter(None, map(shutil.which, NAMES)), None)


class Tab:
    """One page, with its requests and its console errors."""

    def __init__(self, commands: Any, answers: Any) -> None:
        self._commands = commands
        self._answers: Queue[dict[str, Any]] = Queue()
        self._session: str | None = None
        self._last_id = 0
        self.requests: list[str] = []
        self.complaints: list[str] = []
        threading.Thread(target=self._listen, args=(answers,), daemon=True).start()

    def open(self, url: str) -> None:
        """Go to *url*; use wait_for() to see what is on it."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")
        self.send("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """Return the value of *script*, promises awaited."""
        answer = self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait_for(self, script: str) -> Any:
        """Return the value of *script* once it is true; fails after a while."""
        end = monotonic() + _SECONDS
        # A page that is still loading has no body. An element cannot be returned, so the script
        # returns that it exists.
        asked = f"document.body && (value => value instanceof Node || value)({script})"
        while not (value := self.run(asked)):
            if monotonic() > end:
                shown = self.run("document.body.innerText")
                message = f"never true: {script}\n{self.complaints}\n{shown}"
                raise AssertionError(message)
            sleep(0.05)
        return value

    def press(self, key: str, *, control: bool = False) -> None:
        """Press and release a letter."""
        pressed = {
            "key": key,
            "code": f"Key{key.upper()}",
            "windowsVirtualKeyCode": ord(key.upper()),
            "modifiers": 2 if control else 0,
        }
        for event in ("rawKeyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=event, **pressed)

    def stays_with(self, origin: str) -> None:
        """Assert that there were no requests to other origins and no console errors."""
        asked = [url for url in self.requests if not url.startswith(("data:", "blob:"))]
        assert asked
        assert [url for url in asked if not url.startswith(f"{origin}/")] == []
        assert self.complaints == []

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return the browser's answer to a command of its protocol."""
        self._last_id += 1
        command = {"id": self._last_id, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        self._commands.write(json.dumps(command).encode() + b"\0")
        self._commands.flush()
        try:
            answer = self._answers.get(timeout=_SECONDS)
        except Empty:
            raise AssertionError(f"the browser did not answer {method}") from None
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def _listen(self, answers: Any) -> None:
        buffer = b""
        while chunk := answers.read1(65536):
            *messages, buffer = (buffer + chunk).split(b"\0")
            for message in messages:
                self._take(json.loads(message))

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers.put(message)
            return
        parameters = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(parameters["request"]["url"])
            case "Log.entryAdded" if parameters["entry"]["level"] in {"error", "warning"}:
                self.complaints.append(parameters["entry"]["text"])
            case "Runtime.consoleAPICalled" if parameters["type"] in {"error", "warning"}:
                self.complaints.append(json.dumps(parameters["args"]))
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(parameters["exceptionDetails"]))


@contextmanager
def open_tab(executable: str, profile: Path) -> Iterator[Callable[[str], Tab]]:
    """Start a browser with an empty *profile* and give a function that opens a page in it."""
    to_read, to_write = os.pipe(), os.pipe()
    ends = (to_read[0], to_write[1])
    command = [executable, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(
        [sys.executable, "-c", _PLUMBING, *map(str, ends), *command],
        pass_fds=ends,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        for end in ends:
            os.close(end)
        with os.fdopen(to_read[1], "wb") as commands, os.fdopen(to_write[0], "rb") as answers:
            tab = Tab(commands, answers)

            def open_page(url: str) -> Tab:
                tab.open(url)
                return tab

            try:
                yield open_page
            finally:
                process.kill()
                process.wait()
