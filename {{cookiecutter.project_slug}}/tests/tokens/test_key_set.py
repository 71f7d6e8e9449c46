"""The keys that verify our tokens, for whoever wants to."""

from __future__ import annotations

import jwt


def test_key_set_verifies_the_tokens_of_this_app(api, app, account):
    document = api.get("/.well-known/jwks.json").json
    settings = app.extensions["settings"]
    header = jwt.get_unverified_header(account.access_token)
    key = jwt.PyJWKSet.from_dict(document)[header["kid"]]
    claims = jwt.decode(
        account.access_token,
        key,
        algorithms=[settings.JWT_ALGORITHM],
        audience=settings.JWT_AUDIENCE,
        issuer=settings.JWT_ISSUER,
    )
    assert claims["sub"] == str(account.id)


def test_key_set_holds_no_private_part(api):
    for key in api.get("/.well-known/jwks.json").json["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key)
        assert key["use"] == "sig"


def test_key_set_may_be_kept_for_a_while(api):
    assert api.get("/.well-known/jwks.json").headers["Cache-Control"] == "public, max-age=300"
