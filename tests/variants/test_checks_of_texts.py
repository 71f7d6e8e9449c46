"""The checks of one text find what is wrong with it."""

from __future__ import annotations

import pytest

from tests.variants.linting import lint
from tests.variants.projection import Text, texts_of
from tests.variants.small import make_template
from tests.variants.texts import faults_of, find_dead_lines, find_empty_files, find_untidy_sources

BROKEN = {
    "a tag that is left": ("a.md", "#: endif\n", "Jinja is left"),
    "an answer that is left": ("a.py", 'x = "cookiecutter.cors"\n', "Jinja is left"),
    "a line end of Windows": ("a.py", "x = 1\r\ny = 2\n", "line ends of Windows"),
    "no final newline": ("a.md", "a", "no final newline"),
    "a blank line too many at the end": ("a.md", "a\n\n", "begins or ends with a blank line"),
    "a blank line at the start": ("a.md", "\na\n", "begins or ends with a blank line"),
    "spaces at the end of a line": ("a.yml", "a: 1 \nb: 2\n", "spaces at the end of a line"),
    "two blank lines": ("a.md", "a\n\n\nb\n", "two blank lines after line 1"),
    "a comma that is missing": ("a.py", "x = [\n    1\n    2\n]\n", "SyntaxError"),
    "a return without a function": ("a.py", "return 1\n", "SyntaxError"),
    "a comma that is missing in TOML": ("a.toml", 'x = [\n  "a"\n  "b"\n]\n', "TOMLDecodeError"),
    "a key of TOML that is there twice": ("a.toml", "x = 1\nx = 2\n", "TOMLDecodeError"),
    "an indentation of YAML": ("a.yml", "a:\n  b: 1\n c: 2\n", "ParserError"),
    "a key of YAML that is there twice": ("a.yaml", "a: 1\na: 2\n", "is there twice"),
    "a comma of JSON too many": ("a.json", '{"a": 1,}\n', "JSONDecodeError"),
    "a picture that is not closed": ("a.svg", "<svg>\n", "ParseError"),
    "a table without a head": ("a.md", "| a | b |\n| c | d |\n", "a table without a head"),
    "a table that touches a paragraph": (
        "a.md",
        "text\n| a |\n| --- |\n| b |\n",
        "a table without a head or not apart",
    ),
    "a row that is too short": ("a.md", "| a | b |\n| --- | --- |\n| c |\n", "different widths"),
    "a heading that touches a paragraph": ("a.md", "text\n## b\n", "does not stand apart"),
}


@pytest.mark.parametrize(("path", "text", "fault"), BROKEN.values(), ids=BROKEN)
def test_a_fault_of_a_text_is_found(path, text, fault):
    assert [each for each in faults_of(Text(path, text, {"cors": True})) if fault in each]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'def f():\n    """Do it."""\n\n\ndef g():\n    """Do that."""\n'),
        ("a.md", "# a\n\n| a |\n| --- |\n| b |\n\n```\n# no heading\n```\n"),
        ("a.toml", "[a]\nb = 1\n"),
        ("a/__init__.py", ""),
    ],
)
def test_a_text_that_is_right_has_no_fault(path, text):
    assert not list(faults_of(Text(path, text, {})))


def test_a_fault_tells_with_which_answers_it_is_there():
    source = "x = [\n    1\n    #: if not cookiecutter.cors\n    2\n    #: endif\n]\n"
    texts, _ = texts_of(make_template({"a.py": source}), "a.py")

    faults = [fault for text in texts for fault in faults_of(text)]

    assert len(faults) == 1
    assert faults[0].endswith("with cors=no")


def test_a_branch_that_no_answer_takes_is_found():
    source = '#: if cookiecutter.api_docs == "Redoc"\na\n#: endif\n'
    template = make_template({"a.md": source, "b.md": "#: if cookiecutter.cors\nb\n#: endif\n"})

    assert len(list(find_dead_lines(template, "a.md"))) == 1
    assert not list(find_dead_lines(template, "b.md"))


def test_a_branch_that_the_owner_of_the_file_rules_out_is_found():
    template = make_template(
        {"a.md": "#: if cookiecutter.cors\na\n#: else\nb\n#: endif\n"}, {"cors": ["a.md"]}
    )

    assert [fault.split()[0] for fault in find_dead_lines(template, "a.md")] == ["a.md:4"]


def test_a_file_that_some_answers_leave_empty_is_found():
    template = make_template({"a.py": "#: if cookiecutter.cors\nx = 1\n#: endif\n", "b.py": ""})

    for path, count in (("a.py", 1), ("b.py", 0)):
        assert len(list(find_empty_files(template, path, texts_of(template, path)[0]))) == count


def test_what_rendering_would_hide_is_found_in_the_sources():
    template = make_template({"a.md": "a\r\nb\n", "b.md": "\ufeffb\n", "c.md": "c\n"})

    assert list(find_untidy_sources(template)) == [
        "a.md has line ends of Windows",
        "b.md begins with a byte order mark",
    ]


RULES = """\
[tool.ruff.lint]
select = ["F", "I", "INP"]
per-file-ignores = { "tests/**" = ["INP001"] }
isort.known-first-party = ["app"]
"""
PARTS = {
    "pyproject.toml": RULES,
    "app/__init__.py": "",
    "app/right.py": "import os\n\nfrom app import a\n\nprint(os, a)\n",
    "tests/test_right.py": "x = 1\n",
}
UNTIDY = {
    "an import that is not used": ("app/b.py", "import os\n", "F401"),
    "imports in disorder": ("app/b.py", "from app import a\nimport os\n\nprint(a, os)\n", "I001"),
    "a folder that is no package": ("other/b.py", "x = 1\n", "INP001"),
    "what the formatter would change": ("app/b.py", "x = {  1 }\n", "its formatter would change"),
    "too many blank lines": ("app/b.py", "x = 1\n\n\n\ny = 2\n", "its formatter would change"),
}


@pytest.mark.parametrize(("path", "text", "fault"), UNTIDY.values(), ids=UNTIDY)
def test_what_ruff_finds_is_told_with_the_answers(path, text, fault, tmp_path):
    texts = [Text(name, each, {}) for name, each in PARTS.items()]
    texts += [Text(path, "", {"cors": False}), Text(path, text, {"cors": True})]

    faults = lint(texts, tmp_path)

    assert [each for each in faults if fault in each and each.endswith("with cors=yes")]
    assert not [each for each in faults if "right.py" in each]
