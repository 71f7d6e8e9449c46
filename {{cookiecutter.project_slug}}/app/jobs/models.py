"""Jobs: work that takes longer than a request may take, and everything known about it.

#: if cookiecutter.task_queue
The document is what counts for a job. A broker carries its id and nothing else, and may lose it.
#: else
The document is all there is of a job: workers ask for those that are due.
#: endif
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from mongoengine import (
    CASCADE,
    #: if cookiecutter.mail and not cookiecutter.field_encryption
    BinaryField,
    #: endif
    DateTimeField,
    EnumField,
    IntField,
    LazyReferenceField,
    StringField,
    UUIDField,
)

from app.accounts.models import Account
from app.database.documents import BaseDocument
#: if cookiecutter.mail and cookiecutter.field_encryption
from app.encryption import EncryptedBinaryField
#: endif


class JobKind(StrEnum):
    """What is to be done; app/jobs/duties.py says how."""

    #: if cookiecutter.task_queue
    EXPORT = "export"
    #: endif
    #: if cookiecutter.mail
    LETTER = "letter"
    #: endif


class JobState(StrEnum):
    """How far a job is."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(BaseDocument):
    """Some work for one account; it is deleted with the account."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "jobs",
        "indexes": [
            {"fields": ["account", "kind", "created_at", "id"]},
            # No two jobs have one slot: that bounds their number, however many ask at once.
            {"fields": ["account", "kind", "slot"], "unique": True},
            #: if cookiecutter.task_queue
            {"fields": ["send_at"]},
            #: else
            {"fields": ["due_at"]},
            #: endif
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
        ],
    }

    account = LazyReferenceField(Account, reverse_delete_rule=CASCADE, required=True)
    kind = EnumField(JobKind, required=True)
    slot = IntField(required=True)
    # Names the request that asked for it, in the log. A letter has none.
    request_id = StringField(db_field="requestId")
    #: if cookiecutter.mail
    # What the work needs to know, and nobody once it is over.
    #: if cookiecutter.field_encryption
    payload = EncryptedBinaryField()
    #: else
    payload = BinaryField()
    #: endif
    #: endif

    state = EnumField(JobState, required=True, default=JobState.PENDING)
    attempts = IntField(required=True, default=0)
    #: if cookiecutter.mail
    # How often it was put off: nobody is to blame for that.
    delays = IntField(required=True, default=0)
    #: endif
    # The attempt that has the job, or has finished it. Writes of other attempts have no effect.
    holder = UUIDField(binary=True)
    # From when on a worker may take it: at once, after a pause, or when its holder's lease ends.
    # None when it is over.
    due_at = DateTimeField(db_field="dueAt")
    #: if cookiecutter.task_queue
    # When its id is sent to the broker again, and how often that was in vain.
    send_at = DateTimeField(db_field="sendAt")
    sends = IntField(required=True, default=0)
    #: endif

    done = IntField(required=True, default=0)
    total = IntField()
    size = IntField()
    # A stable code; the log has the traceback.
    failure = StringField()
    finished_at = DateTimeField(db_field="finishedAt")
    expires_at = DateTimeField(db_field="expiresAt")
