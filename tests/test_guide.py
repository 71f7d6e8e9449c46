"""The guide and the READMEs are whole, the same in both languages, and name only what there is."""

from __future__ import annotations

import ast
import re
import tomllib
import unicodedata
from urllib.parse import unquote

import pytest

from local_extensions.answers import CHOICES, QUESTIONS, YES_NO
from local_extensions.manifest import OWNERS, SHARED
from tests.grown.growing import SHOP, WIRING
from tests.rendering import ROOT, SOURCES, files_in, render
from tests.variants.names import groups_within

LANGUAGES = ("en", "ko")
DOCS = ROOT / "docs"
PAGES = sorted(path.name for path in (DOCS / "en").glob("*.md"))
READMES = {"en": ROOT / "README.md", "ko": ROOT / "README.ko.md"}
ANSWERS = list(QUESTIONS)
ITEMS = tomllib.loads((SOURCES / "tests/promises/items.toml").read_text("utf-8"))["item"]
STATES = {
    "en": {"enforced": "enforced", "off": "off", "yours": "yours to do"},
    "ko": {"enforced": "적용됨", "off": "꺼짐", "yours": "직접 할 일"},
}
DEMO = "demo"
MARKDOWN = [
    path
    for path in files_in(ROOT)
    if path.suffix == ".md" and DEMO not in path.relative_to(ROOT).parts[:1]
]
# Of the documents of a project only those count that are not rendered by other code.
TEXTS = [path for path in MARKDOWN if "app" not in path.relative_to(ROOT).parts]
FENCE = re.compile(r"^( *)```.*?^\1```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def shown(path):
    return path.relative_to(ROOT).as_posix()


def prose_of(path):
    """Return a text without its examples, where # and [] mean something else."""
    return FENCE.sub("", path.read_text("utf-8"))


def anchor_of(heading):
    """Return the anchor that a forge gives to a heading."""
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", heading).strip().lower()
    kept = (letter for letter in text if letter in " -_" or unicodedata.category(letter)[0] in "LN")
    return "".join(kept).replace(" ", "-")


def anchors_of(path):
    """Return every anchor of a page; those of equal headings are numbered."""
    anchors = set()
    for _, heading in HEADING.findall(prose_of(path)):
        base = anchor = anchor_of(heading)
        number = 0
        while anchor in anchors:
            number += 1
            anchor = f"{base}-{number}"
        anchors.add(anchor)
    return anchors


def sections_of(path):
    """Return the text below each heading of the second level, by heading."""
    parts = re.split(r"^## (.+)$", prose_of(path), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def answer_of(item):
    """Return the answer that an item's state depends on, or None."""
    found = re.search(r"cookiecutter\.(\w+)", item["state"])
    return found[1] if found else None


def items_of(answer):
    items = {item["id"] for item in ITEMS if answer_of(item) == answer}
    return items | ({"jwt.algorithm"} if answer == "jwt_algorithm" else set())


def test_the_checklist_has_46_items():
    assert len(ITEMS) == 46


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_explains_every_answer_in_the_order_of_the_questions(language):
    explained = [title.strip("`") for title in sections_of(DOCS / language / "answers.md")]

    assert [title for title in explained if title in ANSWERS] == ANSWERS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answer", ANSWERS)
def test_each_answer_says_what_it_adds_costs_and_keeps(language, answer):
    section = sections_of(DOCS / language / "answers.md")[f"`{answer}`"]
    points = {
        "en": ("Adds", "Costs", "Checklist", "Changed later"),
        "ko": ("더해지는 것", "비용", "체크리스트", "나중에 바꾸기"),
    }

    assert re.findall(r"^- \*\*(.+?):\*\* \S", section, re.MULTILINE) == list(points[language])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answer", ANSWERS)
def test_each_answer_names_its_items_and_every_value(language, answer):
    section = sections_of(DOCS / language / "answers.md")[f"`{answer}`"]
    named = set(re.findall(r"`([^`\n]+)`", section))

    assert items_of(answer) <= named
    assert not {item["id"] for item in ITEMS if answer_of(item) not in {None, answer}} & named
    if answer not in {"python_version", *YES_NO}:
        assert set(CHOICES.get(answer, ())) <= named


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_lists_every_answer_with_its_values(language):
    rows = re.findall(
        rf"^\| \[`(\w+)`\]\(docs/{language}/answers\.md#(\w+)\) \| (.+) \|$",
        READMES[language].read_text("utf-8"),
        re.MULTILINE,
    )

    assert [(name, anchor) for name, anchor, _ in rows] == [(name, name) for name in ANSWERS]
    for name, _, values in rows:
        told = re.findall(r"`([^`]+)`", values)
        if name in CHOICES:
            assert told == list(CHOICES[name])
        elif name in YES_NO:
            assert told == (["yes", "no"] if QUESTIONS[name] else ["no", "yes"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_lists_every_item_with_its_state(language):
    words = STATES[language]
    told = re.findall(
        r"^\| `([a-z0-9]+\.[a-z0-9-]+)` \| (.+) \| (.+) \|$",
        READMES[language].read_text("utf-8"),
        re.MULTILINE,
    )

    assert [item for item, _, _ in told] == [item["id"] for item in ITEMS]
    for (_, _, state), item in zip(told, ITEMS, strict=True):
        answer = answer_of(item)
        if answer is None:
            assert state == words[item["state"]], item["id"]
        else:
            assert words["enforced"] in state, item["id"]
            assert f"[`{answer}`](docs/{language}/answers.md#{answer})" in state


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_counts_the_items_of_a_default_project(language):
    items = tomllib.loads(render({})["tests/promises/items.toml"])["item"]
    counts = [sum(item["state"] == state for item in items) for state in STATES[language]]
    sentences = {
        "en": r"(\d+) enforced by default, (\d+) yours to do, and (\d+) off",
        "ko": r"(\d+)개가 기본으로 적용되고, (\d+)개는 직접 할 일이며, (\d+)개는",
    }
    text = " ".join(READMES[language].read_text("utf-8").split())
    enforced, off, yours = counts

    found = re.search(sentences[language], text)

    assert found
    assert list(map(int, found.groups())) == [enforced, yours, off]
    assert re.search(rf"\b{enforced}(?: of them are enforced|가지를 기본으로)", text)


def test_both_languages_have_the_same_pages():
    assert sorted(path.name for path in (DOCS / "ko").glob("*.md")) == PAGES
    assert {"answers.md", "files.md", "index.md", "operations.md", "security.md"} <= set(PAGES)


@pytest.mark.parametrize("page", [*PAGES, "README"])
def test_both_languages_have_the_same_shape(page):
    english, korean = (
        (READMES[language] if page == "README" else DOCS / language / page).read_text("utf-8")
        for language in LANGUAGES
    )

    # Headings, rows, points and examples: what is told in one language is told in the other.
    for shape in (r"^(#+) ", r"^( *)(?:- |\d\. )", r"^(\|)", r"^( *```\w*)$", r"^(<!--.*-->)$"):
        found = re.findall(shape, english, re.MULTILINE)
        assert found == re.findall(shape, korean, re.MULTILINE), shape


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_have_the_commands_that_tests_run(page):
    block = re.compile(r"(<!-- test: .+? -->\n```sh\n.*?```)", re.DOTALL)

    english, korean = (
        block.findall((DOCS / language / page).read_text("utf-8")) for language in LANGUAGES
    )

    assert english == korean


@pytest.mark.parametrize("page", [*PAGES, "README"])
def test_every_paragraph_of_the_korean_texts_is_korean(page):
    prose = prose_of(READMES["ko"] if page == "README" else DOCS / "ko" / page)
    paragraphs = [part for part in prose.split("\n\n") if not part.startswith(("#", "<!--"))]
    spoken = [re.sub(r"`[^`]*`|\]\([^)]*\)|<[^>]*>", "", part) for part in paragraphs]

    assert [part for part in spoken if len(part) > 60 and not re.search("[가-힣]", part)] == []


@pytest.mark.parametrize("path", MARKDOWN, ids=shown)
def test_every_link_leads_somewhere(path):
    broken = []
    for link in LINK.findall(prose_of(path)):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = unquote(link).partition("#")
        page = (path.parent / target).resolve() if target else path
        if not page.exists() or (anchor and anchor not in anchors_of(page)):
            broken.append(link)

    assert broken == []


def make_targets():
    makefiles = [folder / "Makefile" for folder in (ROOT, SOURCES)]
    texts = [makefile.read_text("utf-8") for makefile in makefiles]
    return {target for text in texts for target in re.findall(r"^([a-z]+):", text, re.MULTILINE)}


@pytest.mark.parametrize("path", TEXTS, ids=shown)
def test_every_make_target_that_is_named_exists(path):
    text = path.read_text("utf-8")
    spoken = [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"^make .+$", text, re.MULTILINE)]
    named = {
        word
        for line in spoken
        for words in re.findall(r"(?:^|[ =/])make ((?:[a-z]+ ?)+)", line)
        for word in words.split()
    }

    assert named <= make_targets()


def flask_commands():
    """Return every command that sources and shop give to flask, behind its groups' names."""
    commands = set()
    for path in (path for folder in (SOURCES, SHOP) for path in folder.glob("app/*/commands.py")):
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        inner = groups_within(nodes)
        for node in nodes:
            if isinstance(node, ast.FunctionDef):
                found = (command_of(decorator, inner) for decorator in node.decorator_list)
                commands |= set(found) - {None}
    return commands


def command_of(decorator, inner):
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return None
    owner, method = decorator.func.value, decorator.func.attr
    if method != "command" or not isinstance(owner, ast.Name):
        return None
    name = decorator.args[0].value
    return name if owner.id == "click" else f"{inner.get(owner.id, owner.id)} {name}"


@pytest.mark.parametrize("path", TEXTS, ids=shown)
def test_every_flask_command_that_is_named_exists(path):
    text = path.read_text("utf-8")
    spoken = [
        *re.findall(r"`([^`\n]+)`", text),
        *re.findall(r"^.*bin/flask .+$", text, re.MULTILINE),
    ]
    named = {
        words
        for line in spoken
        for words in re.findall(r"(?:^|[ /])flask (?:--app \S+ )?([a-z]+(?: [a-z-]+)?)", line)
    }

    # Of a command in a group within a group the first two words are looked at.
    assert named <= {" ".join(name.split()[:2]) for name in flask_commands()}


def test_the_guide_names_every_flask_command():
    for language in LANGUAGES:
        told = "\n".join(path.read_text("utf-8") for path in (DOCS / language).glob("*.md"))
        assert not [name for name in flask_commands() if f"`flask {name}`" not in told]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_names_every_scope(language):
    views = SOURCES.joinpath("app").glob("*/views.py")
    scope = re.compile(r"\bScope\(\s*\"([\w:]+)\"")
    asked = {name for view in views for name in scope.findall(view.read_text("utf-8"))}
    text = prose_of(DOCS / language / "oauth-server.md")
    rows = re.findall(r"^\| (`\w+:\w+`.*?) \|", text, re.MULTILINE)

    assert asked
    assert set(re.findall(r"`([\w:]+)`", " ".join(rows))) == asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_names_every_file_of_a_project_and_no_other(language):
    rows = re.findall(r"^\| `([^`]+)` \| ", prose_of(DOCS / language / "files.md"), re.MULTILINE)
    files = [path.relative_to(SOURCES).as_posix() for path in files_in(SOURCES)]
    # The hook writes .env. Tests are told of by folder; a module beside those tells itself.
    unnamed = [
        path
        for path in files
        if path not in rows and not any(row.endswith("/") and path.startswith(row) for row in rows)
    ]
    gone = [row for row in rows if row != ".env" and not (SOURCES / row).exists()]

    assert unnamed == []
    assert gone == []
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_says_which_files_belong_to_an_answer(language):
    page = prose_of(DOCS / language / "files.md")
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", page, re.MULTILINE)
    told = dict(rows)
    owned = [(owner.answer, path) for owner in OWNERS for path in owner.paths if path in told]
    owned += [
        (answer, path)
        for shared in SHARED
        for answer, _ in shared.kept_by
        for path in shared.paths
        if path in told
    ]

    assert owned
    assert [path for answer, path in owned if f"`{answer}`" not in told[path]] == []


def test_the_resource_guide_has_the_commands_of_the_projects_readme():
    """One text to copy from, wherever it is read."""
    texts = [
        *(DOCS / language / "resources.md" for language in LANGUAGES),
        *(SOURCES / readme.name for readme in READMES.values()),
    ]
    for mark in ("add-resource", "remove-sample"):
        block = re.compile(rf"<!-- test: {mark} -->\n```sh\n(.*?)```", re.DOTALL)
        assert len({block.search(path.read_text("utf-8"))[1] for path in texts}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_of_the_page_on_growing_is_that_of_the_grown_project(language):
    page = (DOCS / language / "grow.md").read_text("utf-8")
    shown_code = re.findall(r"<!-- from: (\S+) -->\n```\w+\n(.*?)```", page, re.DOTALL)

    assert len(shown_code) == page.count("```") / 2
    assert [name for name, code in shown_code if code not in code_of_shop(name)] == []


def code_of_shop(name):
    """Return a file of the grown project, or what its owner wrote into one that was there."""
    if (SHOP / name).exists():
        return (SHOP / name).read_text("utf-8")
    return "\n".join(edit.new for edit in WIRING if edit.file == name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_on_growing_names_what_is_there(language):
    page = prose_of(DOCS / language / "grow.md")
    named = set(re.findall(r"`((?:app|config|tests)/[\w/]+\.py)`", page))

    assert {name for name in named if not (SHOP / name).exists()} <= {"app/routes.py"}
    views = re.findall(r"class (\w+View)", code_of_shop("app/books/views.py"))
    assert set(re.findall(r"`(\w+View)`", page)) <= set(views)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_has_the_curl_lines_of_the_projects_readme(language):
    block = re.compile(r"<!-- test: curl -->\n```sh\n(.*?)```", re.DOTALL)
    texts = [READMES[language], SOURCES / READMES[language].name]

    first, second = (
        re.sub(r"^#: .*\n", "", block.search(path.read_text("utf-8"))[1], flags=re.MULTILINE)
        for path in texts
    )

    assert first == second
    assert "127.0.0.1:3000" in first


@pytest.mark.parametrize("path", TEXTS, ids=shown)
def test_texts_write_tables_that_hold_together(path):
    lines = prose_of(path).splitlines()
    tables = [line for line in lines if line.startswith("|")]
    widths = [line.replace(r"\|", "").count("|") for line in tables]

    for number, line in enumerate(lines):
        if re.fullmatch(r"\|(?: --- \|)+", line):
            assert lines[number - 2] == "", line
            assert widths[tables.index(line)] == lines[number - 1].count("|")


def test_pictures_are_small():
    pictures = [path for path in (DOCS / "images").iterdir() if path.is_file()]

    assert pictures
    assert all(path.stat().st_size < 300_000 for path in pictures)
