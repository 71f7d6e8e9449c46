"""A project takes another answer later, as if it had been given that answer at first."""

from __future__ import annotations

import sys

import pytest

from local_extensions.answers import CHOICES, YES_NO
from tests.rendering import DEFAULTS
from tests.updates.scratch import contents, run, update

OTHER = {name: choices[1] for name, choices in CHOICES.items()}
OTHER |= {name: not DEFAULTS[name] for name in YES_NO}
# One more of a choice where the second is not the last word.
SWITCHES = [*OTHER.items(), ("api_docs", "none"), ("license", "Apache-2.0"), ("oauth", "server")]


def names_in(env):
    """Return the name of each line of an .env."""
    return {line.split(b"=")[0] for line in env.splitlines() if b"=" in line}


@pytest.mark.parametrize(("name", "value"), SWITCHES, ids=[f"{n}={v}" for n, v in SWITCHES])
def test_a_project_that_changes_its_mind_is_like_a_new_one(bake, project, name, value):
    default, secrets = contents(project), (project / ".env").read_bytes()
    new = contents(bake(**{name: value}))

    update(project, {name: value})

    assert contents(project) == new
    assert new != default
    assert (project / ".env").read_bytes() == secrets

    update(project, {name: DEFAULTS[name]})

    assert contents(project) == default
    assert (project / ".env").read_bytes() == secrets


@pytest.mark.parametrize(
    ("without", "answers"),
    [({"field_encryption": False}, {"field_encryption": True}), ({}, {"jwt_algorithm": "ES256"})],
    ids=["field_encryption", "jwt_algorithm"],
)
def test_a_feature_of_later_gets_its_secrets_and_the_old_ones_stay(project, without, answers):
    if without:
        update(project, without)
        lines = (project / ".env").read_text().splitlines(keepends=True)
        (project / ".env").write_text("".join(line for line in lines if "FIELD" not in line))
    secrets = (project / ".env").read_bytes()
    update(project, answers)

    told = run(project, sys.executable, "-m", "dev.fill_env")

    names = {"field_encryption": {b"FIELD_ENCRYPTION_KEYS", b"FIELD_INDEX_KEY"}}
    wanted = names.get(next(iter(answers)), {b"JWT_PRIVATE_KEY"})
    filled = (project / ".env").read_bytes()
    assert filled.startswith(secrets)
    assert names_in(filled) == names_in(secrets) | wanted
    assert told.count("new") == len(wanted)
    assert not run(project, "git", "status", "--porcelain")


def test_all_answers_may_change_at_once_and_back(project):
    default = contents(project)
    changed = OTHER | {"mongo_host": "db.example.com", "project_name": "내 메모"}

    update(project, changed)
    assert contents(project) != default
    update(project, {name: DEFAULTS[name] for name in changed})

    assert contents(project) == default


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"mongo_host": "a@b"}, "mongo_host: wants no credentials"),
        ({"cors": 2}, "cors: wants yes or no"),
        # Cookiecutter's own words.
        ({"cors": "perhaps"}, "perhaps provided for variable"),
        ({"license": "GPL"}, "GPL provided for choice variable"),
    ],
    ids=str,
)
def test_a_bad_answer_changes_nothing(project, wrong, told):
    before = contents(project), (project / ".cruft.json").read_text()

    with pytest.raises(AssertionError, match=told):
        update(project, wrong)

    assert (contents(project), (project / ".cruft.json").read_text()) == before
    assert not run(project, "git", "status", "--porcelain")
