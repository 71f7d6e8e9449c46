"""What their own checkers say of pipelines, and of what surrounds them, in every variant and here.

The checkers ask nobody else: what a registry or a forge would say is not theirs to know.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from tests.rendering import ROOT, SOURCES
from tests.variants.checkers import check

GITHUB = ".github/workflows/*.yml"
PIN = re.compile(r"([\w.-]+/[\w.-]+|mongo)(?::[\w.-]+)?@((?:sha256:)?[0-9a-f]{40,64}.*)")
CHECKED = (GITHUB, ".github/dependabot.yml", ".gitlab-ci.yml", "renovate.json", "*.sh")


@pytest.fixture(scope="session")
def written(projection, tmp_path_factory):
    """Return a folder with every text that is checked, in folders that hold one of each file."""
    folder = tmp_path_factory.mktemp("pipelines")
    counts: dict[str, int] = {}
    for text in projection[0]:
        if any(fnmatch(text.path, pattern) for pattern in CHECKED):
            number = counts[text.path] = counts.get(text.path, -1) + 1
            path = folder / str(number) / text.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.text, "utf-8")
    # A checker finds workflows that are called from the root of the repository.
    (folder / "0" / ".git").mkdir()
    return folder


@pytest.fixture(params=["generated", "own"])
def root(request, written):
    """Return where texts of projects are, and where the repository's own are."""
    return written if request.param == "generated" else ROOT


def find(root, pattern):
    """Return the files in *root* and in its numbered folders that fit *pattern*."""
    tops = [root, *(path for path in root.iterdir() if path.name.isdigit())]
    found = [str(path) for top in tops for path in sorted(top.glob(pattern)) if path.is_file()]
    assert found, pattern
    return found


def test_actionlint_is_content(root):
    check("actionlint", "-no-color", *find(root, GITHUB))


def test_zizmor_is_content(root):
    files = [*find(root, GITHUB), *find(root, ".github/dependabot.yml")]
    check("zizmor", "--offline", "--no-progress", "--quiet", *files)


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [("github-workflows", GITHUB), ("dependabot", ".github/dependabot.yml")],
)
def test_what_github_reads_fits_its_schema(root, schema, pattern):
    check("check-jsonschema", f"--builtin-schema=vendor.{schema}", *find(root, pattern))


def test_what_gitlab_reads_fits_its_schema(written):
    schema = ("--builtin-schema=vendor.gitlab-ci", "--data-transform=gitlab-ci")
    check("check-jsonschema", *schema, *find(written, ".gitlab-ci.yml"))
    check("check-jsonschema", "--builtin-schema=vendor.renovate", *find(written, "renovate.json"))


def test_shellcheck_is_content(written):
    check("shellcheck", *find(written, "deploy/*.sh"))


def test_whatever_is_pinned_is_pinned_to_one_version(written):
    own, project = find(ROOT, GITHUB), find(written, GITHUB)
    texts = [Path(name).read_text("utf-8") for name in (*own, *project)]
    texts += [Path(name).read_text("utf-8") for name in find(written, ".gitlab-ci.yml")]
    pins = {pin for text in texts for pin in PIN.findall(text)}

    assert len(pins) > 5
    assert len(pins) == len({name for name, _ in pins})


def test_what_runs_before_a_commit_and_in_a_container_are_recipes_of_the_makefile():
    hooks = yaml.safe_load((SOURCES / ".pre-commit-config.yaml").read_text("utf-8"))
    container = json.loads((SOURCES / ".devcontainer/devcontainer.json").read_text("utf-8"))
    calls = [hook["entry"] for repository in hooks["repos"] for hook in repository["hooks"]]
    calls += [container["postCreateCommand"], container["postAttachCommand"]]
    makefile = (SOURCES / "Makefile").read_text("utf-8")
    targets = re.findall(r"^([\w-]+):", makefile, re.MULTILINE)

    assert calls == ["make lint", "make types", "make secrets", "make run"]
    assert {call.removeprefix("make ") for call in calls} <= set(targets)


def test_shellcheck_is_content_with_our_own_scripts():
    check("shellcheck", *find(ROOT, ".ci/*"))


# What a person would commit by mistake, put together here.
PLANTED = ("AWS_SECRET_ACCESS_KEY", "=", "a8Kd93jf", "LpQ27xZv", "Rt61mNbc", "Wy05sHgE", "uI4oTqXz")


@pytest.fixture(scope="session")
def everything(projection, tmp_path_factory):
    """Return a folder with every text of every file, and the rules of what is no secret."""
    folder = tmp_path_factory.mktemp("everything")
    for number, text in enumerate(projection[0]):
        path = folder / str(number) / text.path
        path.parent.mkdir(parents=True)
        path.write_text(text.text, "utf-8")
    return folder


def scan(folder):
    rules = f"--config={SOURCES / '.gitleaks.toml'}"
    check("gitleaks", "dir", "--no-banner", "--no-color", "--verbose", rules, str(folder))


def test_no_secret_is_found_in_any_variant(everything):
    scan(everything)


def test_a_secret_that_is_committed_is_found(tmp_path):
    (tmp_path / "settings.py").write_text("".join(PLANTED), "utf-8")

    with pytest.raises(AssertionError, match=r"leaks found: 1"):
        scan(tmp_path)
