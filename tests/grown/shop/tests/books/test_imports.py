"""Books from a file."""

from __future__ import annotations

from io import BytesIO

import pytest

from tests.books.examples import BOOKS, new_isbn

IMPORTS = "/api/v1/imports"
COLUMNS = "isbn,title,binding,tags,amount,publishedOn,stock"


def _form(*rows, columns=COLUMNS, **fields):
    text = "\r\n".join((columns, *rows, ""))
    return {"currency": "EUR", "file": (BytesIO(text.encode()), "../books.csv"), **fields}


def _row(isbn=None, title="데미안", binding="paperback", stock="12"):
    return f'{isbn or new_isbn()},"{title}",{binding},소설;고전,8.00,2000-12-20,{stock}'


def _refused(api, staff, form):
    answer = api.post(IMPORTS, staff, data=form, status=422)
    assert api.get(BOOKS).json["items"] == []
    return [(error["pointer"], error["detail"]) for error in answer.json["errors"]]


def test_a_file_adds_books(api, staff):
    form = _form(_row(title="데미안, 1919"), _row(title="\ufeffx"))
    answer = api.post(IMPORTS, staff, data=form, status=200)
    assert answer.json == {"created": 2, "known": 0}
    first = api.get(BOOKS, query_string={"sort": "createdAt"}).json["items"][0]
    assert first["title"] == "데미안, 1919"
    assert first["tags"] == ["소설", "고전"]
    assert first["price"] == {"amount": "8.00", "currency": "EUR"}
    assert (first["publishedOn"], first["stock"]) == ("2000-12-20", 12)


def test_a_file_can_be_sent_again(api, staff, make_book):
    known = make_book()
    rows = _row(known["isbn"]), _row()
    for expected in ({"created": 1, "known": 1}, {"created": 0, "known": 2}):
        assert api.post(IMPORTS, staff, data=_form(*rows), status=200).json == expected
    assert api.get(f"{BOOKS}/{known['id']}").json == known


def test_a_file_may_begin_with_a_byte_order_mark(api, staff):
    text = f"\ufeff{COLUMNS}\n{_row()}"
    form = {"currency": "KRW", "file": (BytesIO(text.encode()), "x")}
    assert api.post(IMPORTS, staff, data=form, status=200).json["created"] == 1


@pytest.mark.parametrize(
    ("member", "wrong"), [("isbn", "9788937460778"), ("binding", "x"), ("stock", "")]
)
def test_the_line_of_a_mistake_is_named_and_nothing_is_added(api, staff, member, wrong):
    (mistake,) = _refused(api, staff, _form(_row(), _row(**{member: wrong})))
    assert mistake == ("/file/3", f"{member} is not as a new book's has to be.")


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        (lambda: _form(_row(), columns="isbn,title"), "/file"),
        (lambda: _form(_row(), columns=f"{COLUMNS},isbn"), "/file"),
        (lambda: _form("1,2"), "/file/2"),
        (lambda: _form(_row() + ",more"), "/file/2"),
        (lambda: _form('"'), "/file"),
        (lambda: _form(file=(BytesIO(b"\xff\xfe"), "x")), "/file"),
        (lambda: _form(file=(BytesIO(b""), "x")), "/file"),
        (lambda: _form(currency="EU"), "/currency"),
        (lambda: _form(currency=["EUR", "KRW"]), "/currency"),
        (lambda: {**_form(), "more": "x"}, ""),
    ],
    ids=[
        "columns",
        "repeated",
        "few",
        "many",
        "quote",
        "utf-8",
        "empty",
        "currency",
        "twice",
        "unknown",
    ],
)
def test_what_is_wrong_with_a_form_is_named(api, staff, form, pointer):
    assert [where for where, _ in _refused(api, staff, form())] == [pointer]


def test_books_are_imported_by_staff_alone(api, account):
    api.post(IMPORTS, data=_form(_row()), status=401)
    api.post(IMPORTS, account, data=_form(_row()), status=403)
    assert api.get(BOOKS).json["items"] == []
