"""Generating a project takes little more time than cookiecutter takes for anything."""

from __future__ import annotations

import json
import resource

from tests.rendering import ROOT, run_cookiecutter

RUNS = 10
# Most of a run is cookiecutter's own, for each of several hundred files. What would be noticed is
# a hook that installs, asks the network or imports much.
MAX_RATIO = 2


def seconds(template, environment, folder):
    """Return the processor time of one run, hooks included; others' load does not count.

    Nor does what the system does for it: writing files costs what the disk of the day makes of it.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run_cookiecutter(
        "--no-input",
        str(template),
        "-o",
        str(folder),
        environment=environment,
        folder=folder.parent,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    return after.ru_utime - before.ru_utime


def test_a_project_takes_at_most_twice_what_a_template_of_one_file_takes(tmp_path, environment):
    empty = tmp_path / "empty"
    (empty / "{{cookiecutter.name}}").mkdir(parents=True)
    (empty / "{{cookiecutter.name}}" / "file.txt").write_text("text\n")
    (empty / "cookiecutter.json").write_text(json.dumps({"name": "x"}))

    times = [
        (
            seconds(empty, environment, tmp_path / f"empty-{turn}"),
            seconds(ROOT, environment, tmp_path / f"project-{turn}"),
        )
        for turn in range(RUNS)
    ]

    nothing, mine = map(min, zip(*times, strict=True))
    assert mine <= MAX_RATIO * nothing
