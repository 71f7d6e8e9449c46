"""Files on the wire: names, sizes, and which members a client may send."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from app.database.documents import new_id, utc_now
from app.files.schemas import AnnounceFile, FileOut

FILE = {"fileName": "a.png", "contentType": "image/png", "size": 5}


def announce(**members: Any) -> AnnounceFile:
    return AnnounceFile.model_validate_json(json.dumps(FILE | members))


@pytest.mark.parametrize("name", ["a", "a" * 255, "김" * 255, "👨‍👩‍👧.png", "..", "a b.tar.gz"])
def test_a_normal_file_name_is_accepted(name):
    assert announce(fileName=name).file_name == name


@pytest.mark.parametrize(
    "name", ["", "a" * 256, "/", "a\\b", "a\tb", "\x85", "\u2028", "\u202egpj.exe", "\u2066a", None]
)
def test_paths_and_deceptive_names_are_refused(name):
    with pytest.raises(ValidationError):
        announce(fileName=name)


def test_split_syllables_are_composed():
    assert announce(fileName="\u1100\u1175\u11b7").file_name == "김"


@pytest.mark.parametrize("size", [1, 5, 5 * 1024**3])
def test_a_size_is_a_whole_number(size):
    assert announce(size=size).size == size


@pytest.mark.parametrize("size", [0, -1, 1.5, 5.0, "5", True, None, 5 * 1024**3 + 1])
def test_other_values_are_no_size(size):
    with pytest.raises(ValidationError):
        announce(size=size)


@pytest.mark.parametrize("member", ["key", "url", "status", "id", "file_name"])
def test_a_client_chooses_nothing_else(member):
    with pytest.raises(ValidationError):
        announce(**{member: "x"})


def test_a_representation_shows_no_more_than_its_members():
    now = utc_now()
    file = SimpleNamespace(
        id=new_id(),
        file_name="a.png",
        content_type="image/png",
        size=5,
        status="stored",
        url="https://cdn.example/x",
        created_at=now,
        updated_at=now,
        expires_at=None,
        upload=None,
        account="canary",
        key="canary",
    )
    shown = FileOut.model_validate(file).model_dump_json()
    assert "canary" not in shown
