"""Notes: the sample resource, owned by an account and gone with it."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import CASCADE, IntField, LazyReferenceField, StringField

from app.accounts.models import Account
from app.database.documents import BaseDocument


class Note(BaseDocument):
    """A short text of one account."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "notes",
        # One index per sort order: each list is one range of one index, whatever the page.
        "indexes": [
            {"fields": ["account", "created_at", "id"]},
            {"fields": ["account", "updated_at", "id"]},
            {"fields": ["account", "title", "id"]},
        ],
        #: if cookiecutter.task_queue
        "export": ("id", "title", "body", "created_at", "updated_at"),
        #: endif
    }

    account = LazyReferenceField(Account, reverse_delete_rule=CASCADE, required=True)
    title = StringField(required=True)
    body = StringField(required=True)
    # Counts the changes, so that If-Match is one comparison in the update itself.
    revision = IntField(required=True, default=1)
