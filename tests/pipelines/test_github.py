"""The workflows of GitHub Actions, run by act on this machine."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from tests.pipelines.trial import (
    APP,
    GATEWAY,
    IMAGE,
    RELEASED,
    ROLLED_BACK,
    SECRETS,
    TAG,
    VARIABLES,
    make_repository,
    project_of,
)

ACT = str(Path(sys.prefix, "bin", "act"))
USES = re.compile(r"uses: (([\w-]+/[\w-]+)@[0-9a-f]{40})")
# What every action of others does here.
NOTHING = """\
name: Nothing
runs:
  using: composite
  steps:
    - shell: bash
      run: "true"
"""
# What builds, writes what it is told.
BUILD = f"""\
name: Build
inputs: {{tags: {{}}, build-args: {{}}, context: {{}}, push: {{}}, sbom: {{}}, provenance: {{}}}}
outputs:
  digest:
    value: ${{{{ steps.build.outputs.digest }}}}
runs:
  using: composite
  steps:
    - id: build
      shell: bash
      env:
        TAGS: ${{{{ inputs.tags }}}}
        ARGS: ${{{{ inputs.build-args }}}}
        CONTEXT: ${{{{ inputs.context }}}}
      run: |
        echo "build $CONTEXT $TAGS $ARGS" >> "$RECORD"
        case $CONTEXT in deploy/gateway) digest={GATEWAY} ;; *) digest={APP} ;; esac
        echo "digest=$digest" >> "$GITHUB_OUTPUT"
"""


@pytest.fixture
def repository(bake_session, tmp_path_factory, tmp_path):
    """Return a repository of the default project, which is made once."""
    return make_repository(project_of(bake_session, tmp_path_factory, ci="github"), tmp_path)


def act(repository, workflow, event, payload, **variables):
    """Run a workflow for an *event*; tell whether it succeeded, and what was printed."""
    folder = repository.folder
    (folder / "event.json").write_text(json.dumps(payload), "utf-8")
    told = {
        "--eventpath": [str(folder / "event.json")],
        "--platform": ["ubuntu-24.04=-self-hosted"],
        "--local-repository": list(stub_actions(repository)),
        "--var": pairs(VARIABLES | {"IMAGE": IMAGE}),
        "--secret": pairs(SECRETS | {"GITHUB_TOKEN": "a-token"}),
        "--env": pairs(variables | {"PATH": repository.path, "RECORD": str(repository.record)}),
    }
    options = [part for name, values in told.items() for each in values for part in (name, each)]
    return repository.run(ACT, event, f"--workflows=.github/workflows/{workflow}.yml", *options)


def pairs(values):
    return [f"{name}={value}" for name, value in values.items()]


def stub_actions(repository):
    """Write what takes the place of each action that the workflows use, and yield which that is."""
    workflows = (repository.project / ".github" / "workflows").glob("*.yml")
    for used, name in {use for path in workflows for use in USES.findall(path.read_text("utf-8"))}:
        action = repository.folder / "actions" / name
        action.mkdir(parents=True)
        text = BUILD if name == "docker/build-push-action" else NOTHING
        (action / "action.yml").write_text(text, "utf-8")
        yield f"{used}={action}"


def release(repository, **variables):
    return act(repository, "release", "push", {"ref": f"refs/tags/{TAG}"}, **variables)


def test_a_tag_is_checked_then_built_then_deployed_by_its_digest(repository):
    is_released, printed = release(repository)

    assert is_released, printed
    lines = repository.read()
    built = lines.index(f"build . {IMAGE}:{TAG} RELEASE={TAG}")
    assert lines[built + 1] == f"build deploy/gateway {IMAGE}:gateway-{TAG} "
    made = [line for line in lines[:built] if line.startswith("make")]
    assert sorted(made) == ["make lint", "make test", *["make test-all"] * 3, "make types"]
    assert len([line for line in lines[:built] if line.startswith("docker run")]) == 2
    login, deployed = lines[-2:]
    assert login == "docker login --username nektos/act --password-stdin registry.example.com"
    assert deployed == RELEASED
    assert SECRETS["DEPLOY_KEY"] not in printed


@pytest.mark.parametrize("broken", ["test-all", "docker"])
def test_nothing_is_built_or_deployed_once_a_check_has_failed(repository, broken):
    is_released, _ = release(repository, BREAKS=broken)

    lines = repository.read()
    assert not is_released
    assert [line for line in lines if broken in line]
    assert [line for line in lines if line.startswith(("build", "release"))] == []


@pytest.mark.parametrize("version", ROLLED_BACK, ids=["to a release", "by one"])
def test_a_person_rolls_back(repository, version):
    payload = {"inputs": {"version": version}}

    is_done, printed = act(repository, "rollback", "workflow_dispatch", payload)

    assert is_done, printed
    assert repository.read()[-1].startswith(ROLLED_BACK[version])


def test_a_variable_that_is_missing_is_named(repository):
    workflow = repository.project / ".github" / "workflows" / "rollback.yml"
    text = workflow.read_text("utf-8").replace("vars.DEPLOY_TARGET", "vars.OTHER")
    workflow.write_text(text, "utf-8")

    is_done, _ = act(repository, "rollback", "workflow_dispatch", {})

    assert not is_done
    assert repository.read() == []
    # What runs workflows here may lose the last lines of a step.
    given = {"DEPLOY_KEY": "a key", "DEPLOY_KNOWN_HOSTS": "a host", "HOME": str(repository.folder)}
    is_done, printed = repository.run("sh", "deploy/connect.sh", **given)
    assert not is_done
    assert "DEPLOY_TARGET: names a machine, as in deploy@api.example.com" in printed
