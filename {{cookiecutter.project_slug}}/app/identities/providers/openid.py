"""OpenID Connect: Google, and every other issuer with a discovery document.

The issuer's endpoints (OpenID Connect Discovery 1.0) and keys (RFC 7517) are read at the first
log-in and kept for a while. If no kept key fits a signature, the keys are read once more: issuers
change theirs at any time.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from app.identities.errors import LoginRefusedError, ProviderUnavailableError
from app.identities.providers.provider import Proof, Provider
from config.providers import is_safe_url

if TYPE_CHECKING:
    from app.identities.providers.http_session import ProviderSession
    from app.identities.providers.provider import Answer, Registration, Secrets

KEEP_SECONDS: Final = 600
# Clocks of two machines differ a little.
LEEWAY_SECONDS: Final = 30
# Only signatures of a key pair: with a shared secret, or with none at all, anybody who knows public
# values could sign.
ALGORITHMS: Final = frozenset(
    {f"{kind}{size}" for kind in ("RS", "PS", "ES") for size in (256, 384, 512)}
    | {"EdDSA", "Ed25519"}
)
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_OPTIONAL: Final = "userinfo_endpoint"
_OF_EMAIL: Final = frozenset({"email", "email_verified"})


class OpenIDProvider(Provider):
    """An issuer."""

    scope: ClassVar[str] = "openid email profile"
    needed_scopes: ClassVar[frozenset[str]] = frozenset({"openid"})

    def __init__(self, registration: Registration, issuer: str) -> None:
        super().__init__(registration)
        self._issuer = issuer
        # What was read and when, by address. Threads replace entries as a whole.
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}

    def begin(self, secrets: Secrets) -> str:
        """Return the address to send the browser to."""
        with self.open_session() as session:
            url, _ = session.create_authorization_url(
                self._read_document(session)["authorization_endpoint"],
                state=secrets.state,
                code_verifier=secrets.verifier,
                nonce=secrets.nonce,
            )
        return str(url)

    def prove(self, answer: Answer, secrets: Secrets) -> Proof:
        """Return what the ID token says, or the userinfo endpoint where that leaves the e-mail out.

        An e-mail and whether it was verified are always taken from the same place.
        """
        with self.open_session() as session:
            document = self._read_document(session)
            self._check_issuer(answer, document)
            session.token_endpoint_auth_method = _auth_method_of(document)
            token = self.exchange(session, document["token_endpoint"], answer.code, secrets)
            claims = self._read_id_token(session, document, token, secrets.nonce)
            if not claims.keys() >= _OF_EMAIL and _OPTIONAL in document:
                told = session.read_object(document[_OPTIONAL], token["access_token"])
                claims = _check_userinfo(told, claims["sub"])
        email = claims.get("email")
        is_usable = claims.get("email_verified") is True and isinstance(email, str)
        name = claims.get("name") or claims.get("preferred_username")
        return Proof(self._issuer, claims["sub"], email if is_usable else None, name)

    def _read_document(self, session: ProviderSession) -> dict[str, Any]:
        url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        document = self._read_kept(session, url)
        # Discovery section 4.3: exactly this name, or one issuer could pose as another.
        is_right = document.get("issuer") == self._issuer
        names = [*_NEEDED, *({_OPTIONAL} & document.keys())]
        if not is_right or not all(is_safe_url(str(document.get(name))) for name in names):
            message = f"{self.name} describes itself wrongly"
            raise ProviderUnavailableError(message)
        return document

    def _read_kept(
        self, session: ProviderSession, url: str, *, is_new_wanted: bool = False
    ) -> dict[str, Any]:
        kept = self._kept.get(url)
        if kept is None or is_new_wanted or time.monotonic() - kept[0] > KEEP_SECONDS:
            kept = self._kept[url] = (time.monotonic(), session.read_object(url))
        return kept[1]

    def _check_issuer(self, answer: Answer, document: dict[str, Any]) -> None:
        """Refuse another issuer's answer, and one without an issuer where the server promises it.

        RFC 9207 section 2.4.
        """
        is_announced = document.get("authorization_response_iss_parameter_supported") is True
        if answer.issuer != self._issuer and (answer.issuer is not None or is_announced):
            message = f"an answer of another issuer than {self.name}"
            raise LoginRefusedError(message)

    def _read_id_token(
        self, session: ProviderSession, document: dict[str, Any], token: dict[str, Any], nonce: str
    ) -> dict[str, Any]:
        """Return the claims of an ID token (OpenID Connect Core 1.0 section 3.1.3.7)."""
        try:
            decoded = self._verify(session, document, str(token.get("id_token")))
            expected = {"nonce": nonce, "client_id": self.registration.client_id}
            expected["access_token"] = token["access_token"]
            options = {
                "iss": {"essential": True, "value": self._issuer},
                "aud": {"essential": True, "value": self.registration.client_id},
                "sub": {"essential": True},
            }
            claims = CodeIDToken(decoded.claims, decoded.header, options, expected)
            claims.validate(leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            message = f"{self.name} issued no good ID token: {type(error).__name__}"
            raise LoginRefusedError(message) from error
        if claims["aud"] not in (self.registration.client_id, [self.registration.client_id]):
            message = f"{self.name} issued an ID token for others, too"
            raise LoginRefusedError(message)
        return dict(claims)

    def _verify(self, session: ProviderSession, document: dict[str, Any], text: str) -> jwt.Token:
        announced = document.get("id_token_signing_alg_values_supported") or ["RS256"]
        registry = JWSRegistry(
            algorithms=sorted(ALGORITHMS.intersection(announced)), strict_check_header=False
        )
        keys = self._read_kept(session, document["jwks_uri"])
        try:
            return _decode(text, keys, registry)
        except (InvalidKeyIdError, BadSignatureError):
            keys = self._read_kept(session, document["jwks_uri"], is_new_wanted=True)
            return _decode(text, keys, registry)


def _decode(text: str, keys: dict[str, Any], registry: JWSRegistry) -> jwt.Token:
    listed = keys.get("keys")
    usable = [
        key
        for key in (listed if isinstance(listed, list) else ())
        if isinstance(key, dict) and key.get("kty") != "oct"
    ]
    return jwt.decode(text, KeySet.import_key_set({"keys": usable}), registry=registry)


def _auth_method_of(document: dict[str, Any]) -> str:
    """Return how to authenticate at the token endpoint: Basic, unless it supports only POST."""
    methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    is_basic_taken = "client_secret_basic" in methods
    return "client_secret_basic" if is_basic_taken else "client_secret_post"


def _check_userinfo(told: dict[str, Any], subject: str) -> dict[str, Any]:
    """Return what the issuer says of *subject*, and of nobody else (section 5.3.2)."""
    if told.get("sub") != subject:
        raise LoginRefusedError("a userinfo endpoint told of somebody else")
    return told
