"""Find what a text names, and say with which answers it is not there."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import defaultdict
from posixpath import dirname, normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tests.variants.conditions import show
from tests.variants.imports import bindings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.variants.conditions import When
    from tests.variants.template import Line, Template

# What comes to be: by a run, by the hook, or by the steps that a README explains.
MADE = re.compile(r"(?:CHECKLIST\.md|.*books.*|.*__pycache__.*|.*\.bak)")
# Whether these are there is what a test of them is about.
LINK = re.compile(r"\]\(([^)\s]+)\)")
TARGET = re.compile(r"[a-z][a-z-]*")
# Where a command is meant, and not the English word: in backticks, at the start of a line, after
# what starts a command in a workflow or a shell.
MAKE = re.compile(r"(?:`|^\s*(?:- )?|run: |&& |exec |sudo )make((?: (?!-)[a-z][a-z-]*)+)")
MAKE_IN_PYTHON = re.compile(r"[\[(]\"make\"((?:, \"[a-z][a-z-]*\")+)")
FLASK = re.compile(r"(?:`|bin/|-m )flask (?:--app \S+ )?([a-z]+)(?: ([a-z-]+))?(?![\w=])")
# A file of the project's own folder, as a Markdown text names it.
BARE = re.compile(r"`([\w-]+(?:\.\w+)*\.(?:py|toml|md|ya?ml)|Dockerfile|Makefile)`")
TEXTS = (".md", ".yml", ".yaml", ".toml", ".example", ".sh", "Dockerfile", "Makefile")


def lines_of(template: Template, *suffixes: str) -> Iterator[Line]:
    """Yield the lines of the sources whose names end so."""
    for path in template.sources:
        if not suffixes or path.endswith(suffixes):
            yield from template.lines(path)


def report(
    template: Template, line: Line, ways: Iterable[When], what: str, when: When | None = None
) -> Iterator[str]:
    """Yield a fault where *line* names what none of *ways* gives."""
    if (answers := template.choices.lack(when or line.when, ways)) is not None:
        yield f"{line.place} names {what}, which is not there with {show(answers)}"


def presence(template: Template, path: str) -> list[When]:
    """Return when a file or a folder is in a project."""
    path = path.rstrip("/")
    files = [path] if path in template.sources else template.folders.get(path, [])
    return [template.kept(each) for each in files]


def find_lost_paths(template: Template) -> Iterator[str]:
    """Yield each path of the project that a line names and that is not there."""
    folders = sorted({path.split("/")[0] for path in template.sources if "/" in path})
    path = re.compile(
        rf"(?<![\w/.$\"{{-])((?:{'|'.join(map(re.escape, folders))})/[\w./-]*[\w/])(?![\w$*{{\[])"
    )
    for line in lines_of(template):
        for name in path.findall(line.text):
            if not MADE.fullmatch(name):
                yield from report(template, line, presence(template, name), name)
        for name in BARE.findall(line.text) if line.path.endswith(".md") else ():
            if not MADE.fullmatch(name):
                yield from report(template, line, presence(template, name), name)


def find_unnamed_files(template: Template) -> Iterator[str]:
    """Yield each file in a folder that nothing in a project names; modules have imports."""
    for path in template.sources:
        if path.endswith(".py") or "/" not in path or path.startswith("."):
            continue
        folder, _, name = path.rpartition("/")
        mark = re.compile(rf"(?<![\w.-]){re.escape(name)}(?!\w)|{re.escape(folder)}/(?!\w)")
        users = [line.when for line in lines_of(template) if mark.search(line.text)]
        if (answers := template.choices.lack(template.kept(path), users)) is not None:
            yield f"{path} is named by nothing with {show(answers)}: it wants an owner, or a user"


def find_lost_links(template: Template) -> Iterator[str]:
    """Yield each link of a Markdown text to a file or a heading that is not there."""
    for line in prose_of(template):
        for link in LINK.findall(line.text):
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = unquote(link).partition("#")
            path = normpath(f"{dirname(line.path)}/{target}").lstrip("/") if target else line.path
            if not MADE.fullmatch(path):
                yield from report(template, line, presence(template, path), link)
            if anchor and path.endswith(".md"):
                yield from report(template, line, anchors_of(template, path)[anchor], link)


def prose_of(template: Template) -> Iterator[Line]:
    """Yield the lines of Markdown texts but for their examples."""
    is_example = False
    for line in lines_of(template, ".md"):
        if line.text.lstrip().startswith("```"):
            is_example = not is_example
        elif not is_example:
            yield line


def anchors_of(template: Template, path: str) -> dict[str, list[When]]:
    """Return when each heading of a page is there, by what forges call it."""
    found: dict[str, list[When]] = defaultdict(list)
    for line in template.lines(path) if path in template.sources else ():
        if heading := re.match(r"#+ (.+)", line.text):
            text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", heading[1]).strip().lower()
            kept = (each for each in text if each in " -_" or unicodedata.category(each)[0] in "LN")
            found["".join(kept).replace(" ", "-")].append(line.when)
    return found


def find_lost_targets(template: Template) -> Iterator[str]:
    """Yield each target of make that a text names and the Makefile lacks."""
    targets: dict[str, list[When]] = defaultdict(list)
    for line in template.lines("Makefile"):
        if found := re.match(r"([a-z][a-z-]*):(?!=)", line.text):
            targets[found[1]].append(line.when)
    for line in lines_of(template):
        pattern = MAKE_IN_PYTHON if line.path.endswith(".py") else MAKE
        if line.path.endswith(".py"):
            spoken = [*pattern.findall(line.text), *re.findall(r"`make((?: [a-z-]+)+)`", line.text)]
        else:
            spoken = pattern.findall(line.text) if line.path.endswith(TEXTS) else []
        for name in TARGET.findall(" ".join(spoken)):
            yield from report(template, line, targets[name], f"make {name}")


def commands_of(template: Template) -> dict[str, list[When]]:
    """Return when each command of flask is there, behind the names of its groups."""
    found: dict[str, list[When]] = defaultdict(list)
    for path in template.python:
        if not path.endswith("/commands.py"):
            continue
        inner = groups_within(template.nodes(path))
        for node in template.nodes(path):
            for each in getattr(node, "decorator_list", ()):
                if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
                    owner, kind = ast.unparse(each.func.value), each.func.attr
                    owner = inner.get(owner, owner)
                    if kind in {"command", "group"} and each.args:
                        name = str(ast.literal_eval(each.args[0]))
                        group = "" if owner == "click" else f"{owner} "
                        found[f"{group}{name}"].append(template.when(path, node))
                        if group:
                            found[owner].append(template.when(path, node))
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"AppGroup", "click.Group"}:
                found[str(ast.literal_eval(node.args[0]))].append(template.when(path, node))
    return found


def groups_within(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """Return the whole name of each group that stands in another, by the name of its function."""
    return {
        node.name: f"{ast.unparse(each.func.value)} {ast.literal_eval(each.args[0])}"
        for node in nodes
        if isinstance(node, ast.FunctionDef)
        for each in node.decorator_list
        if isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "group"
        and ast.unparse(each.func.value) != "click"
    }


def find_lost_commands(template: Template) -> Iterator[str]:
    """Yield each command of flask that a text names and the app lacks."""
    commands = commands_of(template)
    for line in lines_of(template):
        for first, second in FLASK.findall(line.text):
            if first not in {"run", "routes", "shell", "help"}:
                is_group = any(name.startswith(f"{first} ") for name in commands)
                name = f"{first} {second}" if second and is_group else first
                yield from report(template, line, commands[name], f"flask {name}")


def find_untold_commands(template: Template) -> Iterator[str]:
    """Yield each command of flask that a README does not explain."""
    commands = commands_of(template)
    groups = {name.partition(" ")[0] for name in commands if " " in name}
    for name in commands.keys() - groups:
        for readme in ("README.md", "README.ko.md"):
            told = [line.when for line in template.lines(readme) if f"`flask {name}" in line.text]
            for when in commands[name]:
                if (answers := template.choices.lack(when, told)) is not None:
                    yield f"{readme} does not tell of flask {name} with {show(answers)}"


def find_lost_modules(template: Template) -> Iterator[str]:
    """Yield each dotted name of the project in a text, as in "app.notes", that is not there."""
    packages = sorted({name.split("/")[0] for name in template.folders})
    tops = "|".join(map(re.escape, packages))
    dotted = re.compile(rf"[\"'](?:-m )?((?:{tops})(?:\.\w+)+)(?:\.\*)?[\"':]")
    for line in lines_of(template, ".py", ".toml", "Makefile", "Dockerfile", ".yml"):
        for name in dotted.findall(line.text):
            ways = ways_to_dotted(template, name)
            # Tests make up modules, too; what they name of the project's own must be there.
            if ways or not line.path.startswith("tests/"):
                yield from report(template, line, ways, name)


def ways_to_dotted(template: Template, name: str) -> list[When]:
    """Return when a package, a module or a name in a module is there."""
    if name in template.modules:
        return [template.kept(template.modules[name])]
    if folder := presence(template, name.replace(".", "/")):
        return folder
    module, _, bound = name.rpartition(".")
    return (
        bindings_of(template, template.modules[module]).get(bound, [])
        if module in template.modules
        else []
    )
