"""A release is tagged only when everything is fit for it, and is what new projects are made of."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.rendering import ROOT, run_cookiecutter

CHANGELOG = """\
# Changelog

## Unreleased

## 1.2.0 - 2026-11-29

- Something.
"""
MAKE = """\
#!/bin/sh
echo "make $*" >> "$RECORD"
[ ! -e "$RECORD.broken" ]
"""


class Clone:
    """A clone with a changelog, the recipe, a suite that only says that it ran, and an origin."""

    def __init__(self, folder, environment):
        self.folder = folder / "clone"
        self.origin = folder / "origin.git"
        self.record = folder / "record"
        (folder / "bin").mkdir()
        make = folder / "bin" / "make"
        make.write_text(MAKE, "utf-8")
        make.chmod(0o755)
        self.environment = environment | {
            "PATH": f"{folder / 'bin'}:{environment['PATH']}",
            "RECORD": str(self.record),
            **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Minji"),
            **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "minji@example.com"),
        }
        (self.folder / ".ci").mkdir(parents=True)
        shutil.copy(ROOT / ".ci" / "release", self.folder / ".ci" / "release")
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("init", "--quiet", "--bare", "--initial-branch=release", str(self.origin))
        self.git("remote", "add", "origin", str(self.origin))
        self.commit("CHANGELOG.md", CHANGELOG)

    def git(self, *words):
        """Run git in the clone."""
        return self.run("git", *words)

    def run(self, *command):
        """Run a command in the clone, and return what it printed."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        ).stdout

    def commit(self, name, text):
        """Write a file and commit it."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, "utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", f"--message=Write {name}")

    def release(self, version="1.2.0"):
        """Run the recipe."""
        return self.run(".ci/release", version)

    def refuse(self, version="1.2.0"):
        """Run the recipe, which refuses, and return what it says."""
        with pytest.raises(subprocess.CalledProcessError) as refused:
            self.release(version)
        return refused.value.output

    @property
    def refs(self):
        """Every branch and tag."""
        return set(self.git("for-each-ref", "--format=%(refname)").split())


@pytest.fixture
def clone(tmp_path, environment):
    """Return a clone that is fit for a release."""
    return Clone(tmp_path, environment)


def test_what_is_fit_is_tagged_after_the_whole_suite(clone):
    printed = clone.release()

    assert clone.record.read_text("utf-8") == "make lint test-all\n"
    assert clone.refs == {"refs/heads/main", "refs/heads/release", "refs/tags/v1.2.0"}
    assert "git push --atomic origin v1.2.0 release" in printed


def dirty(clone):
    (clone.folder / "forgotten.py").write_text("", "utf-8")


def untold(clone):
    clone.commit("CHANGELOG.md", CHANGELOG.replace("1.2.0", "1.1.9"))


def unreleased(clone):
    clone.commit("CHANGELOG.md", CHANGELOG.replace("Unreleased\n", "Unreleased\n\n- More.\n"))


def red(clone):
    clone.record.with_suffix(".broken").touch()


def behind(clone):
    clone.git("branch", "aside")
    clone.commit("more.py", "")
    clone.git("branch", "release")
    clone.git("reset", "--quiet", "--hard", "aside")
    clone.git("branch", "--delete", "--force", "aside")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (dirty, "the tree has changes that are not committed"),
        (untold, 'CHANGELOG.md has no entry "## 1.2.0 - '),
        (unreleased, 'CHANGELOG.md has changes under "Unreleased"'),
        (red, "the suite is red"),
        (behind, 'the branch "release" has what is not here'),
    ],
    ids=["dirty", "untold", "unreleased", "red", "behind"],
)
def test_what_is_not_fit_is_refused_and_nothing_is_tagged(clone, spoil, why):
    spoil(clone)
    refs = clone.refs

    assert f"Not released: {why}" in clone.refuse()
    assert clone.refs == refs


@pytest.mark.parametrize("version", ["", "v1.2.0", "1.2", "1.2.0; true"])
def test_a_version_that_is_none_is_refused(clone, version):
    assert "Not released: name the version" in clone.refuse(version)
    assert not clone.record.exists()


def test_a_version_is_released_once(clone):
    clone.release()

    assert "Not released: there is a v1.2.0 already" in clone.refuse()


def test_make_release_is_the_recipe():
    makefile = (ROOT / "Makefile").read_text("utf-8")

    assert re.search(r"^release:.*\n\t@exec \.ci/release '\$\(VERSION\)'$", makefile, re.MULTILINE)


def test_new_projects_are_made_of_the_newest_release(clone, environment, tmp_path):
    source = "{{cookiecutter.project_slug}}/state.txt"
    clone.commit("cookiecutter.json", '{"project_slug": "api"}')
    clone.commit(source, "released\n")
    clone.release()
    clone.git("push", "--quiet", "--atomic", "origin", "v1.2.0", "release")
    clone.commit(source, "not released yet\n")
    clone.git("push", "--quiet", "origin", "main")

    done = run_cookiecutter(
        "--no-input", f"file://{clone.origin}", environment=environment, folder=tmp_path
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "api" / "state.txt").read_text("utf-8") == "released\n"
