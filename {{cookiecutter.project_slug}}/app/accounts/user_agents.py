"""Name the program that a session was opened with, so that its owner knows it again."""

from __future__ import annotations

import re
from typing import Final

from ua_parser import Parser
from ua_parser.basic import Resolver
from ua_parser.loaders import load_lazy_builtins

LONGEST_NAME: Final = 60
# What is behind tells nothing more, and the time of the expressions grows with the length.
_READ: Final = 256
# RFC 9110 section 10.1.5: what a program calls itself comes first.
_PRODUCT: Final = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_UNSAFE: Final = re.compile(r"[^\w .+/-]", re.ASCII)
_parser: Final = Parser(Resolver(load_lazy_builtins()))


def name_client(user_agent: str) -> str | None:
    """Return a short name, as "Firefox on Linux" or "curl"; None where nothing was said.

    Nobody has to tell the truth in a User-Agent: the name is to recognise a session by, and
    decides nothing. It has no version and no model.
    """
    told = user_agent[:_READ]
    product = _PRODUCT.match(told.lstrip())
    name = product[0] if product else ""
    # All browsers call themselves so.
    if name == "Mozilla" and (browser := _parser.parse_user_agent(told)):
        name = browser.family
    if name and (system := _parser.parse_os(told)):
        name = f"{name} on {system.family}"
    return _UNSAFE.sub("", name)[:LONGEST_NAME].strip() or None
