"""Finding and creating accounts by identity."""

from __future__ import annotations

import pytest

from app.accounts.models import Account
from app.identities import service
from app.identities.errors import LoginRefusedError
from app.identities.providers.provider import Proof

ISSUER = "https://issuer.example"


def make_proof(**changes):
    return Proof(
        **{"issuer": ISSUER, "subject": "1", "email": "a@example.com", "name": "A"} | changes
    )


@pytest.fixture(autouse=True)
def context(app):
    """Enter the app's context."""
    with app.app_context():
        yield


def test_the_same_subject_of_another_issuer_is_somebody_else():
    first = service.find_or_create("oidc", make_proof())
    other = make_proof(issuer="https://other.example", email="b@example.com")
    assert service.find_or_create("google", other) != first
    assert service.find_or_create("oidc", make_proof()) == first


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("김민지 🔥", "김민지 🔥"),
        ("  Minji \n Kim ", "Minji   Kim"),
        ("\ud800", "a"),
        ("", "a"),
        (None, "a"),
        (7, "a"),
        ("x" * 300, "x" * 100),
    ],
)
def test_a_display_name_is_one_line_of_the_providers_name(name, shown):
    found = service.find_or_create("oidc", make_proof(name=name))
    assert Account.objects.get(id=found.account_id).display_name == shown


def test_an_e_mail_is_spelled_as_sign_up_spells_it(api):
    service.find_or_create("oidc", make_proof(email="Somebody@EXAMPLE.com"))
    body = {"email": "somebody@example.com", "password": "long enough", "displayName": "a"}
    #: if cookiecutter.mail
    api.post("/api/v1/auth/signup", json=body, status=202)
    assert Account.objects.count() == 1
    #: else
    api.post("/api/v1/auth/signup", json=body, status=409)
    #: endif


@pytest.mark.parametrize("subject", ["\ud800", "a\0b", "a" * 1100])
def test_a_name_that_cannot_be_stored_is_refused(subject):
    with pytest.raises(LoginRefusedError):
        service.find_or_create("oidc", make_proof(subject=subject))


def test_accounts_without_identities_do_not_collide(make_account):
    make_account()
    make_account()
    assert Account.objects.count() == 2


def test_a_deleted_account_has_no_identities(account):
    Account.objects(id=account.id).delete()
    assert service.list_all(account.id) == []
