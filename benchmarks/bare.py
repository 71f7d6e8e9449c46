"""What a project is compared with: one Flask view, the same pymongo read, nothing promised."""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

from flask import Flask
from pymongo import MongoClient

app = Flask(__name__)
accounts: Any = MongoClient(
    os.environ["MONGODB_URI"], uuidRepresentation="standard", tz_aware=True, connect=False
).get_default_database()["accounts"]
account_id = UUID(os.environ["ACCOUNT_ID"])


@app.get("/api/v1/me")
def read_account() -> dict[str, str]:
    """Show one account, whoever asks."""
    account = accounts.find_one({"_id": account_id}, {"passwordHash": 0})
    return {
        "id": str(account["_id"]),
        "email": account["email"].hex(),
        "displayName": account["displayName"].hex(),
        "createdAt": account["createdAt"].isoformat(),
        "updatedAt": account["updatedAt"].isoformat(),
    }
