"""The questions, as somebody answers them in a terminal."""

from __future__ import annotations

import sys

import pytest

from local_extensions.answers import CHOICES, QUESTIONS, RULES
from tests.rendering import CONTEXT, ROOT
from tests.terminal import terminal


@pytest.fixture
def folder(tmp_path):
    """Return an empty folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def ask(folder, environment):
    """Have cookiecutter ask its questions in *folder*."""
    return terminal([sys.executable, "-m", "cookiecutter", str(ROOT)], folder, environment)


def label_of(name):
    """Return what is asked for a question."""
    label = CONTEXT["__prompts__"][name]
    return label["__prompt__"] if name in CHOICES else label


def test_every_question_is_asked_in_turn_and_again_where_an_answer_is_impossible(
    folder, environment
):
    typed = {
        "project_name": ["내 메모 Notes"],
        "jwt_algorithm": ["EdDSA", "4"],
        "security_headers": ["maybe", "n"],
        "cors": ["y"],
        "license": ["2"],
    }

    with ask(folder, environment) as user:
        for number, name in enumerate(QUESTIONS, start=1):
            user.wait_for(f"[{number}/{len(QUESTIONS)}] {label_of(name)}")
            for choice in CHOICES.get(name, ()):
                user.wait_for(CONTEXT["__prompts__"][name][choice])
            for answer in typed.get(name, [""]):
                user.wait_for("):")
                user.enter(answer)
        code = user.wait()

    assert code == 0, user.seen
    assert user.lines[-4:] == ["Next:", "  cd notes", "  make run", ""]
    assert "Please select one of the available options" in user.lines
    assert "Please enter Y or N" in user.lines
    project = folder / "notes"
    assert "MIT License" in (project / "LICENSE").read_text("utf-8")
    assert "EdDSA" in (project / ".env.example").read_text("utf-8")
    assert (project / "app" / "hooks" / "cors.py").is_file()
    assert not (project / "app" / "hooks" / "security_headers.py").exists()
    assert (project / "README.md").read_text("utf-8").startswith("# 내 메모 Notes\n")


def test_all_texts_that_are_wrong_are_told_at_once_before_anything_else_is_asked(
    folder, environment
):
    wrong = ["A{{ 7*7 }}", "../x", "{% raw %}", "a}", "admin:secret@db"]

    with ask(folder, environment) as user:
        for name, text in zip(RULES, wrong, strict=True):
            user.wait_for(label_of(name))
            user.wait_for("):")
            user.enter(text)
        code = user.wait()

    assert code == 1
    assert [line.split(": wants ")[0] for line in user.lines if ": wants " in line] == list(RULES)
    assert f"[{len(RULES) + 1}/" not in user.seen
    assert not list(folder.iterdir())
