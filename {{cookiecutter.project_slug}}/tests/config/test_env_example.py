""".env.example lists the settings for a deployment: complete, correct and harmless."""

from __future__ import annotations

import re
from io import StringIO
from typing import Final

import pytest
from dotenv import dotenv_values
from pydantic_core import PydanticUndefined

from config import ConfigurationError, Production
from config.environment import PROJECT, Environment
#: if cookiecutter.uploads
from config.testing import Testing
#: endif
from dev.fill_env import MAKERS
#: if cookiecutter.uploads
from dev.object_store import SETTINGS as STORE
#: endif

TEXT: Final = (PROJECT / ".env.example").read_text(encoding="utf-8")
SETTING: Final = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)
SHOWN: Final = dict(SETTING.findall(TEXT))
# Settings that production needs and that cannot be generated.
NEEDED: Final = {"TRUSTED_HOSTS": "localhost", "ALLOW_PLAINTEXT": "MONGODB_URI"}
#: if cookiecutter.task_queue
NEEDED["BROKER_URI"] = "redis://localhost"
#: endif
#: if cookiecutter.uploads
NEEDED.update((name, getattr(Testing(), name)) for name in STORE)
#: endif


def show(default: object) -> str:
    """Return a default as .env.example has it."""
    #: if cookiecutter.uploads
    if isinstance(default, tuple):
        return ",".join(default)
    #: endif
    return str(int(default)) if isinstance(default, bool) else str(default)


def test_example_names_every_setting_and_no_other() -> None:
    assert sorted(name for name, _ in SETTING.findall(TEXT)) == sorted(Production.model_fields)


@pytest.mark.parametrize("name", list(Production.model_fields))
def test_example_shows_the_default(name: str) -> None:
    default = Production.model_fields[name].default
    if default in (PydanticUndefined, None, ()):
        # Without a default, the example must be a value of the right form.
        assert SHOWN[name]
    else:
        assert SHOWN[name] == show(default)


@pytest.mark.checklist("jwt.secret")
def test_placeholders_are_refused() -> None:
    example = {name: text or "" for name, text in dotenv_values(stream=StringIO(TEXT)).items()}
    with pytest.raises(ConfigurationError) as caught:
        Production.from_environment(Environment(NEEDED, example))
    assert {line.split()[0] for line in caught.value.lines} == set(example) == set(MAKERS)
