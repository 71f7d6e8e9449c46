"""What the API document says of logging in with a provider."""

from __future__ import annotations

from app.docs import Doc
from app.docs.shared_examples import TOKEN_PAIR

_PROVIDER = {"provider": "A provider, as far as the settings switch it on."}
_CHOICES = {"provider": ["google", "github", "oidc"]}

BEGIN = Doc(
    "Sessions",
    operation_id="beginProviderLogin",
    description=(
        "Open this in a browser: the answer sets the cookie without which the way back is refused."
    ),
    parameters=_PROVIDER,
    choices=_CHOICES,
)

FINISH = Doc(
    "Sessions",
    operation_id="finishProviderLogin",
    description=(
        "Works once, in the browser that the log-in was begun in. An account is made where none "
        "is linked with who logged in and none has the e-mail, which the provider must have "
        "verified; one that was asked to is linked."
    ),
    choices=_CHOICES,
    parameters={
        **_PROVIDER,
        "state": "What the log-in was begun with.",
        "code": "What the provider exchanges.",
        "iss": "The issuer that answers (RFC 9207).",
        "error": "Why there is no code.",
    },
    answer=TOKEN_PAIR,
)
