""".env.example lists the settings for a deployment: correct and harmless."""

from __future__ import annotations

import re
from io import StringIO
from typing import Final

import pytest
from dotenv import dotenv_values
from pydantic_core import PydanticUndefined

from config import ConfigurationError, Production
from config.environment import PROJECT, Environment
from config.testing import Testing
from dev.fill_env import MAKERS
#: if cookiecutter.uploads
from dev.object_store import SETTINGS as STORE
#: endif

TEXT: Final = (PROJECT / ".env.example").read_text(encoding="utf-8")
# Settings that production needs and that cannot be generated.
NEEDED: Final = {"TRUSTED_HOSTS": "localhost", "ALLOW_PLAINTEXT": "MONGODB_URI"}
#: if cookiecutter.task_queue
NEEDED["BROKER_URI"] = "redis://localhost"
#: endif
#: if cookiecutter.mail
NEEDED |= {
    "MAIL_URI": "smtps://mail.example.org",
    "MAIL_FROM": "no-reply@example.org",
    "MAIL_LINK_BASE": "https://www.example.org",
}
#: endif
#: if cookiecutter.uploads
NEEDED.update((name, getattr(Testing(), name)) for name in STORE)
#: endif
# Keys, which an example must not hold.
OLD: Final = {name for name in Production.model_fields if re.search("_PREVIOUS|_RETIRED", name)}
KEYS: Final = OLD.union(MAKERS)


def read(text: str) -> dict[str, str]:
    return {name: value or "" for name, value in dotenv_values(stream=StringIO(text)).items()}


def test_every_example_is_taken_and_every_default_is_one() -> None:
    example = read(re.sub(r"(?m)^# (?=[A-Z][A-Z0-9_]*=)", "", TEXT))
    secrets = {name: Testing.model_fields[name].default for name in MAKERS}
    values = {name: value for name, value in example.items() if name not in KEYS}
    for name, secret in secrets.items():
        values[name] = secret if isinstance(secret, str) else secret[0]
    values["ALLOW_PLAINTEXT"] = ",".join(Production.servers())
    settings = Production.from_environment(Environment(values, {}))
    shown = example.keys() - KEYS
    defaults = {name: Production.model_fields[name].get_default() for name in shown}
    # What has no default shows a value of the right form.
    known = {name for name in shown if defaults[name] not in {PydanticUndefined, None, ()}}
    assert {name for name in known if getattr(settings, name) != defaults[name]} == set()


@pytest.mark.checklist("jwt.secret")
def test_placeholders_are_refused() -> None:
    example = read(TEXT)
    with pytest.raises(ConfigurationError) as caught:
        Production.from_environment(Environment(NEEDED, example))
    assert {line.split()[0] for line in caught.value.lines} == set(example) == set(MAKERS)
