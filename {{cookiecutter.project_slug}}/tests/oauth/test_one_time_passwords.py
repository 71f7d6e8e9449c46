"""A one-time password is for whoever sets another one next, which no page of ours does."""

from __future__ import annotations

from dataclasses import replace

from tests.fixtures.oauth import LOGIN, ticket_of


def test_the_page_does_not_take_one_and_leaves_it_as_it_is(app, api, account, other_app):
    command = ["accounts", "reset-password", f"--id={account.id}"]
    given = app.test_cli_runner().invoke(args=command).stdout.rpartition(" ")[2].strip()
    once = replace(account, password=given)
    form = {"ticket": ticket_of(other_app.ask()), "email": once.email, "password": given}
    other_app.post(LOGIN, form, 401)
    api.post("/api/v1/auth/login", json=once.credentials, status=200)
