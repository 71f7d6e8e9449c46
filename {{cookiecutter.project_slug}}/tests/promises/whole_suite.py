"""Promises that only the whole suite can prove: every route was called, and no rule was broken.

tests/plugins/recorder.py gathers what all test processes saw and judges it here, once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from app import create_app
from app.openapi.document import make_document
from app.openapi.parameters import path_of
from config.testing import Testing
from tests.fixtures.queries import Query, declared_indexes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Rules that every answer, log line and document of the suite must keep, by checklist item.
ALWAYS: Final = {
    "conv.camel-case": "every member of every answer is in camelCase",
    "conv.timestamps": "every stored document has its timestamps",
    "jwt.payload": "no token says more than it must",
    "output.content-type": "every answer has the type of what it holds",
    "output.no-secrets": "no secret in any answer, log line or audit event",
    "output.status": "no success holds an error",
    "proc.uuid": "every stored document has a UUID",
}


class Call(NamedTuple):
    """A call that some test made."""

    method: str
    rule: str
    status: int


class Verdict(NamedTuple):
    """A promise about the whole suite, the evidence against it, and its item if it has one."""

    item: str | None
    promise: str
    faults: list[str]


@dataclass(slots=True)
class Record:
    """What a suite recorded: calls of routes, their queries, and faults by item."""

    calls: set[Call] = field(default_factory=set)
    # Operations, as "GET /api/v1/me", that a test which failed was about or had called.
    disturbed: set[str] = field(default_factory=set)
    queries: set[Query] = field(default_factory=set)
    faults: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add_faults(self, faults: Iterable[tuple[str, str]]) -> None:
        """Keep faults, each once."""
        for item, fault in faults:
            self.faults[item].add(fault)

    def dump(self) -> dict[str, Any]:
        """Return plain lists, to be sent from a test process to the one that reports."""
        faults = {item: sorted(found) for item, found in self.faults.items()}
        calls, queries = ([list(each) for each in found] for found in (self.calls, self.queries))
        disturbed = sorted(self.disturbed)
        return {"calls": calls, "disturbed": disturbed, "queries": queries, "faults": faults}

    def add(self, dumped: Mapping[str, Any]) -> None:
        """Add what another test process saw."""
        self.calls |= {Call(*call) for call in dumped["calls"]}
        self.disturbed |= {*dumped["disturbed"]}
        for command, collection, fixed, ranged, order in dumped["queries"]:
            parts = tuple(fixed), tuple(ranged), tuple((name, turn) for name, turn in order)
            self.queries.add(Query(command, collection, *parts))
        for item, found in dumped["faults"].items():
            self.faults[item].update(found)


class Documented(NamedTuple):
    """What the app has: its routes, and the statuses that the API document names for each."""

    routes: set[tuple[str, str]]
    answers: set[Call]


def read_documented() -> Documented:
    """Return the routes of a new app, and what its API document promises of them."""
    app = create_app(Testing())
    rules = {path_of(rule.rule): rule.rule for rule in app.url_map.iter_rules()}
    operations = app.extensions["operations"]
    with app.app_context():
        document = make_document(app, operations)
    return Documented(
        routes={
            (method, rule.rule)
            for rule, method in operations.walk()
            if method not in {"HEAD", "OPTIONS"}
        },
        answers={
            Call(method.upper(), rules[path], int(status))
            for path, item in document["paths"].items()
            for method, operation in item.items()
            for status in operation["responses"]
        },
    )


def judge(record: Record, documented: Documented) -> list[Verdict]:
    """Return a verdict on each promise."""
    called = {(call.method, call.rule) for call in record.calls}
    described = {(call.method, call.rule) for call in documented.answers}
    known = {call for call in record.calls if (call.method, call.rule) in described}
    return [
        Verdict(
            "cicd.test-every-api",
            "every route is called",
            [
                f"{method} {rule} was never called"
                for method, rule in sorted(documented.routes - called)
            ],
        ),
        Verdict(
            "output.status",
            "every answer is documented",
            [f"{_name(call)} is not documented" for call in sorted(known - documented.answers)],
        ),
        Verdict(
            "output.status",
            "every documented answer is seen",
            # A test that failed may have been about to see it, and says what is wrong.
            [
                f"{_name(call)} was never seen"
                for call in sorted(documented.answers - known)
                if f"{call.method} {path_of(call.rule)}" not in record.disturbed
            ],
        ),
        Verdict(
            None,
            "every query of a request is served by an index",
            sorted(f"{query}: no index serves it" for query in find_unserved(record.queries)),
        ),
        *(
            Verdict(item, promise, sorted(record.faults.get(item, ())))
            for item, promise in ALWAYS.items()
        ),
    ]


def find_unserved(queries: Iterable[Query]) -> list[Query]:
    """Return the *queries* that no declared index serves."""
    indexes = declared_indexes()
    return [
        query
        for query in queries
        if query.collection in indexes
        and not any(query.is_served_by(index) for index in indexes[query.collection])
    ]


def _name(call: Call) -> str:
    return f"{call.method} {call.rule}: {call.status}"
