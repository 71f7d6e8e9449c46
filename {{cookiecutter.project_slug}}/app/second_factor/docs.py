"""What the API document says of second factors."""

from __future__ import annotations

from app.accounts.docs import TOKEN_PAIR
from app.operations import Doc, Tag

_TAG = Tag("Second factor", "A code of an authenticator app that a log-in asks for, too.")
_CODE = "492039"
_PASSWORD = "correct horse battery staple"  # noqa: S105 - an example.

READ = Doc(
    _TAG,
    operation_id="readSecondFactor",
    description="Whether it is on, since when, and how many recovery codes are left.",
    answer={
        "isOn": True,
        "recoveryCodesLeft": 9,
        "createdAt": "2026-01-31T09:26:53.589Z",
    },
)

BEGIN = Doc(
    _TAG,
    operation_id="beginSecondFactor",
    description=(
        "Show setupUri as a QR code, or setupKey to type; neither is answered again. Nothing "
        "counts before a code of the app has confirmed it, within ten minutes."
    ),
    example={"currentPassword": _PASSWORD},
    answer={
        "setupKey": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "setupUri": "otpauth://totp/API:minji%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    },
)

CONFIRM = Doc(
    _TAG,
    operation_id="confirmSecondFactor",
    description=(
        "Every session ends, since they began without a code, and the answer has the tokens of a "
        "new one. A recovery code stands wherever a code of the app does, once each; they are "
        "not answered again."
    ),
    example={"code": _CODE},
    answer={**TOKEN_PAIR, "recoveryCodes": ["mfrg-g2lt-mvzh-iy3i-mnyg-c5lo"]},
)

REMOVE = Doc(
    _TAG,
    operation_id="removeSecondFactor",
    description="Every other session ends. The code may be a recovery code.",
    example={"currentPassword": _PASSWORD, "code": _CODE},
)
