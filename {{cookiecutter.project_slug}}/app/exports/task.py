"""Make an export: one JSON document of all that an account owns, never wholly in memory."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from mongoengine import EmbeddedDocument
from pydantic.alias_generators import to_camel

from app.accounts.models import Profile, stored_accounts
from app.accounts.schemas import AccountOut
from app.database.documents import collection_name
from app.exports import service
from app.exports.models import exported_classes
from app.extensions import settings
from app.jobs.attempts import LeaseLostError
from app.schemas import write_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from app.jobs.attempts import Attempt


_BATCH = 100


class Section(NamedTuple):
    """The documents of one class, and what is shown of each."""

    name: str
    documents: Any
    members: tuple[str, ...]


def make(attempt: Attempt) -> int:
    """Write the export of the job's account, and return its length in bytes."""
    with attempt.in_time():
        service.discard_of_others(attempt)
    try:
        return _write(attempt)
    except BaseException:
        with attempt.in_time():
            service.discard(attempt)
        raise


def _write(attempt: Attempt) -> int:
    progress = _Progress()
    pieces = _join(_serialize(attempt.job.account.pk, progress), settings.EXPORT_CHUNK_BYTES)
    number = size = 0
    while True:
        # The reads and the write for one chunk.
        with attempt.in_time():
            content = next(pieces, None)
            if content is None:
                return size
            service.store_chunk(attempt, number, content)
            attempt.report(progress.done, progress.total)
        number, size = number + 1, size + len(content)


class _Progress:
    """How many documents there are, and how many of them are written."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0


def _serialize(account_id: UUID, progress: _Progress) -> Iterator[bytes]:
    """Yield a JSON document in small pieces, reading as it is asked for them."""
    shown = dict.fromkeys(Profile.MEMBERS, 1)
    record = stored_accounts().find_one({"_id": account_id}, shown)
    if record is None:
        # It was deleted, and the job with it.
        raise LeaseLostError
    sections = [*_find_sections(account_id)]
    progress.total = sum(section.documents.count() for section in sections)
    account = AccountOut.model_validate(Profile.from_record(record))
    yield b'{"account":' + account.model_dump_json().encode()
    for section in sections:
        yield b",%b:[" % orjson.dumps(section.name)
        for number, document in enumerate(section.documents):
            progress.done += 1
            yield (b"," if number else b"") + _dump(document, section.members)
        yield b"]"
    yield b"}"


def _find_sections(account_id: UUID) -> Iterator[Section]:
    for document_class, members, only in exported_classes():
        owned = document_class.objects(account=account_id, **only)
        # Otherwise the queryset keeps everything it has read, and MongoDB sends 16 MiB at a time.
        documents = owned.no_cache().batch_size(_BATCH)
        yield Section(to_camel(collection_name(document_class)), documents, members)


def _dump(document: Any, members: tuple[str, ...]) -> bytes:
    shown = _members_of(document, members)
    return orjson.dumps(shown, default=_show, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _members_of(document: Any, names: Iterable[str]) -> dict[str, Any]:
    return {to_camel(name): getattr(document, name) for name in names}


def _show(value: Any) -> Any:
    """Return a value as the API writes it, decimals as texts since JSON's numbers lose digits."""
    if isinstance(value, datetime):
        return write_moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, EmbeddedDocument):
        fields = (name for name in value._fields_ordered if name != "_cls")  # noqa: SLF001 - it has no public name.
        return _members_of(value, value._meta.get("export", fields))  # noqa: SLF001 - as above.
    # orjson turns this into an error that names the type.
    raise TypeError


def _join(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Yield the same bytes in pieces of *size*, the last of which may be shorter."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        while len(buffer) >= size:
            yield bytes(buffer[:size])
            del buffer[:size]
    if buffer:
        yield bytes(buffer)
