"""The workflows of GitHub Actions: what they check, what they may, and what they let pass."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

#: if cookiecutter.deploy != "none"
import pytest
#: endif
import yaml

from config.environment import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

GITHUB: Final = PROJECT / ".github"
WORKFLOWS: Final[dict[str, dict[Any, Any]]] = {
    path.stem: yaml.safe_load(path.read_text("utf-8")) for path in GITHUB.glob("workflows/*.yml")
}
CHECKS: Final = {"make lint", "make types", "make test", "make test-all"}
# YAML 1.1 reads the word "on" as this.
ON: Final = True
LOCAL: Final = re.compile(r"\./\.github/workflows/([\w-]+)\.yml")
PINNED: Final = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
DIGEST: Final = re.compile(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}")
EXPRESSION: Final = re.compile(r"\$\{\{ (.+?) \}\}")


def _jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for workflow in WORKFLOWS.values():
        yield from workflow["jobs"].items()


def _steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = job.get("steps", [])
    return steps


def _runs(job: dict[str, Any]) -> str:
    return "\n".join(step.get("run", "") for step in _steps(job))


def _uses() -> Iterator[str]:
    for _, job in _jobs():
        yield from (part["uses"] for part in (job, *_steps(job)) if "uses" in part)


def _names(needs: str | list[str]) -> list[str]:
    return [needs] if isinstance(needs, str) else needs


def test_what_others_wrote_is_pinned_to_its_content():
    used = [name for name in _uses() if not LOCAL.fullmatch(name)]
    assert used
    assert [name for name in used if not PINNED.fullmatch(name)] == []
    images = [each["image"] for _, job in _jobs() for each in job.get("services", {}).values()]
    images += [WORKFLOWS["ci"]["jobs"]["secrets"]["env"]["GITLEAKS"]]
    images += [WORKFLOWS["ci"]["jobs"]["audit"]["env"]["TRIVY"]]
    assert [image for image in images if not DIGEST.fullmatch(image)] == []


def test_no_job_may_more_than_it_needs():
    assert all(workflow["permissions"] == {} for workflow in WORKFLOWS.values())
    assert all("pull_request_target" not in workflow[ON] for workflow in WORKFLOWS.values())
    # What may write runs nothing of what a change or a dependency has brought.
    writers = [job for _, job in _jobs() if "write" in job["permissions"].values()]
    assert not [job for job in writers if "make" in _runs(job)]
    checkouts = [step for _, job in _jobs() for step in _steps(job)
                 if step.get("uses", "").startswith("actions/checkout@")]  # fmt: skip
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert all("timeout-minutes" in job or "uses" in job for _, job in _jobs())


def test_every_check_has_to_pass_before_a_merge():
    jobs = WORKFLOWS["ci"]["jobs"]
    assert {*jobs["passed"]["needs"]} == jobs.keys() - {"passed"}
    assert jobs["passed"]["if"] == "always()"
    rules = json.loads((GITHUB / "rulesets" / "main.json").read_text("utf-8"))["rules"]
    (checks,) = (each["parameters"] for each in rules if each["type"] == "required_status_checks")
    assert checks["required_status_checks"] == [{"context": "passed"}]
    assert {"pull_request", "push"} <= WORKFLOWS["ci"][ON].keys()


def test_every_supported_python_is_tested():
    wanted = re.search(r'^requires-python = ">=3\.(\d+)"', _text("pyproject.toml"), re.MULTILINE)
    assert wanted
    versions = WORKFLOWS["ci"]["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert versions[0] == f"3.{wanted[1]}"


def _text(name: str) -> str:
    return (PROJECT / name).read_text("utf-8")


def test_what_the_workflows_make_has_a_recipe():
    commands = [step.get("run", "") for _, job in _jobs() for step in _steps(job)]
    made = set(re.findall(r"^make ([\w-]+)$", "\n".join(commands), re.MULTILINE))
    assert {f"make {target}" for target in made} >= CHECKS
    targets = re.findall(r"^([\w-]+):", _text("Makefile"), re.MULTILINE)
    assert made <= {*targets}
#: if cookiecutter.deploy != "none"


def _before(workflow: dict[Any, Any], name: str) -> Iterator[dict[str, Any]]:
    """Yield each job that has to succeed before the job *name* begins."""
    for needed in _names(workflow["jobs"][name].get("needs", [])):
        job = workflow["jobs"][needed]
        yield job
        if called := LOCAL.fullmatch(job.get("uses", "")):
            yield from WORKFLOWS[called[1]]["jobs"].values()
        yield from _before(workflow, needed)


def _releases() -> list[tuple[dict[Any, Any], str]]:
    return [
        (workflow, name)
        for workflow in WORKFLOWS.values()
        for name, job in workflow["jobs"].items()
        if "deploy/release.sh release" in _runs(job)
    ]


@pytest.mark.checklist("cicd.auto-deploy")
def test_a_version_tag_releases_and_nothing_else_does():
    assert _releases()
    assert all(workflow[ON] == {"push": {"tags": ["v*"]}} for workflow, _ in _releases())


@pytest.mark.checklist("cicd.auto-deploy")
def test_nothing_is_deployed_that_was_not_checked():
    for workflow, name in _releases():
        before = [*_before(workflow, name)]
        assert {line for job in before for line in _runs(job).splitlines()} >= CHECKS
        # A job whose condition is a status function begins when those before it have failed, too.
        on_the_way = [workflow["jobs"][name], *(job for job in before if "outputs" in job)]
        assert not [job for job in on_the_way if "if" in job]
        assert "continue-on-error" not in json.dumps(before)


@pytest.mark.checklist("cicd.auto-deploy")
def test_what_is_deployed_is_what_was_built_once_by_its_digest():
    builders = {name: job for name, job in _jobs() if "docker/build-push-action@" in str(job)}
    ((builder, job),) = builders.items()
    builds = {step["id"]: step["with"] for step in _steps(job) if "provenance" in str(step)}
    told = {"push": True, "sbom": True, "provenance": "mode=max"}
    assert builds.keys() == {"app", "gateway"}
    assert all({key: build[key] for key in told} == told for build in builds.values())
    for build, variable in (("app", "IMAGE"), ("gateway", "GATEWAY")):
        assert EXPRESSION.findall(job["outputs"][build]) == [f"steps.{build}.outputs.digest"]
        digest = f"needs.{builder}.outputs.{build}"
        for workflow, name in _releases():
            env = workflow["jobs"][name]["env"]
            assert EXPRESSION.findall(env[variable]) == ["vars.IMAGE", digest]


@pytest.mark.checklist("cicd.auto-deploy")
def test_a_release_waits_for_approval():
    names = {workflow["jobs"][name]["environment"]["name"] for workflow, name in _releases()}
    assert "production" in names


@pytest.mark.checklist("cicd.rollback")
def test_a_person_can_roll_back():
    (job,) = WORKFLOWS["rollback"]["jobs"].values()
    assert [*WORKFLOWS["rollback"][ON]] == ["workflow_dispatch"]
    assert "deploy/release.sh rollback" in _runs(job)
    assert job["environment"]["name"] == "production"
#: endif
