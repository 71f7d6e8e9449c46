"""Whatever the checklist promises can be broken, and the project's own tests notice."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.mutations.breakages import MUTATIONS, Mutation, UnfitError
from tests.mutations.trials import Projects, break_copy, choose_others, neighbours_of, sharing
from tests.rendering import VARIANTS, complete, render, render_source

if TYPE_CHECKING:
    from pathlib import Path

ITEMS = "tests/promises/items.toml"
NAMES = [mutation.name for mutation in MUTATIONS]


@pytest.fixture(scope="session")
def projects(bake_session, run_folder, tmp_path_factory):
    """Return the projects that are broken."""
    with sharing(run_folder / "mutations", tmp_path_factory, bake_session) as projects:
        yield projects


@cache
def files_of(answers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return render(dict(answers))


def enforced_in(items: str) -> set[str]:
    return {item["id"] for item in tomllib.loads(items)["item"] if item["state"] == "enforced"}


def enforced_anywhere() -> set[str]:
    texts = (render_source(ITEMS, complete(answers)) for answers in VARIANTS.values())
    return set().union(*map(enforced_in, texts))


def test_every_item_that_some_project_enforces_has_a_mutation():
    without = enforced_anywhere() - {mutation.item for mutation in MUTATIONS}
    assert not without, f"add to tests/mutations/ what breaks {', '.join(sorted(without))}"


def test_mutations_have_names_of_their_own():
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=NAMES)
def test_a_mutation_fits_a_project_that_makes_the_promise(mutation):
    files = files_of(tuple(sorted(mutation.answers.items())))

    for name, text in mutation.apply(files).items():
        if name.endswith(".py"):
            compile(text, name, "exec")
    for name in mutation.tests:
        path, _, test = name.partition("[")[0].partition("::")
        there = [text for file, text in files.items() if file.startswith(path)]
        assert any(f"def {test}" in text for text in there), f"{name} is not there"
    assert {mutation.item} <= enforced_in(files[ITEMS])
    assert set(mutation.also) <= enforced_in(files[ITEMS]) - {mutation.item}


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [("a = 1\n", "b", "c"), ("a = a\n", "a", "b"), ("a = 1\n", "a", "a")],
    ids=["gone", "twice", "nothing changes"],
)
def test_a_breakage_that_does_not_fit_is_refused(text, old, new):
    mutation = Mutation("jwt.ttl", "something", "app/x.py", old, new, ("tests",))

    with pytest.raises(UnfitError, match=r"app/x.py has this \d times"):
        mutation.apply({"app/x.py": text})
    with pytest.raises(UnfitError, match="is not there"):
        mutation.apply({})


@pytest.mark.projects
@pytest.mark.pairs
@pytest.mark.timeout(900)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=NAMES)
def test_a_broken_promise_turns_its_item_red_and_no_other(
    mutation: Mutation, projects: Projects, tmp_path: Path, is_thorough
) -> None:
    project = projects.find(mutation.answers)
    enforced = enforced_in((project / ITEMS).read_text("utf-8"))
    if not is_thorough:
        enforced = neighbours_of(mutation.item, enforced)
    others = choose_others(projects.tests_of(project), enforced, mutation)

    trial = projects.try_out(mutation, break_copy(mutation, project, tmp_path), others, tmp_path)

    # A run that ended before its end tried nothing.
    failed = trial.of("red", "broken", "found")
    said = "\n".join(f"{name}: {seen.said}" for name, seen in failed.items()) or trial.printed
    tried = {seen.outcome for seen in trial.tests.values() if mutation.item in seen.items}
    if tried == {"skipped"}:
        pytest.skip("this machine lacks the program that the promise is tried with")
    red = [name for name, seen in trial.of("red").items() if mutation.item in seen.items]
    assert red, f"no test of {mutation.item} failed with {mutation.fails}:\n{said}"
    unconcerned = {name: seen for name, seen in failed.items() if mutation.item not in seen.items}
    affected = {item for seen in unconcerned.values() for item in seen.items}
    assert not affected, f"{', '.join(sorted(affected))} failed, too:\n{said}"
