"""Files as an export holds them: those that are stored, as the API shows them."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

from app.database.documents import utc_now
from app.exports import service, task
from app.files.models import File, Status
from app.jobs import attempts

MEMBERS = ("id", "fileName", "contentType", "size", "url", "createdAt", "updatedAt")


def test_an_export_holds_stored_files_as_the_api_shows_them(api, app, account):
    with app.app_context():
        for status in Status:
            File(
                account=account.id,
                file_name=f"봄 {status}.png",
                content_type="image/png",
                size=3,
                status=status,
                deadline=utc_now() + timedelta(hours=1),
            ).save()
        attempt = attempts.take(service.create(account.id, str(uuid4())).id)
        attempt.finish(task.make(attempt))
        _, chunks = service.read(account.id, attempt.job.id)
        exported = json.loads(b"".join(chunks))
    shown = api.get("/api/v1/me/files?status=stored", account).json["items"]
    assert [file["fileName"] for file in shown] == ["봄 stored.png"]
    assert exported["files"] == [{name: file[name] for name in MEMBERS} for file in shown]
