"""Noting who removed what, and who was given leave: in the transaction that does it."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import JsonValue
from sqlalchemy import Connection, insert

from schemas.tables_sql import audit
from storage.ids import new_id

Action = Literal[
    "job.deleted",
    "job.expired",
    "batch.deleted",
    "batch.expired",
    "document.removed",
    "key.created",
    "key.revoked",
    "tenant.changed",
]

RETENTION = "retention"
"""In place of a key: the time that results are kept was over."""
HOUSEKEEPING = "housekeeping"


def note(
    connection: Connection,
    tenant: str,
    actor: str,
    action: Action,
    subjects: Sequence[str],
    details: Mapping[str, JsonValue] | None = None,
) -> None:
    """Note what was done to each of some things; details hold numbers, never words of documents."""
    rows = [
        {
            "id": new_id("aud"),
            "tenant": tenant,
            "actor": actor,
            "action": action,
            "subject": subject,
            "details": dict(details or {}),
        }
        for subject in subjects
    ]
    if rows:
        connection.execute(insert(audit), rows)
