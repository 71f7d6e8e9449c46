"""The manifest and the tree agree."""

from __future__ import annotations

import pytest

from local_extensions.answers import CHOICES, YES_NO
from local_extensions.manifest import OWNERS, SECRETS, left_out, to_make, to_prune
from tests.rendering import EVERYTHING_OFF, SOURCES, complete, files_in

PATHS = [(owner.answer, path) for owner in OWNERS for path in owner.paths]
SETTINGS = {owner.answer: owner.keeps_with for owner in OWNERS} | {
    secret.answer: secret.made_with for secret in SECRETS if secret.answer
}


@pytest.mark.parametrize(("answer", "path"), PATHS)
def test_every_path_is_in_the_tree(answer, path):
    assert (SOURCES / path).is_dir() == path.endswith("/")
    assert (SOURCES / path).exists(), f"{answer} owns what is not there"


@pytest.mark.parametrize(("answer", "values"), SETTINGS.items())
def test_every_owner_is_an_answer_with_values_that_it_may_have(answer, values):
    assert values
    assert set(values) < set(CHOICES.get(answer) or ((True, False) if answer in YES_NO else ()))


def test_no_path_stands_in_a_folder_of_the_same_owner():
    for owner in OWNERS:
        for path in owner.paths:
            assert not [name for name in owner.paths if name != path and path.startswith(name)]


def test_a_test_goes_with_what_it_tests():
    pruned = set(to_prune(complete(EVERYTHING_OFF)))
    modules = {path for path in pruned if path.endswith(".py") and not path.startswith("tests/")}
    for module in modules:
        folder, _, name = f"tests/{module}".rpartition("/")
        mirrored = f"{folder}/test_{name}"
        assert mirrored in pruned or not (SOURCES / mirrored).exists(), mirrored


def test_what_is_left_out_is_named():
    assert list(left_out(complete({}))) == ["cors"]
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
