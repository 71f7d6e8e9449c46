"""The template's own commands, from a copy that holds nothing but the sources."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.request

import pytest

from tests.conftest import clean_environment
from tests.rendering import MADE_BY_TOOLS, ROOT
from tests.servers import free_port, running

pytestmark = [pytest.mark.projects, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Copy the repository as it would be cloned, and install what it needs, which takes words."""
    folder = tmp_path_factory.mktemp("clone") / "template"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*MADE_BY_TOOLS, "demo"))
    subprocess.run(["make", ".venv/.prepared"], cwd=folder, check=True)
    return folder


def fetch(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read()


def test_make_demo_serves_twice_and_keeps_its_secrets(clone):
    secrets = []
    for _ in range(2):
        port = free_port()
        with running(clone, "demo", port=port):
            assert json.loads(fetch(port, "/openapi.json"))["openapi"].startswith("3.")
            assert b"<html" in fetch(port, "/docs/").lower()
        secrets.append((clone / "demo" / "my_flask_api" / ".env").read_bytes())

    assert secrets[0] == secrets[1]


def test_make_help_names_every_target(clone):
    done = subprocess.run(["make", "help"], cwd=clone, capture_output=True, text=True, check=True)

    targets = {line.split()[0] for line in done.stdout.splitlines()}
    assert targets >= {"help", "demo", "new", "test", "lint", "format", "bench", "clean"}


@pytest.mark.skipif(shutil.which("wrk") is None, reason="nothing here asks fast: install wrk")
def test_make_bench_measures_all_three(clone, tmp_path):
    command = ["make", "bench", "ARGS=--rounds 1 --seconds 1"]
    done = subprocess.run(
        command,
        cwd=clone,
        env=clean_environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    line = r"^(\w+) +\d+ requests/s +\d+ us of CPU per request"
    assert re.findall(line, done.stdout, re.MULTILINE) == ["bare", "project", "everything"]


def test_make_new_asks_nothing_when_the_answers_are_given(clone, tmp_path):
    subprocess.run(
        ["make", "new", f"OUT={tmp_path}", "ANSWERS=project_name='My Notes' cors=yes license=MIT"],
        cwd=clone,
        env=clean_environment(tmp_path / "home"),
        stdin=subprocess.DEVNULL,
        check=True,
    )

    assert "MIT License" in (tmp_path / "my_notes" / "LICENSE").read_text()


def test_make_new_tells_all_mistakes_in_the_answers_that_are_given(clone, tmp_path):
    done = subprocess.run(
        [
            "make",
            "new",
            f"OUT={tmp_path}/new",
            "ANSWERS=author_name='{{ 7*7 }}' cros=yes xml=2 oauth=x",
        ],
        cwd=clone,
        env=clean_environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert done.stderr.splitlines()[:4] == [
        "cros: is not asked",
        "author_name: wants no braces",
        "oauth: wants one of none, client, server",
        "xml: wants yes or no (true or false in JSON)",
    ]
    assert not (tmp_path / "new").exists()


def test_make_new_asks_the_questions(clone, tmp_path):
    done = subprocess.run(
        ["make", "new", f"OUT={tmp_path}"],
        cwd=clone,
        env=clean_environment(tmp_path / "home"),
        input="Asked\n" + "\n" * 30,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Name of the project" in done.stdout
    assert (tmp_path / "asked" / "app").is_dir()
