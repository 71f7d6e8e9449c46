"""`flask books`."""

from __future__ import annotations

from uuid import uuid4

from tests.books.examples import BOOK, BOOKS, new_isbn


def test_an_appointed_account_changes_the_catalogue(app, api, account):
    runner = app.test_cli_runner()
    for _ in range(2):
        done = runner.invoke(args=["books", "appoint", str(account.id)])
        assert (done.exit_code, done.output) == (0, "appointed an editor\n")
    api.post(BOOKS, account, json={**BOOK, "isbn": new_isbn()})


def test_nobody_is_no_editor(app):
    done = app.test_cli_runner().invoke(args=["books", "appoint", str(uuid4())])
    assert done.exit_code == 1
    assert done.output == "Error: there is no such account\n"
