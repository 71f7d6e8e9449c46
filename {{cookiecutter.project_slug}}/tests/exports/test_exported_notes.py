"""Notes as an export holds them: as the API shows them."""

from __future__ import annotations

import json
from operator import itemgetter
from uuid import uuid4

from app.exports import service, task
from app.jobs import attempts

NOTES = "/api/v1/me/notes"


def test_an_export_holds_notes_as_the_api_shows_them(api, app, account):
    body = {"title": "장보기 🛒", "body": 'a "quoted"\nline'}
    shown = [api.post(NOTES, account, json=body).json for _ in range(3)]
    with app.app_context():
        attempt = attempts.take(service.create(account.id, str(uuid4())).id)
        attempt.finish(task.make(attempt))
        _, chunks = service.read(account.id, attempt.job.id)
        exported = json.loads(b"".join(chunks))
    # Ids of the same millisecond are in any order.
    assert sorted(exported["notes"], key=itemgetter("id")) == sorted(shown, key=itemgetter("id"))
