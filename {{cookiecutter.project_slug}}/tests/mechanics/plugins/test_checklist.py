"""What the suite records for the checklist, tested on small suites."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.plugins import checklist

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

PLUGIN = (
    *("-p", "tests.plugins.checklist", "-p", "no:randomly", "-p", "no:cacheprovider"),
    # At its end it would collect the garbage of this process, which takes a second.
    *("-p", "no:unraisableexception"),
)


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file that small suites write instead of the project's own."""
    file = tmp_path / "results.json"
    monkeypatch.setattr(checklist, "RESULTS", file)
    return file


@pytest.fixture
def run(pytester: pytest.Pytester, results: Path):
    """Return a function that runs a suite and returns outcomes by item and test name."""

    def run(text: str, *options: str) -> dict[str, dict[str, str]]:
        pytester.makepyfile(text)
        pytester.runpytest_inprocess(*PLUGIN, *options)
        return {
            item: {name.rpartition("::")[2]: outcome for name, outcome in outcomes.items()}
            for item, outcomes in json.loads(results.read_text("utf-8")).items()
        }

    return run


def test_outcomes_stand_under_each_item_that_a_test_names(run):
    assert run(
        """
        import pytest

        @pytest.mark.checklist("spec.style", "conv.timestamps")
        def test_two(): pass

        @pytest.mark.checklist("spec.style")
        def test_one(): assert False

        def test_none(): pass
        """
    ) == {
        "spec.style": {"test_two": "passed", "test_one": "failed"},
        "conv.timestamps": {"test_two": "passed"},
    }


def test_marks_of_a_module_count_for_each_of_its_tests(run):
    assert run(
        """
        import pytest

        pytestmark = pytest.mark.checklist("spec.style")

        @pytest.mark.parametrize("number", [1, 2])
        def test_each(number): assert number == 1
        """
    ) == {"spec.style": {"test_each[1]": "passed", "test_each[2]": "failed"}}


def test_failure_before_or_after_a_test_is_a_failure_of_it(run):
    assert run(
        """
        import pytest

        @pytest.fixture
        def before(): assert False

        @pytest.fixture
        def after():
            yield
            assert False

        @pytest.mark.checklist("spec.style")
        def test_before(before): pass

        @pytest.mark.checklist("spec.style")
        def test_after(after): pass
        """
    ) == {"spec.style": {"test_before": "failed", "test_after": "failed"}}


def test_skipped_and_expected_failures_did_not_pass(run):
    assert run(
        """
        import pytest

        @pytest.mark.checklist("spec.style")
        def test_skipping(): pytest.skip("not here")

        @pytest.mark.checklist("spec.style")
        @pytest.mark.xfail
        def test_expected(): assert False
        """
    ) == {"spec.style": {"test_skipping": "skipped", "test_expected": "skipped"}}


def test_what_this_machine_cannot_try_is_neither_passed_nor_skipped(run):
    assert run(
        """
        import pytest
        from tests.plugins.checklist import not_tried

        @pytest.fixture
        def program(): not_tried("there is no such program")

        @pytest.mark.checklist("spec.style")
        def test_trying(program): assert False
        """
    ) == {"spec.style": {"test_trying": "not tried here"}}


def test_outcomes_of_several_processes_come_together(run):
    assert run(
        """
        import pytest

        @pytest.mark.checklist("spec.style")
        @pytest.mark.parametrize("number", [1, 2])
        def test_each(number): pass
        """,
        "-n2",
    ) == {"spec.style": {"test_each[1]": "passed", "test_each[2]": "passed"}}


def test_a_mark_with_an_unknown_id_is_refused(pytester, results):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.checklist("spec.styel")
        def test_typo(): pass
        """
    )
    refused = pytester.runpytest_inprocess(*PLUGIN)
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["*::test_typo: the checklist has no item 'spec.styel'"])
    assert json.loads(results.read_text("utf-8")) == {}


def test_the_suite_as_a_whole_adds_outcomes_of_its_own(pytester, results):
    pytester.makeconftest(
        """
        import pytest
        from tests.plugins.checklist import add_outcome

        @pytest.hookimpl(tryfirst=True)
        def pytest_sessionfinish(session):
            add_outcome(session.config, "spec.style", "kept by all", is_passed=True)
            add_outcome(session.config, "spec.docs", "broken by one", is_passed=False)
        """
    )
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_inprocess(*PLUGIN)
    assert json.loads(results.read_text("utf-8")) == {
        "spec.style": {"kept by all": "passed"},
        "spec.docs": {"broken by one": "failed"},
    }
