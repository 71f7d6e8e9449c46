"""The checks between files find what only some answers show."""

from __future__ import annotations

import pytest

from local_extensions.manifest import Secret
from tests.variants import dependencies, endpoints, fixtures, imports, names, settings
from tests.variants.small import make_template

OWNED = {"cors": ["app/cors.py"]}
PYPROJECT = """\
[project]
dependencies = [
  "flask>=3",
  #: if cookiecutter.cors
  "argon2-cffi>=25",
  #: endif
]

[dependency-groups]
test = [
  "pytest>=9",
]
"""
CONFIG = """\
class Base:
    PORT: int = 1
    #: if cookiecutter.cors
    CORS_ORIGINS: str = ""
    #: endif
"""
ROWS = """\
| `PORT` | `1` | `1` | Port. |
#: if cookiecutter.cors
| `CORS_ORIGINS` | unset | unset | Origins. |
#: endif
"""
EXAMPLE = "# PORT=1\n#: if cookiecutter.cors\n# CORS_ORIGINS=\n#: endif\n"
SETTINGS = {
    "config/base.py": CONFIG,
    "README.md": ROWS,
    "README.ko.md": ROWS,
    ".env.example": EXAMPLE,
    "app/a.py": "def f(settings):\n    return settings.PORT, 'CORS_ORIGINS'\n",
}
COMMANDS = {
    "app/keys/commands.py": """\
        @click.group()
        def keys(): ...

        #: if cookiecutter.cors
        @keys.command("rotate")
        def rotate(): ...
        #: endif
        """,
    "README.md": "`flask keys rotate`\n",
    "README.ko.md": "#: if cookiecutter.cors\n`flask keys rotate`\n#: endif\n",
}

# The check, the sources, and how each fault begins; there are no others.
BROKEN = {
    "an import of a module that is pruned": (
        imports.find_lost_imports,
        {"app/cors.py": "x = 1\n", "app/a.py": "import sys\nfrom app import cors\n"},
        ["app/a.py:2 imports app.cors, which is not there with cors=no"],
    ),
    "an import of a name that is not bound": (
        imports.find_lost_imports,
        {
            "app/b.py": "#: if cookiecutter.cors\nx = 1\n#: endif\n",
            "app/a.py": "from app.b import x\n",
        },
        ["app/a.py:1 imports app.b.x, which is not there with cors=no"],
    ),
    "an import in the wrong branch": (
        imports.find_lost_imports,
        {
            "app/cors.py": "x = 1\n",
            "app/a.py": (
                "def f():\n#: if not cookiecutter.cors\n    from .cors import x\n#: endif\n"
            ),
        },
        ["app/a.py:3 imports app.cors.x, which is not there with cors=no"],
    ),
    "a name of a module that is not bound": (
        imports.find_lost_attributes,
        {
            "app/docs.py": "#: if cookiecutter.throttling\nPAGE = {}\n#: endif\n",
            "app/a.py": "from app import docs\n\nx = docs.PAGE\n",
        },
        ["app/a.py:3 reads app.docs.PAGE, which is not there with throttling=no"],
    ),
    "a module that nothing uses": (
        imports.find_unused_modules,
        {
            "app/b.py": "x = 1\n",
            "app/a.py": "#: if cookiecutter.cors\nfrom app import b\n#: endif\n",
            "Makefile": "run:\n\tpython -m app.a\n",
        },
        ["app/b.py is used by nothing with cors=no"],
    ),
    "a test without its module": (
        imports.find_stray_tests,
        {"app/cors.py": "x = 1\n", "tests/test_cors.py": "x = 1\n"},
        ["tests/test_cors.py stays without app/cors.py with cors=no"],
    ),
    "a fixture that is pruned": (
        fixtures.find_lost_fixtures,
        {
            "tests/fixtures/a.py": (
                "#: if cookiecutter.cors\n@pytest.fixture\ndef page(): ...\n#: endif\n"
            ),
            "tests/test_a.py": "def test_a(page, tmp_path): ...\n",
        },
        ["tests/test_a.py:1 asks for the fixture page, which is not there with cors=no"],
    ),
    "a dependency that is forgotten": (
        dependencies.find_undeclared,
        {"pyproject.toml": PYPROJECT, "app/a.py": "import flask\nimport argon2\nimport yarl\n"},
        [
            "app/a.py:2 imports argon2, which pyproject.toml does not declare with cors=no",
            "app/a.py:3 imports yarl, which pyproject.toml does not declare with any answers",
        ],
    ),
    "a dependency of another group": (
        dependencies.find_undeclared,
        {
            "pyproject.toml": PYPROJECT,
            "app/a.py": "import pytest\n",
            "tests/b.py": "import pytest\n",
        },
        ["app/a.py:1 imports pytest, which pyproject.toml does not declare with any answers"],
    ),
    "a dependency without a use": (
        dependencies.find_unused,
        {
            "pyproject.toml": PYPROJECT,
            "app/a.py": "import flask\n#: if not cookiecutter.cors\nimport argon2\n#: endif\n",
            "Makefile": "test:\n\tpython -m pytest\n",
        },
        ["pyproject.toml:5 declares argon2-cffi, which nothing uses with cors=yes"],
    ),
    "a setting that is read and not declared": (
        settings.find_undeclared,
        {
            **SETTINGS,
            "app/b.py": "x = settings.CORS_ORIGINS\ny = app.extensions['settings'].PART\n",
            "app/c.py": "z = app.config['CORS_ORIGINS']\n",
        },
        [
            "app/b.py:1 reads CORS_ORIGINS, which config/ does not declare with cors=no",
            "app/b.py:2 reads PART, which config/ does not declare with any answers",
            "app/c.py:1 reads CORS_ORIGINS, which config/ does not declare with cors=no",
        ],
    ),
    "a setting that a README does not tell of": (
        settings.find_undocumented,
        {**SETTINGS, "README.ko.md": "| `PORT` | `1` | `1` | Port. |\n"},
        ["README.ko.md does not tell of CORS_ORIGINS with cors=yes"],
    ),
    "a setting that is shown and not there": (
        settings.find_undocumented,
        {**SETTINGS, ".env.example": "# PORT=1\n# CORS_ORIGINS=\n# OTHER=\n"},
        [
            ".env.example:2 tells of CORS_ORIGINS, which is no setting with cors=no",
            ".env.example:3 tells of OTHER, which is no setting with any answers",
        ],
    ),
    "a setting that nothing reads": (
        settings.find_unread,
        {**SETTINGS, "app/a.py": "x = settings.PORT\n"},
        ["the setting CORS_ORIGINS is read by nothing with cors=yes"],
    ),
    "a setting that is named where it is not there": (
        settings.find_named,
        {**SETTINGS, "deploy.md": "Set `PORT` and `CORS_ORIGINS_FILE`.\n"},
        [
            "app/a.py:2 names CORS_ORIGINS, which is no setting with cors=no",
            "deploy.md:1 names CORS_ORIGINS, which is no setting with cors=no",
        ],
    ),
    "a path that is pruned": (
        names.find_lost_paths,
        {
            "app/cors.py": "",
            "app/a.py": "",
            "b.md": "See `app/cors.py`, `app/a.py` and `app/z/`.\n",
        },
        [
            "b.md:1 names app/cors.py, which is not there with cors=no",
            "b.md:1 names app/z/, which is not there with any answers",
        ],
    ),
    "a file that nothing names": (
        names.find_unnamed_files,
        {
            "app/page.html": "",
            "app/init.js": "",
            "deploy/a.conf": "",
            "README.md": "`deploy/`\n",
            "app/a.py": "#: if cookiecutter.cors\nx = 'page.html'\n#: endif\ny = 'init.js'\n",
        },
        ["app/page.html is named by nothing with cors=no"],
    ),
    "a link that leads nowhere": (
        names.find_lost_links,
        {
            "a.md": "# A B\n\n[b](b.md#yes) [c](c.md) [a](#a-b) [x](https://x.example)\n",
            "b.md": "#: if cookiecutter.cors\n## Yes\n#: endif\n",
        },
        [
            "a.md:3 names b.md#yes, which is not there with cors=no",
            "a.md:3 names c.md, which is not there with any answers",
        ],
    ),
    "a target of make that is not there": (
        names.find_lost_targets,
        {
            "Makefile": "test: ## run\n#: if cookiecutter.cors\nbench: ## measure\n#: endif\n",
            "a.md": "Run `make test bench`. You make do.\n",
            "ci.yml": "steps:\n  - run: make tset\n",
            "a.py": 'run(["make", "types"])\n',
        },
        [
            "a.md:1 names make bench, which is not there with cors=no",
            "ci.yml:2 names make tset, which is not there with any answers",
            "a.py:1 names make types, which is not there with any answers",
        ],
    ),
    "a command of flask that is not there": (
        names.find_lost_commands,
        COMMANDS,
        ["README.md:1 names flask keys rotate, which is not there with cors=no"],
    ),
    "a command of flask that a README keeps to itself": (
        names.find_untold_commands,
        {**COMMANDS, "README.ko.md": "\n"},
        ["README.ko.md does not tell of flask keys rotate with cors=yes"],
    ),
    "a dotted name that is not there": (
        names.find_lost_modules,
        {"app/cors.py": "", "app/a.py": 'x = ["app.cors", "app.zebra"]\n'},
        [
            "app/a.py:1 names app.cors, which is not there with cors=no",
            "app/a.py:1 names app.zebra, which is not there with any answers",
        ],
    ),
    "an endpoint that is not there": (
        endpoints.find_lost_endpoints,
        {
            "app/cors.py": 'x = Blueprint("pages", __name__)\ndef show(): ...\n',
            "app/a.py": 'x = url_for("pages.show")\n',
        },
        ["app/a.py:1 asks for the endpoint pages.show, which is not there with cors=no"] * 2,
    ),
}


@pytest.mark.parametrize(("check", "sources", "faults"), BROKEN.values(), ids=BROKEN)
def test_exactly_what_is_broken_is_found(check, sources, faults):
    found = list(check(make_template(sources, OWNED)))

    assert len(found) == len(faults), found
    assert all(each.startswith(fault) for each, fault in zip(found, faults, strict=True)), found


def test_settings_that_agree_have_no_fault():
    template = make_template(SETTINGS)

    for check in (settings.find_undeclared, settings.find_undocumented, settings.find_unread):
        assert not list(check(template))


def test_a_secret_that_no_setting_takes_is_found():
    secrets = [
        Secret("PORT", "token", "", "cors", (True,)),
        Secret("CORS_ORIGINS", "token", ""),
    ]

    assert list(settings.find_unmade(make_template(SETTINGS), secrets)) == [
        "the hook makes CORS_ORIGINS, which is no setting with cors=no"
    ]
