"""The manifest and the tree agree."""

from __future__ import annotations

import pytest

from local_extensions.answers import CHOICES, YES_NO
from local_extensions.manifest import OWNERS, SECRETS, left_out, to_make
from tests.rendering import EVERYTHING_OFF, SOURCES, complete, files_in

SETTINGS = {owner.answer: owner.keeps_with for owner in OWNERS} | {
    secret.answer: secret.made_with for secret in SECRETS if secret.answer
}


@pytest.mark.parametrize(("answer", "values"), SETTINGS.items())
def test_every_owner_is_an_answer_with_values_that_it_may_have(answer, values):
    assert values
    assert set(values) < set(CHOICES.get(answer) or ((True, False) if answer in YES_NO else ()))


def test_no_path_stands_in_a_folder_of_the_same_owner():
    for owner in OWNERS:
        for path in owner.paths:
            assert not [name for name in owner.paths if name != path and path.startswith(name)]


def test_what_is_left_out_is_named():
    off = ["cors", "oauth", "second_factor", "xml", "uploads", "task_queue"]
    assert list(left_out(complete({}))) == off
    assert sorted(left_out(complete(EVERYTHING_OFF))) == sorted(EVERYTHING_OFF)


@pytest.mark.parametrize(
    ("answers", "names"),
    [
        ({}, "SECRET_KEY JWT_SECRET_KEY FIELD_ENCRYPTION_KEYS FIELD_INDEX_KEY"),
        ({"jwt_algorithm": "EdDSA"}, "SECRET_KEY FIELD_ENCRYPTION_KEYS FIELD_INDEX_KEY"),
        ({"field_encryption": False}, "SECRET_KEY JWT_SECRET_KEY"),
        ({**EVERYTHING_OFF, "jwt_algorithm": "RS256"}, "SECRET_KEY"),
    ],
)
def test_a_project_gets_the_secrets_that_it_needs(answers, names):
    assert [secret.name for secret in to_make(complete(answers))] == names.split()


def test_the_tree_holds_nothing_that_is_made():
    names = {path.relative_to(SOURCES).as_posix() for path in files_in(SOURCES)}

    assert not [name for name in names if name.endswith((".pyc", ".orig", ".rej", ".bak"))]
    assert names.isdisjoint({".env", "uv.lock", ".coverage"})
