"""What an answer may be, and what is said of one that may not."""

from __future__ import annotations

import html
import json
import keyword
import re
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
import yaml
from markdown_it import MarkdownIt

from local_extensions import answers as rules
from local_extensions.__main__ import mistakes_of
from local_extensions.answers import (
    CHOICES,
    QUESTIONS,
    RULES,
    YES_NO,
    default_slug,
    markdown,
    mistakes_in,
    wish,
)
from tests.rendering import CONTEXT, ROOT, SOURCES, complete, run_cookiecutter

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {
    "project_name": [
        "A",
        "My Flask API",
        "내 메모 API",
        "🚀🔥",
        "👩‍🚀 Space",
        "🏴󠁧󠁢󠁳󠁣󠁴󠁿 API",
        "가" * 60,
        "Ｗ" * 60,
        "1st API",
        "Flask",
        "Café & Söhne <API> #1, 100%: a/b|c!",
    ],
    "project_slug": ["ab", "a1", "a_", "my_flask_api", "a" * 50, "x__y_9"],
    "description": ["x", "He said \"no\" \\ `yes` $5 'ok'", "한국어 설명 🚀", "가" * 200],
    "author_name": ["O'Neil", 'Neo "The One"', "김민지", "A\\B"],
    "mongo_host": [
        "localhost",
        "localhost:27017",
        "mongo_db:1",
        "DB-1.example.com:65535",
        "10.0.0.1",
        "[::1]",
        "[::1]:27017",
        "[2001:db8::1]:27018,[2001:db8::2]:27018",
        "[::ffff:10.0.0.1]",
        "a:27017,b:27018,c.example.com",
        "xn--9n2bp8q.example:27017",
        ",".join(f"member-{number}.example.com:27017" for number in range(50)),
    ],
}
BAD = {
    "project_name": [
        "",
        " ",
        " API",
        "API ",
        "가" * 61,
        'a"b',
        "a'b",
        "a`b",
        "a\\b",
        "a{b",
        "a}b",
        "a$b",
        "a\nb",
        "a\tb",
        "a\x00b",
        "a\x7fb",
        "a\u2028b",
        "a\u202eb",
        "a\udcffb",
        "a\ufeffb",
    ],
    "project_slug": [
        "",
        "a",
        "a" * 51,
        "A_b",
        "1st",
        "_ab",
        "a-b",
        "a b",
        "a.b",
        "../x",
        "/etc",
        "ab\n",
        "å1",
        "a１",
        "가나",
        "class",
        "async",
        "match",
        "type",
        "json",
        "test",
        "asyncio",
        "distutils",
        "flask",
        "pymongo",
        "bson",
        "flask_swagger_ui",
        "flask__swagger__ui",
        "flask_swagger_ui_",
        "con",
        "nul",
        "com1",
        "lpt9",
        "admin",
        "local",
        "config",
    ],
    "description": [
        "",
        " ",
        " a",
        "a ",
        "    a",
        "a\nb",
        "a\rb",
        "a\x00",
        "a{b",
        "a}b",
        "a" * 201,
        "a\u202eb",
    ],
    "author_name": ["", "a\nb", "{{ x }}", "a" * 201, None, 5],
    "python_version": ["", "3", "3.10", "3.14", "2.7", "three", 3.13, None],
    "mongo_host": [
        "",
        " ",
        "a b",
        ":27017",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "localhost:123456",
        "localhost:-1",
        "localhost:+1",
        "localhost:٢٧",
        "localhost:27017:27017",
        "localhost\n",
        "user:password@localhost",
        "user@localhost",
        "mongodb://localhost",
        "localhost/database",
        "localhost?x=1",
        "a,,b",
        "a,",
        ",a",
        "a, b",
        "::1",
        "::1:27017",
        "[::1",
        "::1]",
        "[]",
        "[::1]27017",
        "[::1%25eth0]",
        "[fe80::1%eth0]",
        "[::g]",
        "[localhost]",
        "[127.0.0.1]",
        "-a",
        "a-",
        "a..b",
        ".a",
        "256.1.1.1",
        "1.2.3",
        "12345",
        "호스트",
        "a" * 64,
        ".".join(["a" * 60] * 5),
        "/tmp/mongodb.sock",
        "a;b",
        "a$b",
        'a"b',
        ",".join(["a"] * 51),
    ],
    "jwt_algorithm": ["", "none", "HS512", "hs256", "HS256 RS256"],
    "api_docs": ["", "foo", "rapidoc"],
    "oauth": ["", "CLIENT", "both"],
    "deploy": ["", "swarm", "Docker", "yes"],
    "ci": ["", "jenkins", "GitHub", True],
    "license": ["", "GPL-3.0", "Apache"],
    **{name: ["", "maybe", "yes", 1, None] for name in YES_NO},
}
TEXTS = [(name, text) for name, texts in GOOD.items() for text in texts]
WRONG = [(name, text) for name, texts in BAD.items() for text in texts]


@pytest.mark.parametrize(("name", "text"), TEXTS, ids=ascii)
def test_nothing_is_wanted_of_a_good_answer(name, text):
    assert wish(name, text) is None


@pytest.mark.parametrize(("name", "answer"), WRONG, ids=ascii)
def test_a_bad_answer_is_refused_in_one_plain_line(name, answer):
    told = wish(name, answer)

    assert told.startswith("wants ")
    assert told.isprintable()
    assert told.isascii()


def test_what_can_be_chosen_is_right():
    assert not [name for name in CHOICES for choice in CHOICES[name] if wish(name, choice)]
    assert not [name for name in YES_NO for choice in (True, False) if wish(name, choice)]


def test_every_mistake_is_told_with_the_name_of_its_answer_in_the_order_of_the_questions():
    told = mistakes_in({name: answers[-1] for name, answers in BAD.items()})

    assert [line.split(": ")[0] for line in told] == list(QUESTIONS)


def test_only_what_was_answered_is_judged():
    assert mistakes_in({}) == []
    assert len(mistakes_in({"cors": "perhaps"})) == 1


@pytest.mark.parametrize("word", ["yes", "Y", "true", "on", "1", "no", "N", "false", "off", "0"])
def test_yes_and_no_may_be_given_in_many_words(word):
    assert not list(mistakes_of([f"{name}={word}" for name in YES_NO]))


def test_what_is_not_asked_is_told_where_all_answers_are_given_at_once():
    told = list(mistakes_of(["--overwrite-if-exists", "cros=yes", "cors=maybe", "license=gpl"]))

    assert told == [
        "cros: is not asked",
        "cors: wants yes or no (true or false in JSON)",
        "license: wants one of Proprietary, MIT, Apache-2.0",
    ]


def slug_of(name):
    slug = default_slug(name)
    assert wish("project_slug", slug) is None
    return slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("My Flask API", "my_flask_api"),
        ("1st API", "api_1st_api"),
        ("🚀🔥", "my_flask_api"),
        ("내 메모", "my_flask_api"),
        ("내 메모 API", "api"),
        ("Ｗ" * 60, "w" * 50),
        ("Café Söhne", "cafe_sohne"),
        ("Flask", "flask_api"),
        ("json", "json_api"),
        ("Class", "class_api"),
        ("CON", "con_api"),
        ("A", "a_api"),
        ("a - b -- c", "a_b_c"),
        ("x" * 49 + " y", "x" * 49),
    ],
)
def test_the_default_slug_follows_the_name(name, slug):
    assert slug_of(name) == slug


def test_the_default_slug_is_valid_for_names_that_are_taken():
    taken = [*sys.stdlib_module_names, *keyword.kwlist, *keyword.softkwlist]
    taken += [*rules.DEPENDENCIES, *rules.DEVICES, *rules.DATABASES, *rules.UNLISTED_MODULES]
    for name in taken:
        slug_of(name)


def test_no_dependency_is_a_name_for_a_project():
    declared = tomllib.loads((SOURCES / "pyproject.toml").read_text("utf-8"))
    wanted = list(declared["project"]["dependencies"])
    for group in declared["dependency-groups"].values():
        wanted += [line for line in group if isinstance(line, str)]
    names = {re.split(r"[\[<>=~!; ]", line)[0].lower().replace("_", "-") for line in wanted}

    assert names <= rules.DEPENDENCIES


@pytest.mark.parametrize("slug", GOOD["project_slug"])
def test_every_slug_gives_a_name_that_packaging_tools_accept(slug):
    assert re.fullmatch(r"[a-z](?:[a-z0-9_]*[a-z0-9])?", rules.distribution(slug))


@pytest.mark.parametrize("text", GOOD["description"] + GOOD["author_name"], ids=ascii)
def test_a_quoted_text_comes_back_letter_by_letter(text):
    literal = f'"{rules.in_quotes(text)}"'

    assert tomllib.loads(f"x = {literal}")["x"] == text
    assert json.loads(literal) == text
    assert yaml.safe_load(literal) == text
    assert eval(literal) == text


def test_every_question_and_every_choice_has_a_plain_label():
    labels = CONTEXT["__prompts__"]

    assert list(labels) == list(QUESTIONS)
    for name, choices in CHOICES.items():
        assert list(labels[name]) == ["__prompt__", *choices]
        assert all(labels[name][choice].split(": ")[0] == choice for choice in choices)
    # Rich takes brackets for markup.
    assert "[" not in "".join(map(str, labels.values()))
    assert str(labels).isascii()


def test_the_texts_are_asked_first_and_judged_before_the_rest_is_asked():
    asked = [name for name in CONTEXT if not name.startswith("_") or name == "__checked"]

    assert asked[: len(RULES) + 1] == [*RULES, "__checked"]


# The program itself, as its user sees it.


def refuse(
    home: Path, environment, *arguments: str, answers: str = "", is_ours: bool = True
) -> list[str]:
    folder = home.parent / "work"
    folder.mkdir()
    done = run_cookiecutter(
        *arguments, "-o", "a/b", environment=environment, folder=folder, answers=answers
    )
    assert done.returncode != 0
    assert ("Traceback" in done.stdout + done.stderr) != is_ours
    assert not list(folder.iterdir())
    assert not (home.parent / "evil").exists()
    return (done.stdout + done.stderr).splitlines()


def test_all_texts_that_are_wrong_are_told_at_once_and_nothing_is_written(home, environment):
    lines = refuse(
        home,
        environment,
        "--no-input",
        str(ROOT),
        "project_name=",
        "project_slug=../../evil/x",
        "description={% raw",
        "author_name=#: if\n",
        "mongo_host=admin:secret@db",
    )

    assert lines == [
        "project_name: wants 1 to 60 printable characters, no space first or last",
        "project_slug: wants 2 to 50 characters out of a-z, 0-9 and _, a letter first",
        "description: wants no braces",
        "author_name: wants 1 to 200 printable characters in one line, no space first or last",
        "mongo_host: wants no credentials, those belong in the environment (MONGODB_URI)",
    ]
    assert not list(home.iterdir())


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("license=GPL", "GPL provided for choice variable license, but the choices are"),
        ("cors=maybe", "maybe provided for variable cors could not be converted to a boolean."),
    ],
    ids=["a choice", "yes and no"],
)
def test_a_wrong_choice_on_the_command_line_gets_cookiecutters_own_error(
    home, environment, wrong, told
):
    given = ("--no-input", str(ROOT), wrong, "project_name=")
    lines = refuse(home, environment, *given, is_ours=False)

    assert lines[-1].startswith(f"ValueError: {told}")


@pytest.mark.parametrize(
    "text", ["{{ 7*7 }}", "{{ foo", "{% for", "{#", "{{ cookiecutter }}", "{{''.__class__}}"]
)
def test_braces_are_refused_and_never_run(home, environment, text):
    lines = refuse(home, environment, "--no-input", str(ROOT), f"author_name={text}")

    assert lines == ["author_name: wants no braces"]


def test_a_replay_obeys_the_rules_before_anything_is_written(home, environment):
    wrong = {"project_slug": "../../evil/x", "cors": "no", "license": "GPL", "author_name": None}
    answers = CONTEXT | {"__checked": "yes"} | complete({}) | wrong
    replay = home.parent / "replay.json"
    replay.write_text(json.dumps({"cookiecutter": answers}))

    lines = refuse(home, environment, "--replay-file", str(replay), str(ROOT))

    assert lines == [
        "project_slug: wants 2 to 50 characters out of a-z, 0-9 and _, a letter first",
        "author_name: wants 1 to 200 printable characters in one line, no space first or last",
        "cors: wants yes or no (true or false in JSON)",
        "license: wants one of Proprietary, MIT, Apache-2.0",
    ]


@pytest.mark.parametrize(
    ("name", "slug"), [("🚀🔥", "my_flask_api"), ("내 메모 API", "api"), ("Flask", "flask_api")]
)
def test_an_unusual_name_gives_a_project(bake, name, slug):
    project = bake(project_name=name)

    assert project.name == slug
    assert (project / "wsgi.py").is_file()


def test_output_folders_may_hold_braces(home, environment):
    done = run_cookiecutter(
        "--no-input", str(ROOT), "-o", "{{ x }}", environment=environment, folder=home
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert (home / "{{ x }}" / "my_flask_api" / "app" / "__init__.py").is_file()


@pytest.mark.parametrize(
    "text",
    [
        "My Flask API",
        "1st API (v1.0)",
        "Notes & Söns, a <3 b",
        "도서관 API [beta] #1",
        "snake_case-9!",
    ],
)
def test_an_ordinary_text_stays_as_it_is_in_markdown(text):
    assert markdown(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "*a*",
        "__init__",
        "_x_ y",
        "<b>",
        "&copy;",
        "1. first",
        "# x",
        "x #",
        "[a](b)",
        "~~~",
        "- x",
        "$x$",
    ],
)
def test_no_text_is_markup_and_none_has_a_backslash(text):
    escaped = markdown(text)
    assert "\\" not in escaped
    for page in (f"# {escaped}", escaped):
        assert html.unescape(re.sub("</?(?:h1|p)>|\n", "", MarkdownIt().render(page))) == text
