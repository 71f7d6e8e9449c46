"""Review: somebody else than the author approves what changes, with the checklist at hand.

What the repository's own settings are, no tree can say: these files say what they are to be.
"""

from __future__ import annotations

import json
import re
from typing import Final

import pytest

from config.environment import PROJECT
from tests.promises.items import read_items

#: if cookiecutter.ci == "github"
FOLDER: Final = PROJECT / ".github"
TEMPLATE: Final = FOLDER / "pull_request_template.md"
#: endif
#: if cookiecutter.ci == "gitlab"
FOLDER: Final = PROJECT / ".gitlab"
TEMPLATE: Final = FOLDER / "merge_request_templates" / "Default.md"
#: endif
#: if cookiecutter.ci == "github"


def _rules(name: str) -> dict[str, dict[str, object]]:
    ruleset = json.loads((FOLDER / "rulesets" / f"{name}.json").read_text("utf-8"))
    assert ruleset["enforcement"] == "active"
    assert ruleset["bypass_actors"] == []
    return {rule["type"]: rule.get("parameters", {}) for rule in ruleset["rules"]}


@pytest.mark.checklist("cicd.code-review")
def test_somebody_else_than_the_last_pusher_approves_what_is_merged():
    review = _rules("main")["pull_request"]
    assert review["required_approving_review_count"] == 1
    assert review["require_last_push_approval"] is True
    assert review["dismiss_stale_reviews_on_push"] is True
    assert review["require_code_owner_review"] is True


@pytest.mark.checklist("cicd.code-review")
def test_nobody_goes_past_the_review_or_moves_a_release():
    assert {"deletion", "non_fast_forward"} <= _rules("main").keys()
    assert {"deletion", "update"} <= _rules("tags").keys()
#: endif
#: if cookiecutter.ci == "gitlab"


@pytest.mark.checklist("cicd.code-review")
def test_somebody_else_than_the_authors_approves_what_is_merged():
    approvals = json.loads((FOLDER / "approvals.json").read_text("utf-8"))
    assert approvals["merge_requests_author_approval"] is False
    assert approvals["merge_requests_disable_committers_approval"] is True
    assert approvals["reset_approvals_on_push"] is True
    assert approvals["disable_overriding_approvers_per_merge_request"] is True
    rule = json.loads((FOLDER / "approval_rule.json").read_text("utf-8"))
    assert rule["approvals_required"] == 1
#: endif


@pytest.mark.checklist("cicd.code-review")
def test_everything_has_an_owner():
    lines = (FOLDER / "CODEOWNERS").read_text("utf-8").splitlines()
    owners = dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    assert owners["*"].startswith("@")


@pytest.mark.checklist("cicd.code-review")
def test_who_reviews_has_the_whole_checklist_and_nothing_else():
    boxes = re.findall(r"^- \[ \] (.+?): (.+)$", TEMPLATE.read_text("utf-8"), re.MULTILINE)
    told = [(group, item) for group, items in boxes for item in re.findall(r"`(\S+)`", items)]
    assert told == [(item.group, item.id) for item in read_items() if item.state != "off"]
