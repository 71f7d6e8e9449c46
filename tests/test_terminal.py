"""The questions, as somebody answers them in a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import termios
from contextlib import contextmanager

import pytest

from local_extensions.answers import CHOICES, QUESTIONS, RULES
from tests.rendering import CONTEXT, ROOT

PATIENCE = 60
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A program that runs in a terminal, and all that was seen there."""

    def __init__(self, process, leader):
        self.process = process
        self.leader = leader
        self.seen = ""

    def read(self):
        """Wait for more to be seen; say whether there was more."""
        assert select.select([self.leader], [], [], PATIENCE)[0], self.seen
        try:
            read = os.read(self.leader, 65_536)
        except OSError:  # That is how Linux says that nobody holds the other end any more.
            return False
        self.seen += ESCAPES.sub("", read.decode("utf-8", "replace"))
        return bool(read)

    def wait_for(self, text, *, after=0):
        """Read until *text* is seen behind the place *after*; return the place behind it."""
        while (found := " ".join(self.seen.split()).find(text, after)) < 0:
            assert self.read(), f"{text!r} was not seen in:\n{self.seen}"
        return found + len(text)

    def enter(self, text):
        """Type a line."""
        os.write(self.leader, f"{text}\n".encode())

    def wait(self):
        """Read to the end; return the program's exit code, and the lines that were seen."""
        while self.read():
            pass
        return self.process.wait(PATIENCE), self.seen.replace("\r\n", "\n").split("\n")


@pytest.fixture
def ask(tmp_path, environment):
    """Return a function that has cookiecutter ask its questions in a terminal, in a new folder."""

    @contextmanager
    def start(*arguments):
        folder = tmp_path / "work"
        folder.mkdir()
        leader, follower = pty.openpty()
        termios.tcsetwinsize(follower, (50, 200))
        process = subprocess.Popen(
            [sys.executable, "-m", "cookiecutter", *arguments, str(ROOT)],
            cwd=folder,
            env={**environment, "TERM": "xterm-256color"},
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        )
        os.close(follower)
        try:
            yield Terminal(process, leader), folder
        finally:
            process.kill()
            process.wait()
            os.close(leader)

    return start


def label_of(name):
    """Return what is asked for a question."""
    label = CONTEXT["__prompts__"][name]
    return label["__prompt__"] if name in CHOICES else label


def test_every_question_is_asked_in_turn_and_again_where_an_answer_is_impossible(ask):
    typed = {
        "project_name": ["내 메모 Notes"],
        "jwt_algorithm": ["EdDSA", "4"],
        "security_headers": ["maybe", "n"],
        "cors": ["y"],
        "license": ["2"],
    }

    with ask() as (terminal, folder):
        place = 0
        for number, name in enumerate(QUESTIONS, start=1):
            place = terminal.wait_for(f"[{number}/{len(QUESTIONS)}] {label_of(name)}", after=place)
            for choice in CHOICES.get(name, ()):
                place = terminal.wait_for(CONTEXT["__prompts__"][name][choice], after=place)
            for answer in typed.get(name, [""]):
                place = terminal.wait_for("):", after=place)
                terminal.enter(answer)
        code, lines = terminal.wait()

    assert code == 0, lines
    assert lines[-4:] == ["Next:", "  cd notes", "  make run", ""]
    assert "Please select one of the available options" in lines
    assert "Please enter Y or N" in lines
    project = folder / "notes"
    assert "MIT License" in (project / "LICENSE").read_text("utf-8")
    assert "EdDSA" in (project / ".env.example").read_text("utf-8")
    assert (project / "app" / "hooks" / "cors.py").is_file()
    assert not (project / "app" / "hooks" / "security_headers.py").exists()
    assert (project / "README.md").read_text("utf-8").startswith("# 내 메모 Notes\n")


def test_all_texts_that_are_wrong_are_told_at_once_before_anything_else_is_asked(ask):
    wrong = ["A{{ 7*7 }}", "../x", "{% raw %}", "a}", "admin:secret@db"]

    with ask() as (terminal, folder):
        place = 0
        for name, text in zip(RULES, wrong, strict=True):
            place = terminal.wait_for(label_of(name), after=place)
            place = terminal.wait_for("):", after=place)
            terminal.enter(text)
        code, lines = terminal.wait()

    assert code == 1
    assert [line.split(": wants ")[0] for line in lines if ": wants " in line] == list(RULES)
    assert f"[{len(RULES) + 1}/" not in terminal.seen
    assert not list(folder.iterdir())
