"""Every text that an answer can make of a source is right."""

from __future__ import annotations

import ast
import fnmatch
import json
import re
import subprocess
import sys
import tomllib
from pathlib import PurePosixPath

import pytest
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from local_extensions.filters import Answers
from local_extensions.tags import LINE_TAG, LineTags, Program
from tests.rendering import CONTEXT, SOURCES, VARIANTS, complete, files_in, make_environment, write
from tests.rendering import render as render_project

# What starts a program, or the tests, and is imported by nothing else.
ENTRIES = {"wsgi", "gunicorn.conf", "config.testing"}
LEFT = re.compile(r"cookiecutter\.|\{%|%\}|\{\{ ?cookiecutter|^[ \t]*#: ", re.MULTILINE)


@pytest.fixture(scope="module", params=VARIANTS.values(), ids=VARIANTS)
def project(request):
    """Return the files of one variant."""
    return render_project(request.param)


def of_kind(project, *suffixes):
    return {name: text for name, text in project.items() if name.endswith(suffixes)}


def test_nothing_of_the_template_is_left(project):
    assert not {name: found[0] for name, text in project.items() if (found := LEFT.search(text))}


def test_every_file_ends_like_a_text_file(project):
    wrong = [
        name
        for name, text in project.items()
        if text and (not text.endswith("\n") or text.endswith("\n\n") or "\r" in text)
    ]
    assert not wrong


def test_python_compiles(project):
    for name, text in of_kind(project, ".py").items():
        compile(text, name, "exec")


def test_toml_yaml_and_json_parse(project):
    for text in of_kind(project, ".toml").values():
        tomllib.loads(text)
    for text in of_kind(project, ".yml", ".yaml").values():
        list(yaml.safe_load_all(text))
    for text in of_kind(project, ".json").values():
        json.loads(text)


def test_the_projects_own_linter_and_formatter_are_content(project, tmp_path):
    write(project, tmp_path)

    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "--quiet", "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def module_of(name):
    parts = PurePosixPath(name).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(name, text):
    """Yield each (module, name in it or None) that a file imports from the project."""
    package = module_of(name).split(".")
    if not name.endswith("__init__.py"):
        package.pop()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((module, alias.name) for alias in node.names)


def names_in(text):
    """Return the names that the top level of a module binds, in whatever branch."""
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
    return names


def test_every_import_from_the_project_finds_its_name(project):
    modules = {module_of(name): text for name, text in of_kind(project, ".py").items()}
    folders = {
        str(parent).replace("/", ".") for name in project for parent in PurePosixPath(name).parents
    }
    roots = {name.split(".")[0] for name in modules}
    missing = []
    for name, text in of_kind(project, ".py").items():
        for module, wanted in imports_of(name, text):
            if module.split(".")[0] not in roots - {"gunicorn"}:
                continue
            is_there = module in modules or module in folders
            if wanted and is_there and f"{module}.{wanted}" not in modules:
                is_there = wanted in names_in(modules.get(module, ""))
            if not is_there:
                missing.append(f"{name} wants {wanted} from {module}")
    assert not missing


def test_every_module_of_the_app_is_used(project):
    used = set()
    for name, text in of_kind(project, ".py").items():
        if not name.startswith("tests/"):
            for module, wanted in imports_of(name, text):
                used |= {module, f"{module}.{wanted}"}
            used |= set(re.findall(r"[\"']((?:app|config|dev)(?:\.\w+)+)[\"':]", text))
    used |= set(re.findall(r"-m ((?:app|config|dev)(?:\.\w+)+)", project["Makefile"]))
    routes = project["app/views/__init__.py"]
    used |= {
        f"app.views.{name}" for name in re.findall(r"^    \(\"(\w+)\", ", routes, re.MULTILINE)
    }
    unused = [
        name
        for name in of_kind(project, ".py")
        if not name.startswith("tests/")
        and not name.endswith("__init__.py")
        and module_of(name) not in used | ENTRIES
    ]
    assert not unused


def test_every_dependency_is_used_and_every_import_is_a_dependency(project):
    """A name on the left comes with the distribution on the right."""
    distributions = {"argon2": "argon2-cffi", "bson": "pymongo", "dotenv": "python-dotenv"}
    distributions |= {"jwt": "pyjwt", "yaml": "pyyaml"}
    declared = tomllib.loads(project["pyproject.toml"])["project"]["dependencies"]
    wanted = {re.split(r"[<>=~!\[]", line)[0] for line in declared}
    imported, mentioned = set(), set()
    for name, text in project.items():
        if not name.startswith(("tests/", "dev/")) and name.endswith(".py"):
            for module, _ in imports_of(name, text):
                top = module.split(".")[0]
                imported.add(distributions.get(top, top.replace("_", "-")))
            mentioned |= {each for each in wanted if each.replace("-", "_") in text}
    own = {"app", "config", "tests", "wsgi", "dev"}
    # Flask's and pydantic's own interfaces are made of these; the last is for type checkers.
    brought_along = {"click", "itsdangerous", "jinja2", "pydantic-core", "-typeshed"}
    standard = {name.replace("_", "-") for name in sys.stdlib_module_names}

    assert imported - own - standard - brought_along <= wanted
    assert wanted - imported - mentioned <= {"email-validator"}


# Both ways of rendering.


def plain_environment():
    """Return an environment that compiles every source, as Jinja does by itself."""
    options = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}
    environment = Environment(
        loader=FileSystemLoader(str(SOURCES)), undefined=StrictUndefined, **options
    )
    environment.filters.update(make_environment().filters)
    environment.add_extension(PlainTags)
    return environment


class PlainTags(LineTags):
    """The line tags without the quick way."""

    def __init__(self, environment):
        super(LineTags, self).__init__(environment)


@pytest.mark.parametrize("answers", VARIANTS.values(), ids=VARIANTS)
def test_the_quick_way_gives_the_bytes_that_jinja_gives(answers):
    full = complete(answers)
    quick, plain = make_environment(), plain_environment()
    for path in files_in(SOURCES):
        name = path.relative_to(SOURCES).as_posix()
        texts = [each.get_template(name).render(cookiecutter=full) for each in (quick, plain)]
        assert texts[0] == texts[1], name


SNIPPETS = {
    "plain": "a\n  b\n",
    "no newline at the end": "a",
    "empty": "",
    "if": "a\n#: if cookiecutter.cors\nb\n#: endif\nc\n",
    "indented": "a\n    #: if cookiecutter.cors\n    b\n    #: else\n    c\n    #: endif\n",
    "last line": "#: if cookiecutter.throttling\nb\n#: endif",
    "blank lines": "a\n\n#: if cookiecutter.cors\n\nb\n\n#: endif\n\nc\n\n",
    "elif": "#: if cookiecutter.cors\na\n#: elif cookiecutter.license == 'MIT'\nb\n"
    "#: elif cookiecutter.throttling\nc\n#: else\nd\n#: endif\n",
    "nested": "#: if cookiecutter.throttling\n#: if cookiecutter.cors\na\n#: else\nb\n#: endif\n"
    "#: elif cookiecutter.cors\nc\n#: else\nd\n#: endif\n",
    "nested in what is off": "#: if cookiecutter.cors\n#: if cookiecutter.throttling\na\n#: else\n"
    "b\n#: endif\n#: endif\n",
    "value": 'x = "{{ cookiecutter.project_slug }}{{ cookiecutter.cors }}"\n',
    "value without spaces": "{{cookiecutter.project_slug}}\n",
    "trimmed value": "a\n {{- cookiecutter.project_slug -}} \nb",
    "filter": "{{ cookiecutter.project_name | upper }} {{ cookiecutter.project_name | e }}\n",
    "choice": "{{ 'a' if cookiecutter.cors else 'b' }}"
    "{{ '' if cookiecutter.license != 'MIT' else 'x' }}\n",
    "expression": '#: if not cookiecutter.cors and cookiecutter.license in ("MIT", "Proprietary")\n'
    "a\n#: endif\n",
    "block": "{% if cookiecutter.cors %}a{% else %}b{% endif %}\n",
    "comment": "a{# no #}b\n",
    "raw": "{% raw %}{{ x }}{% endraw %}\n",
    "loop": "#: for n in [1, 2]\n{{ n }}\n#: endfor\n",
    "braces": "a }} b %} c #} { { % { }\n",
    "windows": "a\r\n#: if cookiecutter.cors\r\nb\r\n#: endif\r\nc\r\n",
}
BROKEN = {
    "open": "#: if cookiecutter.cors\na\n",
    "closed twice": "#: if cookiecutter.cors\n#: endif\n#: endif\n",
    "else first": "#: else\n#: endif\n",
    "two elses": "#: if cookiecutter.cors\n#: else\n#: else\n#: endif\n",
    "unknown word": "#: The reason\n",
    "unknown answer": "#: if cookiecutter.core\n#: endif\n",
    "unknown value": "{{ cookiecutter.project_slag }}\n",
    "unknown in a comparison": "#: if cookiecutter.licence == 'MIT'\n#: endif\n",
    "half a value": "{{ cookiecutter.cors\n",
}


def render_snippet(environment, source, tmp_path):
    (tmp_path / "snippet").write_text(source, newline="")
    environment.loader = FileSystemLoader(str(tmp_path))
    return environment.get_template("snippet").render(cookiecutter=complete({}))


@pytest.mark.parametrize("source", SNIPPETS.values(), ids=SNIPPETS)
def test_both_ways_read_every_form_alike(source, tmp_path):
    quick = render_snippet(make_environment(), source, tmp_path)

    assert quick == render_snippet(plain_environment(), source, tmp_path)


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_both_ways_refuse_what_is_broken_with_the_same_error(source, tmp_path):
    errors = []
    for environment in (make_environment(), plain_environment()):
        with pytest.raises(Exception) as caught:  # noqa: PT011 # Compared below.
            render_snippet(environment, source, tmp_path)
        errors.append((type(caught.value), str(caught.value)))
    assert errors[0] == errors[1]


def test_nearly_every_source_goes_the_quick_way():
    environment = make_environment()
    names = [path.relative_to(SOURCES).as_posix() for path in files_in(SOURCES)]
    slow = [name for name in names if not isinstance(environment.get_template(name), Program)]

    assert len(slow) <= len(names) // 50, slow


def test_what_is_copied_without_rendering_has_nothing_to_render():
    """Copying is the quickest way of all; a pattern that matches nothing is a typo."""
    patterns = set(CONTEXT["_copy_without_render"]) - {"*__pycache__", ".*_cache"}
    names = [path.relative_to(SOURCES).as_posix() for path in files_in(SOURCES)]
    for pattern in patterns:
        matched = [name for name in names if fnmatch.fnmatch(name, pattern)]
        assert matched, pattern
        for name in matched:
            text = (SOURCES / name).read_text("utf-8")
            assert not LINE_TAG.search(text), f"{name} has line tags: drop {pattern}"
            assert not any(mark in text for mark in ("{{", "{%", "{#")), name


def test_the_extensions_are_those_of_the_template():
    assert CONTEXT["_extensions"] == [
        f"{each.__module__.split('.')[0]}.{each.__name__}" for each in (Answers, LineTags)
    ]
