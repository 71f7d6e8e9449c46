"""The manifest, the hook and what is known of each file agree with each other."""

from __future__ import annotations

import ast
import json
import re

import pytest

from local_extensions.filters import plan
from local_extensions.manifest import to_prune
from tests.rendering import is_pruned, render_source
from tests.variants.conditions import show
from tests.variants.questions import CLOSED

# Each list of the plan is put together from parts that one answer decides: one at a time is all.
ONE_AT_A_TIME = [{name: value} for name, values in CLOSED.items() for value in values]


def complete(template, answers):
    return template.complete(answers) | {"_output_dir": "."}


@pytest.mark.parametrize("answers", ONE_AT_A_TIME, ids=show)
def test_what_finishes_a_project_is_right_with_every_value_of_every_answer(template, answers):
    full = complete(template, answers)
    text = render_source("finish_project.py", full)
    literal = re.search(r'r"""(.*?)"""', text, re.DOTALL)

    compile(text, "finish_project", "exec", dont_inherit=True)
    assert literal
    assert json.loads(literal[1]) == json.loads(json.dumps(plan(full)))
    assert "cookiecutter" not in ast.dump(ast.parse(text)).replace("cookiecutter's", "")


@pytest.mark.parametrize("answers", ONE_AT_A_TIME, ids=show)
def test_a_file_stays_exactly_where_no_owner_objects(template, answers):
    full = complete(template, answers)
    pruned = set(to_prune(full))

    for path in template.sources:
        assert template.kept(path).holds(full) == (not is_pruned(path, pruned)), path


def test_every_path_of_the_manifest_is_a_file_or_ends_as_a_folder_does(template):
    for owner in template.owners:
        for path in owner.paths:
            is_there = path in template.sources or path.rstrip("/") in template.folders
            assert is_there, f"{owner.answer} owns {path}, which is not there"
            assert path.endswith("/") == (path not in template.sources), path
