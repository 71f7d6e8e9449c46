"""A project takes a later version of the template, and keeps what its owner has changed."""

from __future__ import annotations

import json
import sys

import pytest

from tests.updates.scratch import commit, contents, create, replace, run, update

SOURCES = "{{cookiecutter.project_slug}}"
MANIFEST = "local_extensions/manifest.py"


def check(project):
    """Run the quick part of the project's own suite."""
    run(project, sys.executable, "-c", "import app, app.routes, config")
    tests = [
        "tests/test_layers.py",
        "tests/config",
        "tests/test_readme.py",
        "tests/mechanics/dev/test_docs.py",
    ]
    run(project, sys.executable, "-m", "pytest", "-n0", "--no-cov", "-q", *tests)


def edit_as_its_owner(project):
    """Change a view, a dependency and a secret, and add and remove a module."""
    replace(project / "app/notes/views.py", "The caller's notes.", "What the caller wrote down.")
    replace(
        project / "pyproject.toml", '  "flask>=3.1,<4",', '  "flask>=3.1,<4",\n  "humanize>=4",'
    )
    (project / "app/notes/mine.py").write_text('"""Ours."""\n')
    (project / "README.ko.md").unlink()
    with (project / ".env").open("a") as file:
        file.write("\n# Ours.\nSECRET_KEY=a-key-of-our-own-that-is-long-enough-for-any-check\n")


def improve(template):
    """Make the next version: another sentence, docstring and bound, and another module."""
    sources = template / SOURCES
    replace(sources / "README.md", "You need Python 3.11 or newer", "You want Python 3.11 or newer")
    replace(sources / "app/notes/views.py", '"""Read a note."""', '"""Read one note."""')
    replace(sources / "pyproject.toml", '"werkzeug>=3.1,<4"', '"werkzeug>=3.1.3,<4"')
    (sources / "app/notes/theirs.py").write_text('"""{{ cookiecutter.project_slug }}."""\n')
    commit(template)


def test_an_update_keeps_the_owners_edits_and_takes_the_templates(growing):
    template, project = growing
    edit_as_its_owner(project)
    commit(project)
    secrets = (project / ".env").read_bytes()
    improve(template)

    update(project)

    view = (project / "app/notes/views.py").read_text("utf-8")
    assert "What the caller wrote down." in view
    assert '"""Read one note."""' in view
    dependencies = (project / "pyproject.toml").read_text("utf-8")
    assert '"humanize>=4"' in dependencies
    assert '"werkzeug>=3.1.3,<4"' in dependencies
    assert "You want Python 3.11" in (project / "README.md").read_text("utf-8")
    assert (project / "app/notes/theirs.py").read_text() == '"""my_flask_api."""\n'
    assert (project / "app/notes/mine.py").exists()
    assert not (project / "README.ko.md").exists()
    assert (project / ".env").read_bytes() == secrets
    check(project)


def test_the_projects_own_tests_leave_nothing_that_cruft_would_stumble_over(project):
    check(project)

    assert not run(project, "git", "status", "--porcelain")


def rename_an_owned_file(template):
    """Have an answer own a file of another name."""
    sources = template / SOURCES
    (sources / "app/hooks/cors.py").rename(sources / "app/hooks/origins.py")
    replace(template / MANIFEST, '"app/hooks/cors.py"', '"app/hooks/origins.py"')


def own_another_file(template):
    """Have an answer own a file that belonged to every project; the manifest keeps its length."""
    sources = template / SOURCES
    (sources / "app/hooks/corz.py").write_text('"""Belongs to CORS."""\n')
    replace(template / MANIFEST, '"app/hooks/cors.py"', '"app/hooks/corz.py"')


def ask_another_question(template):
    """Ask something new, and use the answer."""
    replace(
        template / "cookiecutter.json",
        '  "field_encryption": true,',
        '  "field_encryption": true,\n  "sentry": false,',
    )
    readme = template / SOURCES / "README.md"
    text = readme.read_text("utf-8")
    readme.write_text(f"{text}#: if cookiecutter.sentry\nSentry.\n#: else\nNo more.\n#: endif\n")


@pytest.mark.parametrize(
    ("change", "path", "is_there"),
    [
        (rename_an_owned_file, "app/hooks/origins.py", False),
        (own_another_file, "app/hooks/cors.py", True),
        (ask_another_question, "README.md", True),
    ],
    ids=["a renamed file", "another file", "a new question"],
)
def test_an_update_goes_by_the_manifest_and_rules_of_the_new_version(
    growing, tmp_path, change, path, is_there
):
    template, project = growing
    change(template)
    commit(template)

    update(project)

    assert (project / path).exists() == is_there
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    fresh = create(str(template), elsewhere)
    assert contents(project) == contents(fresh)
    answers = json.loads((project / ".cruft.json").read_text())["context"]["cookiecutter"]
    if change is ask_another_question:
        assert answers["sentry"] is False


def test_an_update_goes_by_the_choices_of_the_new_version(growing):
    template, project = growing
    replace(template / "cookiecutter.json", '"Apache-2.0"],', '"Apache-2.0", "BSD-3-Clause"],')
    commit(template)

    update(project, {"license": "BSD-3-Clause"})

    answers = json.loads((project / ".cruft.json").read_text())["context"]["cookiecutter"]
    assert answers["license"] == "BSD-3-Clause"
