"""An identity at a provider is personal, and stored like the e-mail."""

from __future__ import annotations

import pytest

from app.accounts.models import Account
from tests.fixtures.encryption import new_key, run_command, stored_bytes

pytestmark = pytest.mark.checklist("auth.encrypt")


def test_no_subject_is_stored_in_clear(browser, issuer, database):
    issuer.person["sub"] = "subject-in-clear"
    browser.log_in()
    browser.begin()
    for name in ("accounts", "pending_logins"):
        (stored,) = database[name].find()
        assert b"subject-in-clear" not in stored_bytes(stored)


def test_identities_stored_before_encryption_are_found_after_it(browser, issuer, database):
    browser.log_in()
    name = f"{issuer.url} {issuer.person['sub']}"
    in_clear = {"identities.0.name": name, "identities.0.index": name}
    database["accounts"].update_one({}, {"$set": in_clear})
    result = run_command(browser.api.client.application, "encryption", "apply")
    assert result.exit_code == 0, result.output
    (stored,) = database["accounts"].find()
    assert isinstance(stored["identities"][0]["name"], bytes)
    browser.log_in()
    assert database["accounts"].count_documents({}) == 1


def test_a_new_key_renews_identities_too(browser, make_app, app):
    browser.log_in()
    old = app.extensions["settings"].FIELD_ENCRYPTION_KEYS
    new = (new_key(),)
    rotating = make_app(FIELD_ENCRYPTION_KEYS=new + old)
    result = run_command(rotating, "encryption", "rotate")
    assert result.exit_code == 0, result.output
    with make_app(FIELD_ENCRYPTION_KEYS=new).app_context():
        assert Account.objects.first().identities[0].name.startswith("http://127.0.0.1")
