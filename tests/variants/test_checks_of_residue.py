"""The checks of residue find words, file names and folders that are left."""

from __future__ import annotations

from local_extensions.words import Words
from tests.variants import residue
from tests.variants.small import make_template

CORS = Words("cors", (True,), (r"(?i)\bcors\b", "CORS_"), ("items.toml",))
SOURCES = {
    "app/cors.py": "CORS_ORIGINS = ()\n",
    "README.md": "#: if cookiecutter.cors\nAbout CORS.\n#: endif\n",
    "items.toml": "cors = false\n",
}
OWNED = {"cors": ["app/cors.py"]}


def find(sources, owned=OWNED):
    template = make_template({**SOURCES, **sources}, owned)
    return [*residue.find_left_over(template, [CORS]), *residue.find_missing(template, [CORS])]


def test_a_project_that_says_nothing_of_what_is_off_is_right():
    assert find({}) == []


def test_a_word_that_is_left_is_found_with_the_answers_that_leave_it():
    faults = find({"b.md": "#: if cookiecutter.throttling\nNo cors.\n#: endif\n"})

    assert faults == [r"b.md:2 has '(?i)\\bcors\\b' with cors=no throttling=yes"]


def test_a_word_in_a_choice_is_found():
    faults = find({"b.py": "x = '{{ 'cors' if cookiecutter.throttling else '' }}'\n"})

    assert faults == [r"b.py:1 has '(?i)\\bcors\\b' with cors=no throttling=yes"]


def test_a_file_that_is_left_is_found_by_its_name():
    assert find({"app/cors.py": "x = 1\n"}, {}) == [
        r"app/cors.py has '(?i)\\bcors\\b' with cors=no",
        "'CORS_' is nowhere with cors=yes: spell it right, or drop it",
    ]


def test_a_word_that_is_missing_in_some_variants_is_found():
    faults = find({"app/cors.py": "#: if cookiecutter.throttling\nCORS_ORIGINS = ()\n#: endif\n"})

    assert faults == ["'CORS_' is nowhere with cors=yes throttling=no: spell it right, or drop it"]


def test_a_folder_that_keeps_only_an_empty_file_is_found():
    sources = {"a/__init__.py": "", "a/b.py": "x = 1\n"}

    assert not list(residue.find_empty_folders(make_template(sources)))
    assert not list(residue.find_empty_folders(make_template(sources, {"cors": ["a/"]})))
    assert list(residue.find_empty_folders(make_template(sources, {"cors": ["a/b.py"]}))) == [
        "a holds nothing with cors=no: name it in the manifest"
    ]


def test_an_answer_that_nothing_is_known_of_is_told_what_to_do():
    faults = list(residue.find_unowned_answers(["cors", "xml", "name"], [CORS], {"name": "Why."}))

    assert len(faults) == 1
    assert faults[0].startswith("xml has no words: name in WORDS of local_extensions/words.py")
