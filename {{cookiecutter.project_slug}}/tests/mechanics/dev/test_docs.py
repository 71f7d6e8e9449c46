"""`make docs`: what the documents say of settings is what config/ declares."""

from __future__ import annotations

import re
from typing import Final

import pytest

from config import Production
from config.environment import PROJECT
from dev.docs import EXAMPLE, LINES, ROW, TABLES, write

DOCUMENTS: Final = [name for name in (*TABLES, EXAMPLE) if (PROJECT / name).exists()]
DECLARED: Final = list(Production.model_fields)
README: Final = write("README.md", (PROJECT / "README.md").read_text(encoding="utf-8"))


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest) -> str:
    """Return the name of a document, one after the other."""
    return str(request.param)


@pytest.fixture
def text(document: str) -> str:
    """Return a document's text."""
    return (PROJECT / document).read_text(encoding="utf-8")


def names_in(document: str, text: str) -> list[str]:
    """Return the settings that a document names, in its order."""
    return [entry["name"] for entry in (LINES if document == EXAMPLE else ROW).finditer(text)]


def test_make_docs_would_change_nothing(document: str, text: str) -> None:
    assert text == write(document, text)


@pytest.mark.parametrize("names", [["PORT"], ["JWT_ISSUER", "JWT_AUDIENCE"], DECLARED[1:]], ids=len)
def test_new_settings_follow_the_one_declared_before_them(
    document: str, text: str, names: list[str]
) -> None:
    for name in names:
        text = re.sub(rf"(?m)^(?:\| `{name}` \||(?:# )?{name}=).*\n", "", text)
    order = names_in(document, write(document, text))
    assert sorted(order) == sorted(DECLARED)
    for name in names:
        assert order[order.index(name) - 1] == DECLARED[DECLARED.index(name) - 1]


def test_document_without_the_first_setting_is_told_of() -> None:
    with pytest.raises(ValueError, match=r"README\.md must have an entry of SECRET_KEY"):
        write("README.md", "# Nothing\n")


def test_setting_that_is_gone_leaves_the_table() -> None:
    row = "| `GONE_SETTING` | `1` | `1` | Nothing any more. |\n"
    start = README.index("| `SECRET_KEY`")
    assert write("README.md", README[:start] + row + README[start:]) == README


def test_translation_stays_and_the_defaults_beside_it_do_not() -> None:
    english = re.search(r"^\| `PORT` .*\n", README, re.MULTILINE)
    assert english
    old = README.replace(english[0], "| `PORT` | `80` | 없음 | 서버의 포트 |\n")
    assert "| `PORT` | `8000` | `3000` | 서버의 포트 |\n" in write("README.ko.md", old)
    assert write("README.md", old) == README


@pytest.mark.skipif("README.ko.md" not in DOCUMENTS, reason="the owner needs no Korean")
def test_korean_table_gives_every_meaning_in_korean() -> None:
    text = (PROJECT / "README.ko.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z][A-Z0-9_]*)` \|.*\| (.*) \|$", text, re.MULTILINE)
    assert rows
    assert [name for name, meaning in rows if not re.search("[가-힣]", meaning)] == []
