"""Any text for any answer gives a project that carries it, or is refused in one line."""

from __future__ import annotations

import ast
import functools
import html.parser
import string
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from local_extensions.answers import (
    CHOICES,
    QUESTIONS,
    RULES,
    YES_NO,
    default_slug,
    distribution,
    is_printable,
    mistakes_in,
    wish,
)
from tests.rendering import ROOT, complete, files_in
from tests.variants.template import Template

EXAMPLES = 2000
BAKES = 60
FREE = tuple(RULES)
# The same examples each time, and nothing remembered: a failure is seen by everybody.
FUZZED = functools.partial(
    settings,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

FRAGMENTS = (
    *"\"'`\\$#|*_[]()<>!&~+-=.:;,%@/?^",
    *("{{ x }}", "{% raw %}", "{#", "}}", "{", "#: if x", "#: endif", "${HOME}", "$(id)", "%s"),
    *("\n", "\r", "\t", "\0", "\x1b[0m", "\x7f", "\u2028", "\ufeff", "\u200b", "\u202e", "\u200f"),
    *("\ud800", "\udcff", "\U0010ffff", "👩‍🚀", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🇰🇷", "👍🏽", "e\u0301", "ﬁ", "İ", "ß"),
    *("ᄒ", "ᅡ", "ᆫ", "한국어", "Ｗ", "עברית", "a" * 61, "가" * 201, "x" * 70_000),
    *(" ", "    ", "\u00a0", "\u3000", "../", "..\\", "/etc/passwd", "C:\\", "~", "~root"),
    *("CON", "nul", "com1", "LPT9", "aux.txt", "class", "json", "flask", "__init__", "admin"),
    *(
        "# ",
        "- ",
        "1. ",
        "1) ",
        "> ",
        "```",
        "~~~",
        "---",
        "===",
        "<!--",
        "-->",
        "&amp;",
        "</title>",
    ),
    *("https://a.example", "www.a.example", "a@b.example", ":smile:", "\\n", '"""', "'''", "\\"),
    *(
        "[a](b)",
        "![a](b)",
        "[a]: b",
        "<b>",
        "localhost",
        ":27017",
        "[::1]",
        "db-1",
        "10.0.0.1",
        "a",
    ),
)
ANY = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=6).map("".join),
    st.text(st.characters(), max_size=80),
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=60),
    st.text("".join(chr(code) for code in range(32, 127) if chr(code) not in "{}"), max_size=60),
)
LABEL = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,8}", fullmatch=True)
RIGHT = {
    "project_slug": st.from_regex(r"[a-z][a-z0-9_]{1,12}", fullmatch=True),
    "mongo_host": st.lists(
        st.builds("{}{}".format, LABEL, st.sampled_from(["", ":1", ":27017", ":65535"])),
        min_size=1,
        max_size=4,
    ).map(",".join),
}
RIGHT |= {name: st.sampled_from(choices) for name, choices in CHOICES.items()}
RIGHT |= dict.fromkeys(YES_NO, st.sampled_from(["yes", "no", "TRUE", " off ", True, False]))


PLAIN = [text for text in FRAGMENTS if is_printable(text) and len(text) < 20]
SPOKEN = [text for text in PLAIN if set(text).isdisjoint("{}")]
NAMED = [text for text in SPOKEN if set(text).isdisjoint("\"'`\\$")]
RIGHT |= {
    name: st.one_of(
        st.lists(st.sampled_from(texts), min_size=1, max_size=8).map("".join),
        st.text("".join({*"".join(texts), *string.ascii_letters}), min_size=1, max_size=60),
    )
    for name, texts in {"project_name": NAMED, "description": SPOKEN, "author_name": SPOKEN}.items()
}


def fuzz(*names):
    """Return answers, those to *names* strange and others likely to be right."""
    kinds = {name: ANY if name in names else RIGHT[name] for name in QUESTIONS}
    return st.fixed_dictionaries({}, optional=kinds)


# Most often a single answer is wrong, and a project comes of those that are all right.
ANSWERS = st.one_of(
    *[fuzz()] * 8, *(fuzz(name) for name in FREE), *(fuzz(name) for name in CHOICES), fuzz(*FREE),
    fuzz(*QUESTIONS),
)  # fmt: skip


@pytest.fixture(scope="module")
def template():
    """Return the sources of this template."""
    return Template.load()


@functools.cache
def is_compiled(text):
    """Compile the Python source *text*, once."""
    compile(text, "source", "exec", ast.PyCF_ONLY_AST)
    return True


def constants_of(text):
    """Return each text that stands in the Python source *text*."""
    return {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}


def shown(text):
    """Return how Markdown shows the first heading and paragraph of *text*, as (kind, letters)."""
    tokens = MarkdownIt().parse("\n".join(text.split("\n")[:4]))
    kinds = [token.tag for token in tokens if token.nesting == 1]
    inline = [token for token in tokens if token.type == "inline"]
    return [
        (kind, "".join(child.content for child in token.children))
        for kind, token in zip(kinds, inline, strict=True)
    ]


class Title(html.parser.HTMLParser):
    """Reads the title of a page."""

    def __init__(self, page):
        super().__init__()
        self.inside = False
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Take notice of the title's start."""
        del attrs
        self.inside = tag == "title"

    def handle_endtag(self, tag):
        """Take notice of the title's end."""
        self.inside = self.inside and tag != "title"

    def handle_data(self, data):
        """Collect the title."""
        self.text += data if self.inside else ""


def check_texts(texts, answers):
    """See that each text is sound and that the answers come out of it letter by letter."""
    name, slug, description, author, host = (answers[each] for each in FREE)
    uri = f"mongodb://{host}/{slug}"
    assert all(is_compiled(text) for path, text in texts.items() if path.endswith(".py"))
    project = tomllib.loads(texts["pyproject.toml"])["project"]
    assert project["name"] == distribution(slug)
    assert project["description"] == description
    assert project["authors"] == [{"name": author}]
    assert f" {author}" in texts["LICENSE"]
    for readme in ("README.md", "README.ko.md"):
        assert shown(texts[readme])[:2] == [("h1", name), ("p", description)]
        assert f"`{uri}`" in texts[readme]
    lines = texts["app/openapi/introduction.md"].split("\n")
    assert (lines[0], lines[2]) == (f"# {name}", description)
    contact = tomllib.loads(texts["app/openapi/info.toml"])["contact"]
    assert contact["name"] == ("" if author == QUESTIONS["author_name"] else author)
    assert slug in constants_of(texts["config/core.py"])
    assert uri in constants_of(texts["config/production.py"])
    assert f"# MONGODB_URI={uri}" in texts[".env.example"].split("\n")
    for path in set(texts) & {
        f"app/openapi/page/{page}/page.html" for page in ("swagger", "redoc")
    }:
        assert Title(texts[path]).text == name


def check_lines(lines):
    """See that each of *lines* names an answer and says what it wants, plainly."""
    assert all(line.isascii() and line.isprintable() for line in lines)
    names = [line.split(": wants ")[0] for line in lines]
    assert names == [name for name in QUESTIONS if name in names]


def test_any_answers_are_carried_or_refused(template):
    paths = [path for path in template.sources if template.mentioned(path) & set(FREE)]
    carried = refused = 0

    @FUZZED(max_examples=EXAMPLES)
    @given(ANSWERS)
    def try_out(answers):
        nonlocal carried, refused
        full = complete(answers)
        assert wish("project_slug", default_slug(full["project_name"])) is None
        if mistakes := mistakes_in(full):
            refused += 1
            check_lines(mistakes)
            return
        carried += 1
        kept = [path for path in paths if template.kept(path).holds(full)]
        check_texts({path: template.render(path, full) for path in kept}, full)

    try_out()
    assert carried + refused >= EXAMPLES
    assert min(carried, refused) > EXAMPLES // 8


def test_the_program_itself_writes_inside_its_folder_or_nothing(template):
    carried = refused = 0

    # Making a failure smaller would take minutes: the other test does that.
    @FUZZED(max_examples=BAKES, phases=[Phase.generate])
    @given(ANSWERS)
    def try_out(answers):
        nonlocal carried, refused
        full = complete(answers)
        mistakes = mistakes_in(full)
        with TemporaryDirectory() as name:
            folder = Path(name) / "a" / "b"
            bake = functools.partial(
                cookiecutter,
                str(ROOT),
                no_input=True,
                extra_context=answers,
                output_dir=str(folder),
                default_config=True,
            )
            if mistakes:
                refused += 1
                # Cookiecutter looks at choices, and tells of the first, before texts are judged.
                texts = mistakes_in({text: full[text] for text in FREE})
                with pytest.raises(
                    FailedHookException if texts == mistakes else ValueError
                ) as told:
                    bake()
                assert texts != mistakes or str(told.value).split("\n") == mistakes
                assert not list(Path(name).iterdir())
                return
            bake()
            carried += 1
            project = folder / full["project_slug"]
            made = {path.relative_to(project).as_posix(): path for path in files_in(project)}
            assert list(Path(name).iterdir()) == [folder.parent]
            assert list(folder.parent.iterdir()) == [folder]
            assert list(folder.iterdir()) == [project]
            kept = {path for path in template.sources if template.kept(path).holds(full)}
            assert set(made) == kept | {".env"}
            check_texts({path: made[path].read_text("utf-8") for path in kept}, full)

    try_out()
    assert min(carried, refused) > BAKES // 8
