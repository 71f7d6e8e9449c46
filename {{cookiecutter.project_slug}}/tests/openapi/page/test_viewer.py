"""Files are read out of a package, freed of foreign hosts, and linked by version."""

from __future__ import annotations

import re

import pytest

from app.openapi.page import Asset, Viewer, media_type_of
from app.openapi.page.views import VIEWER


@pytest.fixture
def make_viewer(tmp_path):
    """Return a maker of viewers whose one shipped file is a file of flask's distribution."""
    (tmp_path / "page.html").write_text('<style nonce=""></style><i src="x.js"><i src="init.js">')
    (tmp_path / "init.js").write_text('import "./x.js";')

    def make(**changes):
        parts = {
            "distribution": "flask",
            "shipped": {"x.js": "flask/__init__.py"},
            "folder": tmp_path,
            "policy": "style-src 'nonce-NONCE'",
        }
        return Viewer(**{**parts, **changes})

    return make


def test_a_version_changes_with_the_bytes():
    assert Asset.of(b"a").version == Asset.of(b"a").version != Asset.of(b"b").version


def test_links_of_page_and_script_carry_versions(make_viewer):
    viewer = make_viewer()
    version = viewer.assets["x.js"].version
    assert viewer.assets["init.js"].body.decode() == f'import "./x.js?v={version}";'
    assert f'src="x.js?v={version}"' in viewer.make_page("")
    assert f'src="init.js?v={viewer.assets["init.js"].version}"' in viewer.make_page("")


def test_page_and_policy_name_the_same_nonce(make_viewer):
    viewer = make_viewer()
    assert 'nonce="abc"' in viewer.make_page("abc")
    assert viewer.make_policy("abc") == "style-src 'nonce-abc'"


def test_foreign_hosts_are_replaced(make_viewer):
    viewer = make_viewer(foreign={"from .app import Flask": "near"})
    body = viewer.assets["x.js"].body
    assert b"near" in body
    assert b"from .app import Flask" not in body


def test_files_are_named_before_they_are_read(make_viewer):
    viewer = make_viewer(distribution="no-such-distribution")
    assert viewer.names == ("x.js", "favicon.svg", "init.js")


def test_every_file_has_a_media_type():
    assert {media_type_of(name) for name in VIEWER.names} <= {
        "image/svg+xml",
        "text/css",
        "text/javascript",
    }


def test_what_is_declared_foreign_is_in_the_shipped_files():
    for text in VIEWER.foreign:
        assert all(text.encode() not in asset.body for asset in VIEWER.assets.values())
        shipped = Viewer(VIEWER.distribution, VIEWER.shipped, VIEWER.folder, "").assets
        assert any(text.encode() in asset.body for asset in shipped.values())


def test_our_own_files_name_no_host():
    icon, script = VIEWER.assets["favicon.svg"].body, VIEWER.assets["init.js"].body
    for text in (icon.replace(b"http://www.w3.org/2000/svg", b""), script):
        assert not re.search(rb"https?:|//\w+\.", text)
