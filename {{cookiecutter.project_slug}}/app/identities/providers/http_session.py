"""Authlib's HTTP client, with limits for the calls of one request of ours.

All calls share one deadline, redirects are not followed, answers have a maximum length, and
certificates are checked. Nothing here reads the environment: no proxy, no .netrc.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

import requests
from authlib.integrations.requests_client import OAuth2Session
from urllib3.exceptions import HTTPError

from app.identities.errors import ProviderUnavailableError

MOST_BYTES: Final = 512 * 1024
_PIECE: Final = 16 * 1024


class ProviderSession(OAuth2Session):
    """Speaks to one provider during one request of ours."""

    def __init__(self, seconds: float, **options: Any) -> None:
        super().__init__(**options)
        self.trust_env = False
        self._ends = time.monotonic() + seconds

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Send a request; raises ProviderUnavailableError where no answer comes in time.

        It carries the credentials that it is given here, and no others.
        """
        options |= {"allow_redirects": False, "stream": True, "timeout": self._seconds_left()}
        try:
            response: requests.Response = super().request(
                method, url, withhold_token=True, **options
            )
            # Read here, with an eye on the deadline; `content` can be set in no other way.
            response._content = self._read(response)  # noqa: SLF001 - see above.
        except (requests.RequestException, HTTPError) as error:
            message = f"no answer of a provider: {type(error).__name__}"
            raise ProviderUnavailableError(message) from error
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            message = f"a provider answered {response.status_code}"
            raise ProviderUnavailableError(message)
        return response

    def read(self, url: str, access_token: str | None = None) -> Any:
        """Return the JSON at *url*; raises ProviderUnavailableError."""
        headers = {"Accept": "application/json"}
        if access_token is not None:
            headers["Authorization"] = f"Bearer {access_token}"
        response = self.request("GET", url, headers=headers)
        with suppress(ValueError):
            if response.status_code == HTTPStatus.OK:
                return json.loads(response.content)
        message = f"a provider answered {response.status_code} and no JSON"
        raise ProviderUnavailableError(message)

    def read_object(self, url: str, access_token: str | None = None) -> dict[str, Any]:
        """Return the JSON object at *url*; raises ProviderUnavailableError."""
        document = self.read(url, access_token)
        if not isinstance(document, dict):
            raise ProviderUnavailableError("a provider answered no JSON object")
        return document

    def _seconds_left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise ProviderUnavailableError("a provider took all the time there was")
        return left

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        while piece := response.raw.read1(_PIECE, decode_content=True):
            body += piece
            self._seconds_left()
            if len(body) > MOST_BYTES:
                raise ProviderUnavailableError("a provider's answer is too long")
        return bytes(body)
