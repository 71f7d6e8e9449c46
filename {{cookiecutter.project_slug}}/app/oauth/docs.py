"""What the API document says of the OAuth endpoints."""

from __future__ import annotations

from app.operations import Doc, ProtocolAnswer, Tag

_TAG = Tag("OAuth", "How other apps are let in (RFC 6749, RFC 7636).")

_TICKET = "eyJjbGllbnRfaWQiOiIwMTlh…"
_CLIENT = "0197a1f2-5d20-7c41-9e0b-3f6a8d1c2b47"
_LOCATION = {"Location": "The client's redirect URI, with the answer and its issuer."}
_REFUSED = ProtocolAnswer(
    "A page says that the request cannot be answered, and sends nobody anywhere.", is_page=True
)
_UNKNOWN_CLIENT = ProtocolAnswer(
    "The client did not show that it is the one.",
    {"WWW-Authenticate": "How a client may show it (RFC 6749 section 5.2)."},
    error="invalid_client",
)

AUTHORIZE = Doc(
    _TAG,
    operation_id="authorize",
    description=(
        "The browser is sent here (RFC 6749 section 4.1.1) with PKCE S256 and a state, and back "
        "to the redirect URI with a code, the state and the issuer (RFC 9207)."
    ),
    parameters={
        "response_type": "A code, and nothing else.",
        "client_id": "The client that asks.",
        "redirect_uri": "One of the client's, letter by letter; may be left out where it has one.",
        "scope": "Scopes with spaces between; the client's default where it is left out.",
        "state": "Random, against forged requests; it comes back as it is.",
        "code_challenge": "The SHA-256 of a verifier that the client keeps (RFC 7636).",
        "code_challenge_method": "How the challenge was made.",
    },
    protocol={
        302: ProtocolAnswer("The client learns by error and state why it gets no code.", _LOCATION),
        400: _REFUSED,
    },
)

LOG_IN = Doc(
    _TAG,
    operation_id="logInForApp",
    description="Failed log-ins count as those of the API do.",
    example={"ticket": _TICKET, "email": "minji@example.com", "password": "correct horse"},
    protocol={
        400: _REFUSED,
        401: ProtocolAnswer(
            #: if cookiecutter.second_factor
            "The page again: e-mail, password or code is wrong, or the code is missing.",
            #: else
            "The page again: e-mail or password is wrong.",
            #: endif
            {"WWW-Authenticate": "As elsewhere."},
            is_page=True,
        ),
        403: ProtocolAnswer("The page again: the account is suspended.", is_page=True),
        429: ProtocolAnswer(
            "The page again: too many log-ins failed.",
            {"Retry-After": "Seconds until the next try."},
            is_page=True,
        ),
    },
)

CONSENT = Doc(
    _TAG,
    operation_id="decideForApp",
    description="The page that a log-in leads to sends this; its ticket works once.",
    example={"ticket": _TICKET, "decision": "allow"},
    protocol={
        303: ProtocolAnswer("Back to the app, with a code or an error.", _LOCATION),
        400: _REFUSED,
    },
)

TOKEN = Doc(
    _TAG,
    operation_id="exchangeToken",
    description=(
        "A confidential client authenticates with HTTP Basic or in the form (RFC 6749 section "
        "2.3.1), a public one by its code_verifier alone. Codes and refresh tokens work once: a "
        "second use ends the grant."
    ),
    example={
        "grant_type": "authorization_code",
        "code": "SplxlOBeZQQYbYS6WxSbIA…",
        "redirect_uri": "https://app.example.com/callback",
        "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        "client_id": _CLIENT,
    },
    answer={
        "access_token": "eyJhbGciOi…",
        "token_type": "Bearer",
        "expires_in": 900,
        "refresh_token": "eyJhbGciOi…",
        "scope": "profile:read",
    },
    protocol={
        400: ProtocolAnswer(
            "The request gets no tokens (RFC 6749 section 5.2).", error="invalid_grant"
        ),
        401: _UNKNOWN_CLIENT,
    },
)

REVOKE = Doc(
    _TAG,
    operation_id="revokeToken",
    description="RFC 7009. A token that is over or unknown is revoked already.",
    example={"token": "eyJhbGciOi…", "client_id": _CLIENT},
    protocol={
        200: ProtocolAnswer("The grant is over, or was.", is_empty=True),
        400: ProtocolAnswer(
            "The token is another client's, or none was named.", error="invalid_grant"
        ),
        401: _UNKNOWN_CLIENT,
    },
)

LIST_GRANTS = Doc(
    _TAG,
    operation_id="listGrants",
    description=(
        "All of them at once, the oldest first: there are never many. lastUsedAt is when the app "
        "last got tokens. clientName is null where the app was removed since."
    ),
    answer={
        "items": [
            {
                "id": "0197a1f2-5d20-7c41-9e0b-3f6a8d1c2b49",
                "createdAt": "2026-01-31T09:26:53.589Z",
                "lastUsedAt": "2026-02-03T18:02:11.240Z",
                "clientId": _CLIENT,
                "clientName": "Notes on paper",
                "scopes": ["profile:read"],
            }
        ]
    },
)

END_GRANTS = Doc(
    _TAG,
    operation_id="endGrants",
    description=(
        "No other app has access any more, and consent that was given and not used yet is over. "
        "Sessions of the account's own stay."
    ),
)

END_GRANT = Doc(
    _TAG,
    operation_id="endGrant",
    description="Its tokens are over at once: the app has to ask again.",
)

METADATA = Doc(
    _TAG,
    operation_id="readAuthorizationServer",
    description="Authorization server metadata (RFC 8414).",
    answer={
        "issuer": "https://api.example.com",
        "authorization_endpoint": "https://api.example.com/oauth/authorize",
        "token_endpoint": "https://api.example.com/oauth/token",
        "revocation_endpoint": "https://api.example.com/oauth/revoke",
        #: if cookiecutter.jwt_algorithm != "HS256"
        "jwks_uri": "https://api.example.com/.well-known/jwks.json",
        #: endif
        "scopes_supported": ["profile:read", "profile:write"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        "revocation_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": ["en", "ko"],
    },
)
