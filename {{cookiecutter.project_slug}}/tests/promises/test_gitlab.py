"""The pipeline of GitLab: what it checks, and what it lets pass."""

from __future__ import annotations

import re
from typing import Any, Final

#: if cookiecutter.deploy != "none"
import pytest
#: endif
import yaml

from config.environment import PROJECT

PIPELINE: Final[dict[str, Any]] = yaml.safe_load((PROJECT / ".gitlab-ci.yml").read_text("utf-8"))
JOBS: Final = {name: job for name, job in PIPELINE.items() if "script" in job}
CHECKED: Final = {"lint", "test", "mongodb", "secrets", "audit"}
CHECKS: Final = {"make lint", "make types", "make test", "make test-all"}
DIGEST: Final = re.compile(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}")


def test_every_change_is_checked():
    assert {line for name in CHECKED for line in JOBS[name]["script"]} >= CHECKS
    assert not [name for name in CHECKED if {"rules", "when", "allow_failure"} & JOBS[name].keys()]
    for source in ("merge_request_event", "CI_DEFAULT_BRANCH", "CI_COMMIT_TAG"):
        assert any(source in rule["if"] for rule in PIPELINE["workflow"]["rules"])


def test_the_tools_of_others_are_pinned_to_their_content():
    images = [JOBS["secrets"]["image"], JOBS["audit"]["image"], *JOBS["mongodb"]["services"]]
    assert [image["name"] for image in images if not DIGEST.fullmatch(image["name"])] == []


def test_every_supported_python_is_tested():
    text = (PROJECT / "pyproject.toml").read_text("utf-8")
    wanted = re.search(r'^requires-python = ">=(3\.\d+)"', text, re.MULTILINE)
    assert wanted
    assert JOBS["test"]["parallel"]["matrix"][0]["PYTHON"][0] == wanted[1]


def test_what_the_pipeline_makes_has_a_recipe():
    made = {line.split()[1] for job in JOBS.values() for line in job["script"]
            if line.startswith("make ")}  # fmt: skip
    targets = re.findall(r"^([\w-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert made <= {*targets}
#: if cookiecutter.deploy != "none"


def _releases() -> dict[str, dict[str, Any]]:
    return {
        name: PIPELINE.get(job.get("extends", ""), {}) | job
        for name, job in JOBS.items()
        if any("deploy/release.sh release" in line for line in job["script"])
    }


@pytest.mark.checklist("cicd.auto-deploy")
def test_a_tag_releases_when_somebody_approves_and_nothing_else_does():
    (job,) = _releases().values()
    assert job["rules"] == [{"if": "$CI_COMMIT_TAG", "when": "manual", "allow_failure": False}]
    assert job["environment"]["name"] == "production"


@pytest.mark.checklist("cicd.auto-deploy")
def test_nothing_is_deployed_that_was_not_checked():
    (job,) = _releases().values()
    assert {*job["needs"]} >= {*CHECKED, "build"}


@pytest.mark.checklist("cicd.auto-deploy")
def test_what_is_deployed_is_what_was_built_once_by_its_digest():
    builds = {name: job["script"] for name, job in JOBS.items()
              if any("docker buildx build" in line for line in job["script"])}  # fmt: skip
    assert [*builds] == ["build"]
    options, _, app, app_digest, gateway, gateway_digest, told = builds["build"][-7:]
    assert {"--push", "--sbom=true", "--provenance=mode=max"} <= {*options.split('"')[1].split()}
    assert ("$options" in app, "$options" in gateway) == (True, True)
    assert (app_digest, gateway_digest) == ("app=$(digest)", "gateway=$(digest)")
    assert '"$CI_REGISTRY_IMAGE@$app" "$CI_REGISTRY_IMAGE@$gateway" > built.env' in told
    assert JOBS["build"]["artifacts"]["reports"]["dotenv"] == "built.env"


@pytest.mark.checklist("cicd.rollback")
def test_a_person_can_roll_back():
    job = PIPELINE[JOBS["rollback"]["extends"]] | JOBS["rollback"]
    assert any("deploy/release.sh rollback" in line for line in job["script"])
    assert (job["needs"], job["rules"][0]["when"]) == ([], "manual")
#: endif
