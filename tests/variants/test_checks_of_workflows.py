"""The checks of compose files and pipelines find names that nothing defines."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.variants.workflows import find_lost_names

COMPOSE = """\
    services:
      api:
        depends_on: [mongo, broker]
        networks: [inner]
        volumes: [data:/data, ./here:/here]
        secrets: [{source: key}]
      mongo:
        depends_on:
          gone: {condition: service_healthy}
    volumes:
      other:
    """
GITHUB = """\
    jobs:
      test:
        steps:
          - id: first
            run: make test
      deploy:
        needs: [test, lint]
        steps:
          - run: echo ${{ steps.first.outputs.x }} ${{ steps.second.outputs.x }}
    """
GITLAB = """\
    stages: [test, deploy]
    test:
      stage: test
    roll-back:
      stage: cleanup
      needs: [test, {job: build}]
      extends: .base
    """


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        (
            "compose.yml",
            COMPOSE,
            ["the service broker", "networks inner", "secrets key", "the volume data",
             "the service gone"],
        ),
        (".github/workflows/ci.yml", GITHUB,
         ["the job lint", "the step first", "the step second"]),
        (".gitlab-ci.yml", GITLAB, ["the job build", "the job .base", "the stage cleanup"]),
    ],
    ids=["compose", "github", "gitlab"],
)  # fmt: skip
def test_what_is_named_and_not_defined_is_found(path, text, names):
    assert list(find_lost_names(path, dedent(text))) == [
        f"{path} names {name}, which it does not define" for name in names
    ]


def test_other_files_are_left_alone():
    assert not list(find_lost_names("settings.yml", dedent(COMPOSE)))
