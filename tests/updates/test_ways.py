"""The same project comes out, whichever way the template got here and how often it is asked."""

from __future__ import annotations

import shutil
import sys

import pytest

from tests.updates.scratch import NAME, contents, run

COOKIECUTTER = (sys.executable, "-m", "cookiecutter")


def generate(folder, *arguments):
    """Run the program in *folder*, without questions."""
    return run(folder, *COOKIECUTTER, "--no-input", *arguments)


@pytest.fixture
def work(tmp_path):
    """Return an empty folder, beside which is the home of who works there."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def test_a_zip_gives_the_same_project(first, work):
    packed = work.parent / "template.zip"
    inside = "--prefix=template/"
    run(first / "template", "git", "archive", inside, "-o", str(packed), "HEAD")

    generate(work, str(packed))

    assert contents(work / NAME) == contents(first / NAME)


def test_the_address_of_a_repository_gives_the_same_project(first, work):
    generate(work, f"git+file://{first}/template")

    assert contents(work / NAME) == contents(first / NAME)


@pytest.mark.parametrize("folder", [".", "./"])
def test_a_run_inside_the_clone_gives_the_same_project(first, work, folder):
    clone = work / "clone"
    run(work, "git", "clone", "--quiet", str(first / "template"), str(clone))

    generate(clone, folder)

    assert contents(clone / NAME) == contents(first / NAME)


@pytest.mark.parametrize("folder", ["my templates", "템플릿 모음", "a'b & c", "Ünïcode", "100%"])
def test_a_template_may_lie_in_a_folder_of_any_name(first, work, folder):
    shutil.copytree(first / "template", work / folder / "내 틀", ignore=lambda *_: [".git"])

    told = generate(work, f"{folder}/내 틀", "-o", f"{folder}/out")

    assert contents(work / folder / "out" / NAME) == contents(first / NAME)
    assert "Next:" in told


def test_a_replay_gives_the_same_project_again(first, work):
    generate(work, str(first / "template"), "cors=yes", "api_docs=redoc", "author_name=김민지")
    before = contents(work / NAME)
    (work / NAME).rename(work / "before")

    run(work, *COOKIECUTTER, "--replay", str(first / "template"))

    assert contents(work / NAME) == before
    assert (work / NAME / ".env").read_bytes() != (work / "before" / ".env").read_bytes()


def test_another_run_over_a_project_keeps_env_and_prunes_what_is_off_now(first, work):
    generate(work, str(first / "template"), "cors=yes", "jwt_algorithm=RS256")
    project = work / NAME
    secrets = (project / ".env").read_bytes()
    (project / "app" / "mine.py").write_text('"""Ours."""\n')

    generate(work, "--overwrite-if-exists", str(first / "template"))

    assert (project / ".env").read_bytes() == secrets
    assert contents(project) == contents(first / NAME) | {"app/mine.py": '"""Ours."""\n'}


def test_an_existing_project_is_refused_and_left_as_it_is(first, work):
    generate(work, str(first / "template"))
    (work / NAME / "wsgi.py").write_text("mine\n")
    before = contents(work / NAME), (work / NAME / ".env").read_bytes()

    with pytest.raises(AssertionError, match="already exists"):
        generate(work, str(first / "template"), "cors=yes")

    assert (contents(work / NAME), (work / NAME / ".env").read_bytes()) == before
