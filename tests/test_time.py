"""Generating a project takes about a second, and two at most."""

from __future__ import annotations

import resource

from tests.rendering import ROOT, run_cookiecutter

RUNS = 5
# Jinja compiles some hundred sources in half a second. What would be noticed is a hook that
# installs, asks the network or imports much.
MAX_SECONDS = 2


def seconds(environment, folder):
    """Return the processor time of one run, hooks included; others' load does not count.

    Nor does what the system does for it: writing files costs what the disk of the day makes of it.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run_cookiecutter(
        "--no-input",
        str(ROOT),
        "-o",
        str(folder),
        environment=environment,
        folder=folder.parent,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    return after.ru_utime - before.ru_utime


def test_a_project_is_there_within_two_seconds(tmp_path, environment):
    times = [seconds(environment, tmp_path / f"project-{turn}") for turn in range(RUNS)]

    assert min(times) < MAX_SECONDS
