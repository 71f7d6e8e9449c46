"""What one file names, another has: in every variant that has the first."""

from __future__ import annotations

import subprocess
import sys

import pytest

from local_extensions.manifest import SECRETS
from tests.rendering import SOURCES
from tests.variants import dependencies, endpoints, fixtures, imports, names, settings, workflows

CHECKS = {
    "every import finds its module and its name": imports.find_lost_imports,
    "every name that is read from a module is bound there": imports.find_lost_attributes,
    "every module is used": imports.find_unused_modules,
    "every test stays with what it tests": imports.find_stray_tests,
    "every fixture is there for who asks for it": fixtures.find_lost_fixtures,
    "every import is of a declared dependency": dependencies.find_undeclared,
    "every declared dependency is used": dependencies.find_unused,
    "every setting that is read is declared": settings.find_undeclared,
    "every setting is documented, and nothing else": settings.find_undocumented,
    "every setting is read": settings.find_unread,
    "every setting that is named is there": settings.find_named,
    "every path that is named is there": names.find_lost_paths,
    "every file that is no module is named": names.find_unnamed_files,
    "every link leads somewhere": names.find_lost_links,
    "every target of make that is named is there": names.find_lost_targets,
    "every command of flask that is named is there": names.find_lost_commands,
    "every command of flask is told of": names.find_untold_commands,
    "every dotted name is there": names.find_lost_modules,
    "every endpoint is there": endpoints.find_lost_endpoints,
}
# The sources are valid as they stand, with the branches of all answers at once.
TELL_UNWRITTEN = """
from dev.docs import EXAMPLE, PROJECT, TABLES, write
for name in (*TABLES, EXAMPLE):
    text = (PROJECT / name).read_text(encoding="utf-8")
    if write(name, text) != text:
        print(name, "waits for `make docs`")
"""


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_in_every_variant(template, expect_none, check):
    expect_none(check(template))


def test_in_every_variant_each_secret_of_the_hook_is_a_setting(template, expect_none):
    expect_none(settings.find_unmade(template, SECRETS))


def test_documents_tell_of_settings_what_the_sources_declare():
    command = [sys.executable, "-B", "-c", TELL_UNWRITTEN]
    told = subprocess.run(command, cwd=SOURCES, capture_output=True, text=True, check=True)
    assert told.stdout == ""


def test_in_every_variant_services_and_jobs_that_are_named_are_there(projection, expect_none):
    texts, _ = projection
    expect_none(
        fault for text in texts for fault in workflows.find_lost_names(text.path, text.text)
    )
