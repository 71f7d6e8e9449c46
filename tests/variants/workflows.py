"""Check that what compose files and pipelines name of themselves is in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPOSE = re.compile(r"(?:^|/)(?:docker-)?compose[\w.-]*\.ya?ml$")
GITHUB = re.compile(r"(?:^|/)\.github/workflows/[\w.-]+\.ya?ml$")
GITLAB = re.compile(r"(?:^|/)\.gitlab-ci\.ya?ml$")
# Keys of .gitlab-ci.yml that are no jobs.
GITLAB_WORDS = {
    "after_script", "before_script", "cache", "default", "image", "include", "pages", "services",
    "spec", "stages", "variables", "workflow",
}  # fmt: skip
GITLAB_STAGES = {".pre", "build", "test", "deploy", ".post"}


def find_lost_names(path: str, text: str) -> Iterator[str]:
    """Yield each name that a file of this kind uses and does not define."""
    for pattern, find in ((COMPOSE, _in_compose), (GITHUB, _in_github), (GITLAB, _in_gitlab)):
        if pattern.search(path):
            content = yaml.safe_load(text) or {}
            yield from (f"{path} names {what}, which it does not define" for what in find(content))


def names_in(value: Any) -> list[str]:
    """Return the names of a list, of a mapping, or of one text."""
    if isinstance(value, str):
        return [value]
    names = [each.get("source") or each.get("job") or each.get("pipeline") or ""
             if isinstance(each, dict) else str(each) for each in value or ()]  # fmt: skip
    return [name for name in names if name]


def _in_compose(content: dict[str, Any]) -> Iterator[str]:
    services = content.get("services") or {}
    for service in services.values():
        for name in names_in(service.get("depends_on")):
            if name not in services:
                yield f"the service {name}"
        for kind in ("networks", "secrets", "configs"):
            for name in names_in(service.get(kind)):
                if name != "default" and name not in (content.get(kind) or {}):
                    yield f"{kind} {name}"
        for name in names_in(service.get("volumes")):
            source = name.split(":")[0]
            is_path = not re.fullmatch(r"[A-Za-z0-9][\w.-]*", source)
            if not is_path and source not in (content.get("volumes") or {}):
                yield f"the volume {source}"


def _in_github(content: dict[str, Any]) -> Iterator[str]:
    jobs = content.get("jobs") or {}
    for job in jobs.values():
        for name in names_in(job.get("needs")):
            if name not in jobs:
                yield f"the job {name}"
        steps = {step["id"] for step in job.get("steps") or () if "id" in step}
        for name in re.findall(r"\bsteps\.([\w-]+)\.", str(job)):
            if name not in steps:
                yield f"the step {name}"


def _in_gitlab(content: dict[str, Any]) -> Iterator[str]:
    jobs = {name: job for name, job in content.items() if name not in GITLAB_WORDS}
    stages = {*content.get("stages", GITLAB_STAGES), ".pre", ".post"}
    for name, job in jobs.items():
        for key in ("needs", "dependencies", "extends"):
            yield from (f"the job {each}" for each in names_in(job.get(key)) if each not in jobs)
        # What others extend is none itself, and who extends has the stage from there.
        is_part = name.startswith(".") or "extends" in job
        stage = job.get("stage", "" if is_part else "test")
        if stage and stage not in stages:
            yield f"the stage {stage}"
