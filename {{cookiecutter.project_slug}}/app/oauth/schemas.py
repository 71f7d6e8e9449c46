"""OAuth on the wire; RFC 6749, RFC 7009 and RFC 8414 fix the names."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.schemas import Representation, Timestamp

_SECRET = {"format": "password", "writeOnly": True}
_ClientId = Annotated[str | None, Field(description="Where no Authorization header says it.")]
_ClientSecret = Annotated[
    str | None,
    Field(description="Of a confidential client, as above.", json_schema_extra=_SECRET),
]


class OAuthForm(BaseModel):
    """What a client or a browser sends; the protocol ignores unknown parameters."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore", frozen=True)


class OAuthAuthorizationQuery(OAuthForm):
    """An authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3)."""

    response_type: Literal["code"]
    client_id: str
    redirect_uri: str | None = None
    scope: str | None = None
    state: Annotated[str, Field(min_length=1, max_length=1000)]
    code_challenge: Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]{43,128}$")]
    code_challenge_method: Literal["S256"]


class OAuthLoginForm(OAuthForm):
    """The login page's form."""

    ticket: str
    email: str
    password: Annotated[str, Field(json_schema_extra=_SECRET)]
    #: if cookiecutter.second_factor
    code: Annotated[str | None, Field(json_schema_extra=_SECRET)] = None
    #: endif


class OAuthConsentForm(OAuthForm):
    """The consent page's form."""

    ticket: str
    decision: Literal["allow", "deny"]


class OAuthTokenForm(OAuthForm):
    """A token request (RFC 6749 sections 4.1.3 and 6)."""

    grant_type: Literal["authorization_code", "refresh_token"]
    code: str | None = None
    redirect_uri: str | None = None
    code_verifier: str | None = None
    refresh_token: Annotated[str | None, Field(json_schema_extra=_SECRET)] = None
    scope: str | None = None
    client_id: _ClientId = None
    client_secret: _ClientSecret = None


class OAuthRevocationForm(OAuthForm):
    """A revocation request (RFC 7009 section 2.1)."""

    token: Annotated[str, Field(json_schema_extra=_SECRET)]
    token_type_hint: str | None = None
    client_id: _ClientId = None
    client_secret: _ClientSecret = None


class OAuthTokenOut(BaseModel):
    """A token response (RFC 6749 section 5.1)."""

    access_token: str
    token_type: Literal["Bearer"]
    # Said and not checked, as in TokenPairOut.
    expires_in: Annotated[int, Field(json_schema_extra={"minimum": 0, "maximum": 900})]
    refresh_token: str
    scope: str


class OAuthErrorOut(BaseModel):
    """An error response (RFC 6749 section 5.2)."""

    error: str
    error_description: str | None = None


class OAuthMetadataOut(BaseModel):
    """Authorization server metadata (RFC 8414 section 2)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    #: if cookiecutter.jwt_algorithm != "HS256"
    jwks_uri: str
    #: endif
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]
    authorization_response_iss_parameter_supported: bool
    ui_locales_supported: list[str]


class GrantOut(Representation):
    """What an account lets another app do, as its owner sees it."""

    id: UUID
    created_at: Timestamp
    # Of the first exchange or the last refresh, as in SessionOut.
    last_used_at: Timestamp
    client_id: UUID
    client_name: str | None
    scopes: list[str]


class GrantsOut(Representation):
    """All grants of an account; OAUTH_GRANT_LIMIT bounds them."""

    items: list[GrantOut] = Field(max_length=100)
