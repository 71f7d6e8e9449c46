"""A template that has been committed, and a project that cruft has made of it."""

from __future__ import annotations

import shutil

import pytest

from tests.updates.scratch import NAME, commit, copy_template, create


@pytest.fixture(scope="session")
def first(tmp_path_factory):
    """Return a folder with a template and its default project, for all tests of one worker."""
    folder = tmp_path_factory.mktemp("updates")
    copy_template(folder / "template")
    create(str(folder / "template"), folder)
    return folder


@pytest.fixture
def project(first, tmp_path):
    """Return a copy of the default project."""
    return shutil.copytree(first / NAME, tmp_path / NAME)


@pytest.fixture
def growing(first, tmp_path):
    """Return a template of which a later version can be made, and a project of the first."""
    template = shutil.copytree(first / "template", tmp_path / "template")
    project = shutil.copytree(first / NAME, tmp_path / NAME)
    known = project / ".cruft.json"
    text = known.read_text("utf-8").replace(str(first / "template"), str(template))
    known.write_text(text, "utf-8")
    commit(project)
    return template, project
