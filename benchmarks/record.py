"""Record real sessions with a fresh clone and draw them: docs/images/session.svg and questions.svg.

`make demo` serves, the README's own curl lines are typed into a shell, somebody guesses a password,
and production refuses to start with what is missing. Then somebody answers the questions of `make
new` in a terminal, wrongly and rightly. What is drawn is what they printed. Run it with the
environment of `make test`: .venv/bin/python -m benchmarks.record, or with the name of one picture.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from html import escape
from pathlib import Path
from queue import Empty, Queue
from typing import Final

from tests.terminal import terminal

ROOT: Final = Path(__file__).resolve().parent.parent
PICTURES: Final = ROOT / "docs" / "images"
LEFT_OUT: Final = shutil.ignore_patterns(".git", ".venv", "demo", "__pycache__", ".*_cache")
PORT: Final = os.environ.get("PORT", "3000")
URL: Final = f"http://127.0.0.1:{PORT}/"

COLUMNS: Final = 108
LINE_HEIGHT: Final = 18
LETTER_WIDTH: Final = 7.8
MARGIN: Final = 16
ANSWER_SECONDS: Final = 600

# What Werkzeug's server says of itself.
GREETINGS: Final = ("WARNING", " * ", "Press ")

GUESSES: Final = """\
for guess in 1 2 3 4 5 6; do
  curl -s -o /dev/null -w '%{http_code} ' "$API/auth/login" -H "$JSON" \\
    -d '{"email": "minji@example.com", "password": "guess '$guess'"}'
done"""
PRODUCTION: Final = """\
# Production starts with safe settings or not at all.
SECRET_KEY=changeme-changeme-changeme-changeme FLASK_DEBUG=1 make serve"""

DIALOGUES: Final = (
    (
        "# The texts come first, and all their mistakes are told at once.",
        "make new",
        ["Book {shop}", "1shop", "", "", "admin:secret@db.example.com"],
    ),
    (
        "# Then the rest: a number chooses, and what cannot be is asked again.",
        "make new",
        [
            "Bookshop",
            "",
            "",
            "",
            "db.example.com",
            "",
            "EdDSA",
            "4",
            *[""] * 2,
            "maybe",
            "y",
            *[""] * 12,
        ],
    ),
    (
        "# Without questions.",
        "make new ANSWERS='project_name=Shop cros=yes oauth=both license=GPL'",
        [],
    ),
)

# A line as it is drawn: how, and what.
Line = tuple[str, str]


class Terminal:
    """A shell that remembers what was typed into it and what it printed."""

    def __init__(self, folder: Path) -> None:
        self.lines: list[Line] = []
        self.output: Queue[str] = Queue()
        self.shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env={**os.environ, "API": f"{URL}api/v1", "NO_COLOR": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.shell.stdout is not None
        for line in self.shell.stdout:
            self.output.put(line)

    def type(self, command: str, until: str | None = None) -> None:
        """Type *command* and take its output, to its end or to a line that has *until*."""
        prompt = "$ "
        for line in command.split("\n"):
            if line.startswith("#"):
                self.lines.append(("comment", line))
                continue
            self.lines.append(("command", prompt + line))
            prompt = "  "
        end = until or "end of the output"
        # Programs must not read what is typed after them.
        typed = command if until else f"{{\n{command}\n}} < /dev/null\necho; echo '{end}'"
        assert self.shell.stdin is not None
        self.shell.stdin.write(f"{typed}\n")
        self.shell.stdin.flush()
        self.lines += self._take(end, is_shown=until is not None)
        self.lines.append(("output", ""))

    def _take(self, end: str, *, is_shown: bool) -> list[Line]:
        taken: list[str] = []
        while True:
            try:
                line = self.output.get(timeout=ANSWER_SECONDS).rstrip("\n")
            except Empty:
                sys.exit(f"no {end!r} in:\n" + "\n".join(taken))
            line = re.sub(r"\x1b\[[0-9;]*m", "", line)
            if end in line and not is_shown:
                break
            if not line.startswith(GREETINGS):
                taken += [line[at : at + COLUMNS] for at in range(0, len(line) or 1, COLUMNS)]
            if end in line:
                break
        while taken and not taken[-1].strip():
            taken.pop()
        return [("output", line.rstrip()) for line in taken]

    def close(self) -> None:
        """End the shell and what it runs."""
        os.killpg(self.shell.pid, signal.SIGTERM)
        self.shell.wait(10)


def record(clone: Path) -> list[Line]:
    """Return the lines of a session in *clone*."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- test: curl -->\n```sh\n(.*?)```", readme, re.DOTALL)
    assert block is not None
    server, user = Terminal(clone), Terminal(clone)
    try:
        server.type("make demo" if PORT == "3000" else f"PORT={PORT} make demo", until=URL)
        # The letters of the project lie in its folder.
        user.type("cd demo/my_flask_api")
        for paragraph in block[1].strip().split("\n\n"):
            user.type(paragraph)
        user.type("# Somebody guesses.\n" + GUESSES)
        user.type(PRODUCTION)
    finally:
        user.close()
        server.close()
        # The embedded database has files to close.
        time.sleep(5)
    return [*server.lines, *user.lines]


def ask(clone: Path) -> list[Line]:
    """Return the lines of somebody who answers the questions in *clone*."""
    # Installing is no part of this picture.
    subprocess.run(["make", ".venv/.prepared"], cwd=clone, check=True, stdout=subprocess.DEVNULL)
    lines: list[Line] = []
    for comment, command, answers in DIALOGUES:
        lines += [("comment", comment), ("command", f"$ {command}")]
        with terminal(shlex.split(command), clone, os.environ, COLUMNS) as user:
            for answer in answers:
                user.wait_for("):")
                user.enter(answer)
            user.wait()
        lines += [("output", line.rstrip()) for line in user.lines]
    return lines


def draw(lines: list[Line]) -> str:
    """Return the lines as an SVG that needs no script and no font of its own."""
    while lines and not lines[-1][1]:
        lines.pop()
    width = round(COLUMNS * LETTER_WIDTH + 2 * MARGIN)
    height = len(lines) * LINE_HEIGHT + 2 * MARGIN
    rows = [
        f'<text class="{kind}" x="{MARGIN}" y="{MARGIN + (number + 1) * LINE_HEIGHT - 5}">'
        f"{escape(text)}</text>"
        for number, (kind, text) in enumerate(lines)
        if text
    ]
    style = (
        "text{font:13px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}"
        ".output{fill:#c9d1d9}.command{fill:#7ee787}.comment{fill:#8b949e}"
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" role="img" aria-label="A recorded session">'
    )
    ground = f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>'
    return "\n".join([head, f"<style>{style}</style>", ground, *rows, "</svg>\n"])


if __name__ == "__main__":
    for name, take in {"session": record, "questions": ask}.items():
        if name in (sys.argv[1:] or [name]):
            with tempfile.TemporaryDirectory() as folder:
                template = Path(folder, "template")
                shutil.copytree(ROOT, template, ignore=LEFT_OUT)
                picture = PICTURES / f"{name}.svg"
                picture.write_text(draw(take(template)), encoding="utf-8")
                print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size} bytes")
