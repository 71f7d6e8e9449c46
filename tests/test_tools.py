"""The make targets of a project, on machines and sources that are not as they should be."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.conftest import clean_environment
from tests.projects import SHARED
from tests.rendering import ROOT

pytestmark = [pytest.mark.projects, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def project(bake_session):
    """Return a project with the default answers."""
    return bake_session()


def make(folder, *arguments, home, path="", **variables):
    environment = clean_environment(home) | variables
    environment["PATH"] = path + environment["PATH"]
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_uv_and_pips_user_folder_do_not_stop_the_first_make(project, tmp_path):
    old = tmp_path / "bin" / "uv"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho error: unexpected argument >&2\nexit 2\n")
    old.chmod(0o755)

    done = make(project, "secrets", home=tmp_path / "home", path=f"{old.parent}:", PIP_USER="1")

    assert done.returncode == 0, done.stderr
    assert (project / ".venv" / "bin" / "uv").exists()
    assert "Installing the dependencies into .venv" in done.stdout.splitlines()


def test_a_change_pins_what_is_new_and_nothing_else(project, tmp_path):
    served, developed = (project / name for name in ("requirements.lock", "requirements-dev.lock"))
    before = served.read_text()
    declared = project / "pyproject.toml"
    text = declared.read_text()
    declared.write_text(text.replace('  "werkzeug', '  "iniconfig>=2,<3",\n  "werkzeug'))
    developed.unlink()

    done = make(project, "lock", ".venv/serve/.prepared", home=tmp_path / "home")

    assert done.returncode == 0, done.stderr
    new = [line for line in served.read_text().splitlines() if line not in before]
    assert re.match(r"iniconfig==2[.0-9]* \\", new[0])
    assert set(before.splitlines()) < set(served.read_text().splitlines())
    assert all("--hash=" in line for line in new[1:])
    # One that is not there is made of the newest.
    assert "\npytest==" in developed.read_text()
    assert "://" not in served.read_text() + developed.read_text()
    serving = [str(project / ".venv" / "serve" / "bin" / "python"), "-c"]
    assert subprocess.run([*serving, "import flask, iniconfig"], check=False).returncode == 0
    assert subprocess.run([*serving, "import pytest"], check=False).returncode != 0


def test_format_formats_where_lint_finds_what_nothing_mends(project, tmp_path):
    source = project / "app" / "untidy.py"
    source.write_text('"""A module."""\n\nimport os\nnumber  =  undefined\n')

    done = make(project, "format", SHARED, home=tmp_path)

    source_now = source.read_text()
    source.unlink()
    assert source_now == '"""A module."""\n\nnumber = undefined\n'
    assert done.returncode != 0
    assert "F821" in done.stdout


def test_arguments_reach_pytest_and_put_no_floor_under_a_part(project, tmp_path):
    named = "ARGS=tests/test_http.py -n0"

    done = make(project, "test", SHARED, named, home=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
    assert "coverage" not in done.stdout


@pytest.mark.parametrize("folder", ["project", "template"])
def test_windows_is_told_in_one_line_where_this_runs(project, tmp_path, folder):
    refused = make({"project": project, "template": ROOT}[folder], "OS=Windows_NT", home=tmp_path)

    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "WSL" in refused.stderr
