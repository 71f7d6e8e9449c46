"""A viewer of the API document: the page, the files it loads, and the policy it runs under.

The viewer's own files come out of an installed package that is read and never imported;
page, start script and icon are ours. What is not named here is not served.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE = Path(__file__).parent
_ICON = "favicon.svg"
_SCRIPT = "init.js"
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def media_type_of(name: str) -> str:
    """Return the media type that the end of a file's name stands for."""
    return _MEDIA_TYPES[Path(name).suffix]


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the page loads; its version, a checksum, changes with its bytes."""

    body: bytes
    version: str

    @classmethod
    def of(cls, body: bytes) -> Asset:
        """Return the asset with these bytes."""
        return cls(body, f"{crc32(body):08x}")


@dataclass(frozen=True, eq=False)
class Viewer:
    """A viewer, out of *shipped* files of a *distribution* (name as served: path in it).

    *folder* holds page.html and init.js. *policy* is the page's Content-Security-Policy, in
    which NONCE stands for a nonce made for each answer. *foreign* are texts of the shipped
    files that name another host, with what takes their place.
    """

    distribution: str
    shipped: Mapping[str, str]
    folder: Path
    policy: str
    foreign: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files that the page loads."""
        return (*self.shipped, _ICON, _SCRIPT)

    @cached_property
    def assets(self) -> Mapping[str, Asset]:
        """The files by name, read once."""
        assets = {name: Asset.of(self._read_shipped(path)) for name, path in self.shipped.items()}
        assets[_ICON] = Asset.of((_HERE / _ICON).read_bytes())
        script = (self.folder / _SCRIPT).read_text(encoding="utf-8")
        assets[_SCRIPT] = Asset.of(_link(script, assets).encode())
        return assets

    def make_page(self, nonce: str) -> str:
        """Return the page, with a nonce for its style elements."""
        return self._page.replace('nonce=""', f'nonce="{nonce}"')

    def make_policy(self, nonce: str) -> str:
        """Return the page's Content-Security-Policy."""
        return self.policy.replace("NONCE", nonce)

    @cached_property
    def _page(self) -> str:
        return _link((self.folder / "page.html").read_text(encoding="utf-8"), self.assets)

    def _read_shipped(self, path: str) -> bytes:
        body = Path(str(distribution(self.distribution).locate_file(path))).read_bytes()
        for text, replacement in self.foreign.items():
            body = body.replace(text.encode(), replacement.encode())
        return body


def _link(text: str, assets: Mapping[str, Asset]) -> str:
    """Return *text* with versions in its links, so that a browser may keep files for good."""
    for name, asset in assets.items():
        text = text.replace(f'{name}"', f'{name}?v={asset.version}"')
    return text
#: if cookiecutter.api_docs == "swagger"


VIEWER = Viewer(
    distribution="flask-swagger-ui",
    shipped={
        "swagger-ui.css": "flask_swagger_ui/dist/swagger-ui.css",
        "swagger-ui-bundle.js": "flask_swagger_ui/dist/swagger-ui-bundle.js",
    },
    folder=_HERE / "swagger",
    # Its style sheet draws small pictures out of data: URLs.
    policy=(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
)
#: endif
#: if cookiecutter.api_docs == "redoc"


_TEMPLATES = "flask_openapi_redoc/templates/redoc"

VIEWER = Viewer(
    distribution="flask-openapi-redoc",
    shipped={
        "redoc.svg": f"{_TEMPLATES}/images/redoc.svg",
        "redoc.standalone.js": f"{_TEMPLATES}/js/redoc.standalone.js",
    },
    folder=_HERE / "redoc",
    # It writes style elements while it runs; small pictures and a font are data: URLs in it.
    policy=(
        "default-src 'none'; script-src 'self'; style-src 'nonce-NONCE'; img-src 'self' data:; "
        "font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    # Its attribution would fetch a picture from its maker's host; the package ships one.
    foreign=dict.fromkeys(
        (
            "https://cdn.redoc.ly/redoc/logo-mini.svg",
            "https://cdn.redoc.ly/redoc/logo-mini-full.svg",
        ),
        "redoc.svg",
    ),
)
#: endif
