"""What has no place in the repository."""

from __future__ import annotations

import re

import pytest

from tests.rendering import ROOT, SOURCES, files_in

FILES = [path for path in files_in(ROOT) if "demo" not in path.relative_to(ROOT).parts[:1]]
TEXTS = [path for path in FILES if path.suffix not in {".png", ".woff2", ".ico"}]
# Put together here, so that this file holds none of them. One is what Debian calls an engine, too.
REGISTRIES = re.compile(
    "(?<!provide )(?:"
    + "|".join(
        re.escape(f"{name}.{top}")
        for name, top in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("jsdelivr", "net"),
            ("unpkg", "com"),
            ("docker", "io/"),  # Without the slash it is a package of Debian's.
            ("ghcr", "io"),
        )
    )
    + ")"
)
MACHINES = re.compile(r"/(?:root|home|Users|work|opt)/\w")


def shown(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("forbidden", [REGISTRIES, MACHINES], ids=["registry", "machine"])
def test_no_file_names_a_registry_or_a_folder_of_somebodys_machine(forbidden):
    assert not {
        shown(path): found[0]
        for path in TEXTS
        if (found := forbidden.search(path.read_text("utf-8")))
    }


def test_every_text_is_tidy():
    for path in TEXTS:
        text = path.read_text("utf-8")
        assert "\r" not in text, shown(path)
        assert not text or text.endswith("\n"), shown(path)
        assert not re.search(r"[ \t]$", text, re.MULTILINE) or path.suffix == ".svg", shown(path)


def test_file_names_work_on_every_system():
    names = [shown(path) for path in FILES]

    assert not [name for name in names if re.search(r'[<>:"\\|?*]', name)]
    assert len({name.lower() for name in names}) == len(names)


def test_the_default_name_is_written_nowhere_but_in_answers():
    """Whatever names the project takes the name from the answer."""
    found = [
        shown(path)
        for path in files_in(SOURCES)
        if re.search("my_flask_api|My Flask API", path.read_text("utf-8"))
    ]
    assert not found
