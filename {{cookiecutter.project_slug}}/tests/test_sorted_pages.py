"""Pages sorted by values of every type, also if some documents have none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from bson.decimal128 import Decimal128
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mongoengine import (
    BooleanField,
    DateTimeField,
    Decimal128Field,
    DecimalField,
    EmbeddedDocumentField,
    FloatField,
    IntField,
    StringField,
)

from app.database.documents import BaseDocument, BaseEmbeddedDocument, new_id
from app.pagination import PageRequest, find_page

if TYPE_CHECKING:
    from uuid import UUID

START = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


class Price(BaseEmbeddedDocument):
    """What something costs."""

    amount = Decimal128Field(db_field="theAmount")


class Ware(BaseDocument):
    """Something with optional members."""

    meta: ClassVar[dict[str, Any]] = {"collection": "test_wares"}

    name = StringField()
    # With a default, a missing member would look present; MongoDB sorts by stored values.
    weight = FloatField(default=5.0)
    stock = IntField(db_field="inStock")
    since = DateTimeField()
    is_sold = BooleanField(db_field="isSold")
    cost = DecimalField()
    fee = Decimal128Field()
    price = EmbeddedDocumentField(Price)


DECIMALS = st.decimals(-(10**9), 10**9, places=3).map(Decimal128)
# Each field to sort by: the stored member, and its possible values.
ORDERS: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
    "name": ("name", st.text(st.characters(exclude_categories=["Cs"]), max_size=3)),
    "weight": ("weight", st.floats(-9, 9) | st.sampled_from([-0.0, 1e300])),
    "stock": ("inStock", st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 2)),
    "since": ("since", st.integers(-(10**4), 10**4).map(lambda days: START + timedelta(days))),
    "is_sold": ("isSold", st.booleans()),
    "cost": ("cost", st.floats(-9, 9)),
    "fee": ("fee", DECIMALS),
    "price__amount": ("price", DECIMALS.map(lambda amount: {"theAmount": amount}) | st.just({})),
}
SORT_FIELDS = {name: name for name in ORDERS}


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def _rank(value: Any) -> tuple[bool, Any]:
    """Order values like MongoDB: missing ones come first."""
    value = value.get("theAmount") if isinstance(value, dict) else value
    value = value.to_decimal() if isinstance(value, Decimal128) else value
    return value is not None, 0 if value is None else value


def _walk(request: PageRequest) -> list[UUID]:
    page = find_page(Ware.objects, request, SORT_FIELDS, None)
    following = replace(request, cursor=page.next_cursor) if page.next_cursor else None
    return [ware.id for ware in page.items] + (_walk(following) if following else [])


@pytest.mark.parametrize("order", ORDERS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_pages_can_be_sorted_by_any_value_even_if_some_are_missing(database, order, data):
    name, values = ORDERS[order]
    members = values.map(lambda value: {name: value}) | st.sampled_from([{}, {name: None}])
    stored = {"createdAt": START, "updatedAt": START}
    drawn = data.draw(st.lists(members, max_size=9))
    records = [{"_id": new_id(), **stored, **each} for each in drawn]
    database.test_wares.delete_many({})
    if records:
        database.test_wares.insert_many(records)
    ordered = sorted(records, key=lambda record: (*_rank(record.get(name)), record["_id"]))
    wanted = [record["_id"] for record in ordered]
    limit = data.draw(st.integers(1, 3))
    assert _walk(PageRequest(limit, order)) == wanted
    assert _walk(PageRequest(limit, f"-{order}")) == wanted[::-1]


def test_a_sort_value_keeps_all_its_decimal_digits():
    fees = ["0.1", "0.10000000000000000000000000000001", "0.1000000000000000000000000000001"]
    for fee in fees:
        Ware(fee=Decimal(fee)).save()
    first = find_page(Ware.objects, PageRequest(1, "fee"), SORT_FIELDS, None)
    second = find_page(Ware.objects, PageRequest(1, "fee", first.next_cursor), SORT_FIELDS, None)
    assert [str(ware.fee) for ware in (*first.items, *second.items)] == fees[:2]
