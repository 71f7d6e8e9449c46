"""The pipeline of GitLab, run by gitlab-ci-local on this machine."""

from __future__ import annotations

import shutil

import pytest
import yaml

from tests.pipelines.trial import (
    IMAGE,
    RELEASED,
    ROLLED_BACK,
    SECRETS,
    TAG,
    VARIABLES,
    make_repository,
    project_of,
)
from tests.rendering import ROOT

FORGE = {
    "CI_COMMIT_TAG": TAG,
    "CI_REGISTRY": "registry.example.com",
    "CI_REGISTRY_IMAGE": IMAGE,
    "CI_REGISTRY_USER": "gitlab-ci-token",
    "CI_REGISTRY_PASSWORD": "a-password",
}


@pytest.fixture
def repository(bake_session, tmp_path_factory, tmp_path):
    """Return a repository of the default project with GitLab's pipeline, which is made once."""
    repository = make_repository(project_of(bake_session, tmp_path_factory, ci="gitlab"), tmp_path)
    # A service wants an engine.
    pipeline = repository.project / ".gitlab-ci.yml"
    jobs = yaml.safe_load(pipeline.read_text("utf-8"))
    for job in jobs.values():
        if isinstance(job, dict):
            job.pop("services", None)
    pipeline.write_text(yaml.safe_dump(jobs, sort_keys=False), "utf-8")
    return repository


def run(repository, *arguments, **variables):
    """Run jobs for a tag; tell whether they succeeded, and what was printed."""
    key = repository.folder / "key"
    key.write_text(SECRETS["DEPLOY_KEY"], "utf-8")
    told = {"DEPLOY_KEY": str(key), "RECORD": str(repository.record)}
    told |= FORGE | VARIABLES | variables
    options = [f"--variable={name}={value}" for name, value in told.items()]
    options.append(f"--ignore-predefined-vars={','.join(FORGE)}")
    return repository.run(*gitlab_ci_local(), "--force-shell-executor", *options, *arguments)


def gitlab_ci_local():
    """Return the command, or skip the test: .ci/run installs it, and a Node new enough for it."""
    node, program = ROOT / ".venv/bin/node", ROOT / ".venv/node_modules/.bin/gitlab-ci-local"
    if program.exists():
        return str(node), str(program.resolve())
    if found := shutil.which("gitlab-ci-local"):
        return (found,)
    return pytest.skip("there is no gitlab-ci-local here")


def test_a_tag_is_checked_then_built_then_deployed_by_its_digest(repository):
    is_released, printed = run(repository, "--manual", "deploy")

    assert is_released, printed
    lines = repository.read()
    app, gateway = (line for line in lines if line.startswith("docker buildx build"))
    assert app.endswith(f"--build-arg RELEASE={TAG} --tag {IMAGE}:{TAG} .")
    assert gateway.endswith(f"--tag {IMAGE}:gateway-{TAG} deploy/gateway")
    before = lines[: lines.index(app)]
    made = [line for line in before if line.startswith("make")]
    assert sorted(made) == ["make lint", "make test", *["make test-all"] * 3, "make types"]
    assert {line.split()[0] for line in before} == {"make", "gitleaks", "trivy", "docker"}
    assert lines[-1] == RELEASED


@pytest.mark.parametrize("broken", ["test-all", "gitleaks"])
def test_nothing_is_built_or_deployed_once_a_check_has_failed(repository, broken):
    is_released, _ = run(repository, "--manual", "deploy", BREAKS=broken)

    lines = repository.read()
    assert not is_released
    assert [line for line in lines if broken in line]
    assert [line for line in lines if line.startswith(("docker", "release"))] == []


def test_nothing_is_deployed_before_somebody_says_so(repository):
    is_built, printed = run(repository)

    assert is_built, printed
    assert "docker buildx build" in "\n".join(repository.read())
    assert [line for line in repository.read() if line.startswith("release")] == []


@pytest.mark.parametrize("version", ROLLED_BACK, ids=["to a release", "by one"])
def test_a_person_rolls_back(repository, version):
    is_done, printed = run(repository, "rollback", VERSION=version)

    assert is_done, printed
    assert repository.read()[-1].startswith(ROLLED_BACK[version])
