"""Imports point one way: views -> decorators, schemas, docs, services -> models."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "app"

# What a layer may import of the app, beside itself. What all may imports nothing of the app.
EVERYWHERE = {"constants", "errors", "extensions"}
LAYERS = {
    "models": set(),
    "services": {"models", "security_events"},
    "schemas": set(),
    "docs": {"schemas", "decorators", "services"},
    "decorators": {
        "services",
        "schemas",
        "conditions",
        "context",
        "empty_response",
        "media_types",
    },
    "hooks": {
        "services",
        "schemas",
        "context",
        "decorators",
        "empty_response",
        #: if cookiecutter.oauth == "server"
        "security_events",
        #: endif
        "media_types",
    },
    #: if cookiecutter.task_queue
    "tasks": {"services", "models", "schemas"},
    #: endif
    "views": {"decorators", "schemas", "docs", "services", "context", "models"},
    "commands": {"services", "models"},
    #: if cookiecutter.observability
    "observability": {"context", "models", "security_events", "gunicorn_worker"},
    #: endif
}
#: if cookiecutter.xml
LAYERS["xml"] = set()
LAYERS["docs"] |= {"xml"}
#: endif
MODULES = [
    pytest.param(path, id=path.relative_to(APP).as_posix())
    for layer in LAYERS
    for path in sorted((APP / layer).rglob("*.py"))
]


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(path: Path, *, is_runtime: bool = True) -> set[str]:
    """Return the names that a module imports; those for the type checker alone are no import."""
    tree = _parse(path)
    unread = {
        id(node)
        for block in ast.walk(tree)
        if is_runtime and isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in unread:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _layers(path: Path) -> set[str]:
    """Return the parts of the app that a module imports."""
    return {name.split(".")[1] for name in _imports(path) if name.startswith("app.")}


@pytest.mark.parametrize("path", MODULES)
def test_module_imports_only_what_is_below_it(path):
    layer = path.relative_to(APP).parts[0]
    assert _layers(path) <= LAYERS[layer] | EVERYWHERE | {layer}


@pytest.mark.parametrize(
    "path", sorted((APP / "services").rglob("*.py")), ids=lambda path: path.stem
)
def test_services_know_nothing_of_the_request(path):
    forbidden = {"flask.request", "flask.g", "flask.Response", "flask.jsonify", "flask.session"}
    assert not _imports(path, is_runtime=False) & forbidden


@pytest.mark.parametrize("path", sorted((APP / "models").rglob("*.py")), ids=lambda path: path.stem)
def test_models_know_nothing_of_http(path):
    assert not {name for name in _imports(path) if name.startswith("werkzeug")}


def test_what_all_layers_may_import_imports_nothing_of_the_app():
    for name in EVERYWHERE:
        assert not _layers(APP / f"{name}.py")


def test_every_folder_of_the_app_is_a_layer():
    folders = {path.parent.relative_to(APP).parts[0] for path in APP.glob("*/__init__.py")}
    assert folders == set(LAYERS)


def test_the_app_reads_no_environment():
    for path in APP.rglob("*.py"):
        names = {
            ast.unparse(node) for node in ast.walk(_parse(path)) if isinstance(node, ast.Attribute)
        }
        assert not {"os.environ", "os.getenv"} & (names | _imports(path)), path
