"""Imports point one way, and the name of a file says where it stands."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APP = ROOT / "app"

# What a layer may import of the app, beside itself and beside problems.
LAYERS = {
    "views": {"contract", "database", "docs", "document", "models", "schemas", "services"},
    "docs": {"contract"},
    # An enumeration is stored and said in the same words.
    "schemas": {"models"},
    "services": {"database", "events", "models"},
    "models": {"database"},
    "errors": set(),
    "commands": {"database", "models", "services"},
    "hooks": {"contract", "database", "events", "services"},
    # What a view method promises, and what of a request it is held to.
    "contract": {"services"},
    "document": {"contract", "docs", "schemas", "services"},
    "database": set(),
    "events": {"contract", "database"},
    "server": {"database", "hooks"},
    #: if cookiecutter.task_queue
    "workers": {"database", "models", "schemas", "services"},
    #: endif
    #: if cookiecutter.observability
    "observability": {"contract", "database", "events", "server"},
    #: endif
}
# The layer of a file by its name, in whatever folder it is.
BY_NAME = {
    "views": "views",
    "docs": "docs",
    "schemas": "schemas",
    "models": "models",
    "errors": "errors",
    "commands": "commands",
    "hooks": "hooks",
    "decorators": "contract",
    "openapi": "document",
}
# The layer of what has another name, by the module or its folder: services where none stands here.
BY_PLACE = {
    "app.accounts.admins": "services",
    "app.accounts.roles": "models",
    "app.conditions": "contract",
    "app.context": "contract",
    "app.database": "database",
    #: if cookiecutter.field_encryption
    "app.encryption": "database",
    #: endif
    #: if cookiecutter.task_queue
    "app.exports.task": "workers",
    #: endif
    "app.health": "views",
    "app.http": "contract",
    #: if cookiecutter.oauth == "client"
    "app.identities.cookies": "views",
    "app.identities.identity": "models",
    #: endif
    #: if cookiecutter.task_queue
    "app.jobs.worker": "workers",
    #: endif
    "app.media_types": "contract",
    #: if cookiecutter.oauth == "server"
    "app.oauth.metadata": "views",
    "app.oauth.pages": "views",
    #: endif
    #: if cookiecutter.observability
    "app.observability": "observability",
    "app.observability.slow_queries": "database",
    #: endif
    "app.openapi": "document",
    "app.operations": "contract",
    "app.security_events": "events",
    "app.server": "server",
    #: if cookiecutter.jwt_algorithm != "HS256"
    "app.tokens.key_set": "views",
    #: endif
    #: if cookiecutter.xml
    "app.xml": "contract",
    #: endif
}
# These put everything together.
ABOVE_ALL = {"app", "app.commands", "app.routes"}
# What every layer may import imports nothing of the app.
EVERYWHERE = {"app.errors", "app.extensions", "app.http"}
HTTP = {"flask.request", "flask.g", "flask.Response", "flask.jsonify", "flask.session"}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_name(path): path for path in sorted(APP.rglob("*.py"))}


def _layer(module: str) -> str:
    """Return the layer of a module: by its name, or else by the nearest folder that has one."""
    name = module.rpartition(".")[2]
    if module.startswith("app.hooks"):
        return "hooks"
    if module not in BY_PLACE and name in BY_NAME:
        return BY_NAME[name]
    while module not in BY_PLACE and module != "app":
        module = module.rpartition(".")[0]
    return BY_PLACE.get(module, "services")


def _parse(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def _named(nodes: list[ast.AST]) -> set[str]:
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _imports(module: str, *, is_runtime: bool = True) -> set[str]:
    """Return the names that a module imports; those for the type checker alone are no import."""
    tree = _parse(module)
    unread = {
        id(node)
        for block in ast.walk(tree)
        if is_runtime and isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    return _named([node for node in ast.walk(tree) if id(node) not in unread])


def _modules(module: str) -> set[str]:
    """Return the modules of the app that a module imports."""
    names = {name for name in _imports(module) if name.split(".")[0] == "app"}
    return {name if name in MODULES else name.rpartition(".")[0] for name in names} - {module}


def _with_packages(module: str) -> set[str]:
    """Return a module and the packages around it."""
    return {module.rsplit(".", n)[0] for n in range(module.count(".") + 1)}


def _of(*layers: str) -> list[str]:
    return [module for module in MODULES if module not in ABOVE_ALL and _layer(module) in layers]


@pytest.mark.parametrize("module", sorted(MODULES.keys() - ABOVE_ALL))
def test_module_imports_only_what_is_below_it(module):
    layer = _layer(module)
    below = {each: _layer(each) for each in _modules(module) - EVERYWHERE}
    assert {
        each: its_layer
        for each, its_layer in below.items()
        if its_layer not in LAYERS[layer] | {layer, "errors"}
    } == {}


@pytest.mark.parametrize("module", _of("services", "models", "database"))
def test_services_and_models_know_nothing_of_the_request(module):
    assert not _imports(module, is_runtime=False) & HTTP


@pytest.mark.parametrize("module", _of("models", "database"))
def test_models_know_nothing_of_http(module):
    assert not {name for name in _imports(module) if name.startswith("werkzeug")}


def test_what_all_layers_may_import_imports_nothing_of_the_app():
    assert {module: _modules(module) for module in EVERYWHERE if _modules(module)} == {}


def test_no_module_imports_itself_through_others():
    # Whoever imports a module runs the packages around it first.
    runs = {
        module: imported | (set().union(*map(_with_packages, imported)) - _with_packages(module))
        for module in MODULES
        for imported in [_modules(module)]
    }
    # It would raise CycleError, which names the modules.
    assert [*TopologicalSorter(runs).static_order()]


@pytest.mark.parametrize("module", MODULES)
def test_no_import_of_the_app_hides_in_a_function(module):
    functions = [node for node in ast.walk(_parse(module)) if isinstance(node, ast.FunctionDef)]
    hidden = {name for each in functions for name in _named([*ast.walk(each)])}
    assert not {name for name in hidden if name.split(".")[0] == "app"}


def test_every_place_that_is_named_here_is_there():
    assert (BY_PLACE.keys() | ABOVE_ALL | EVERYWHERE) - MODULES.keys() == set()


def test_the_app_reads_no_environment():
    for module in MODULES:
        names = {
            ast.unparse(node)
            for node in ast.walk(_parse(module))
            if isinstance(node, ast.Attribute)
        }
        assert not {"os.environ", "os.getenv"} & (names | _imports(module)), module
