"""Documents by content: equal bytes are one object, kept for as long as anything needs them.

Whoever refers to a document holds its lock while the row that refers to it is written, and looks
once more whether the object is there. Whoever removes one has the lock alone while nobody refers to
it. So an object never goes between the look and the row.
"""

from collections.abc import Iterable
from typing import BinaryIO

from sqlalchemy import ColumnElement, Connection, exists, func, select

from schemas import keys
from schemas.tables_sql import batches, jobs, uploads
from storage.events import seconds
from storage.objects import ObjectStore

GRACE_S = 3600.0
"""A document outlives the last job that had it by this long; what still works on it can end."""

UPLOAD_S = 2 * 24 * 3600.0
"""A completed upload keeps its document for this long after it was begun."""


def keep(objects: ObjectStore, key: str, content: BinaryIO, media_type: str) -> None:
    """Store a document from its beginning, unless it is there already."""
    if objects.stat(key) is None:
        content.seek(0)
        objects.put(key, content, media_type)


def hold(connection: Connection, tenant: str, hashes: Iterable[str]) -> None:
    """Keep documents from being removed until the end of the transaction; many may hold one."""
    for sha256 in sorted(set(hashes)):
        connection.execute(select(func.pg_advisory_xact_lock_shared(_number(tenant, sha256))))


def alone(connection: Connection, tenant: str, sha256: str) -> bool:
    """Take a document for oneself until the end of the transaction; False when anybody holds it."""
    taken = select(func.pg_try_advisory_xact_lock(_number(tenant, sha256)))
    return bool(connection.execute(taken).scalar())


def needed(connection: Connection, tenant: str, sha256: str) -> bool:
    """Say whether a job, a recent upload or a batch that is not finished has the document."""
    recent = func.now() - seconds(UPLOAD_S)
    job = exists().where(
        jobs.c.tenant == tenant, jobs.c.sha256 == sha256, jobs.c.deleted_at.is_(None)
    )
    upload = exists().where(
        uploads.c.tenant == tenant, uploads.c.sha256 == sha256, uploads.c.created_at > recent
    )
    batch = exists().where(
        batches.c.tenant == tenant,
        batches.c.finished_at.is_(None),
        batches.c.sources.contains([{"sha256": sha256}]),
    )
    return bool(connection.execute(select(job | upload | batch)).scalar())


def _number(tenant: str, sha256: str) -> ColumnElement[int]:
    return func.hashtextextended(keys.upload(tenant, sha256), 0)
