"""Documents by content: equal bytes are one object, kept for as long as anything needs them.

Whoever refers to a document holds its lock while the row that refers to it is written, and looks
once more whether the object is there. Whoever removes one has the lock alone while nobody refers to
it. So an object never goes between the look and the row.
"""

from collections.abc import Iterable
from typing import BinaryIO

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Text,
    bindparam,
    exists,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

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
    wanted = sorted(set(hashes))
    if not wanted:
        return
    each = func.unnest(bindparam("hashes", wanted, type_=ARRAY(Text))).column_valued("sha256")
    connection.execute(select(func.pg_advisory_xact_lock_shared(_number(tenant, each))))


def first_come(connection: Connection, tenant: str, sha256: str) -> None:
    """Wait until nobody else decides whether a document was handed in before."""
    place = func.hashtextextended(f"{keys.upload(tenant, sha256)}/job", 0)
    connection.execute(select(func.pg_advisory_xact_lock(place)))


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


def earlier_jobs(
    connection: Connection, tenant: str, hashes: Iterable[str], *, but_of: str | None = None
) -> dict[str, str]:
    """Return, by hash, the last job that has or will have results of a document.

    Jobs of the batch `but_of` do not count, nor do those that failed, were cancelled or have gaps.
    """
    found = connection.execute(
        select(jobs.c.sha256, func.max(jobs.c.id).label("id"))
        .where(
            jobs.c.tenant == tenant,
            jobs.c.sha256.in_(sorted(set(hashes))),
            jobs.c.status.in_(("queued", "running", "succeeded")),
            jobs.c.deleted_at.is_(None),
            jobs.c.batch_id.is_distinct_from(but_of) if but_of else true(),
        )
        .group_by(jobs.c.sha256)
    )
    return {row.sha256: row.id for row in found}


def holding(number: ColumnElement[int]) -> CTE:
    """Return the first part of a statement: it holds a document before the others do anything."""
    return select(func.pg_advisory_xact_lock_shared(number).label("held")).cte("holding")


def _number(tenant: str, sha256: "str | ColumnElement[str]") -> ColumnElement[int]:
    return number_of(literal(keys.upload(tenant, "")) + sha256)


def number_of(key: ColumnElement[str]) -> ColumnElement[int]:
    """Return what a document is locked by, from its key."""
    return func.hashtextextended(key, 0)
