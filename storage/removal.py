"""Removing jobs and batches: the rows are marked and emptied first, the bytes go afterwards.

What a deleted job had for itself alone, its results, goes as soon as housekeeping comes by; its
document and the readings of its pages may be another's, too, and go when nobody needs them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Connection, case, delete, func, select, update

from schemas import keys
from schemas.job import ACTIVE, TERMINAL, JobStatus
from schemas.tables_sql import (
    batch_items,
    batch_letters,
    batches,
    dead_letters,
    idempotency_keys,
    jobs,
)
from storage import batches as counted
from storage import turns
from storage.documents import GRACE_S
from storage.events import seconds
from storage.jobs import cancel_many
from storage.objects import ObjectStore
from storage.outbox import Unit
from storage.rows import BatchRow

_AT_A_TIME = 2000
"""Ids in one statement: a server takes 65,535 values, and a batch may have more jobs."""

_PORTION = 1000
"""Jobs of a batch that are marked in one transaction: about a second."""

_EMPTY: dict[str, JsonValue] = {
    "filename": "",
    "metadata": {},
    "issuer": None,
    "year": None,
    "template": None,
    "region_code": None,
    "finding_codes": [],
    "error": None,
}
"""What a deleted job's row no longer says of its document."""


AT_REST: tuple[JobStatus, ...] = ("succeeded", "partially_succeeded")
"""States of a job in which nobody can be writing results of it.

Of one that was cancelled, by its deletion or before, a worker may not have heard yet, and a failed
attempt may have left results behind: what is deleted in another state has its results removed when
the grace is over.
"""


def mark_jobs(connection: Connection, tenant: str, which: ColumnElement[bool]) -> list[str]:
    """Mark a tenant's jobs as deleted and return their ids; one that was on its way is cancelled.

    Whoever hands the same in again makes a new job: the keys of deleted ones are free.
    """
    own = (jobs.c.tenant == tenant) & jobs.c.deleted_at.is_(None) & which
    locked = select(jobs.c.id).where(own).order_by(jobs.c.id).with_for_update(key_share=True)
    ids = list(connection.execute(locked).scalars())
    for first in range(0, len(ids), _AT_A_TIME):
        some = ids[first : first + _AT_A_TIME]
        _mark(connection, some)
        connection.execute(delete(dead_letters).where(dead_letters.c.job_id.in_(some)))
        free_keys(connection, tenant, some)
    return ids


def _mark(connection: Connection, ids: Sequence[str]) -> None:
    active = jobs.c.status.in_(sorted(ACTIVE))
    connection.execute(
        update(jobs)
        .where(jobs.c.id.in_(ids))
        .values(
            **_EMPTY,
            status=case((active, "cancelled"), else_=jobs.c.status),
            stage=case((active, None), else_=jobs.c.stage),
            files=list(keys.RESULTS),
            finished_at=func.coalesce(jobs.c.finished_at, func.now()),
            deleted_at=func.now(),
            due_at=func.now() + seconds(GRACE_S),
            lease_until=None,
            lease_token=jobs.c.lease_token + 1,
            version=jobs.c.version + 1,
        )
    )


@dataclass(frozen=True, kw_only=True)
class Marked:
    """How many jobs of a batch were marked as deleted, and how many are left for later."""

    jobs: int
    left: int


def mark_batch(unit: Unit, tenant: str, batch_id: str) -> Marked:
    """Mark a batch as deleted with some of its jobs; housekeeping says it again while any are left.

    So a batch of any size is gone at once, and nobody waits for its jobs. One that is under way
    ends as cancelled. Its row is locked after those of its jobs, as everywhere, and its archives go
    with the sweeper.
    """
    gone = _some_jobs(unit, tenant, batch_id)
    batch = counted.lock(unit, batch_id)
    if batch is not None:
        _mark_row(unit, batch)
    left = _left(unit.connection, batch_id)
    due = func.now() if left else None
    own = batches.c.id == batch_id
    unit.connection.execute(update(batches).where(own).values(due_at=due))
    if not left:
        for table in (batch_items, batch_letters):
            unit.connection.execute(delete(table).where(table.c.batch_id == batch_id))
    return Marked(jobs=gone, left=left)


def _some_jobs(unit: Unit, tenant: str, batch_id: str) -> int:
    """Mark some jobs of a batch, those on their way first; say how many."""
    own = (jobs.c.batch_id == batch_id) & jobs.c.deleted_at.is_(None)
    some = select(jobs.c.id).where(own).order_by(jobs.c.id).limit(_PORTION)
    active = some.where(jobs.c.status.in_(sorted(ACTIVE)))
    ids = list(unit.connection.execute(active).scalars())
    cancel_many(unit, ids)
    if len(ids) < _PORTION:
        ids = list(unit.connection.execute(some).scalars())
    return len(mark_jobs(unit.connection, tenant, jobs.c.id.in_(ids)))


def _mark_row(unit: Unit, batch: BatchRow) -> None:
    if batch.status not in TERMINAL:
        counted.close(unit, batch, "cancelled", None)
    unit.connection.execute(
        update(batches)
        .where(batches.c.id == batch.id)
        .values(
            deleted_at=func.now(),
            expanded=True,
            metadata={},
            error=None,
            lease_until=None,
            lease_token=batches.c.lease_token + 1,
            version=batches.c.version + 1,
        )
    )
    free_keys(unit.connection, batch.tenant, [batch.id])
    turns.release(unit, batch.priority)


def _left(connection: Connection, batch_id: str) -> int:
    own = (jobs.c.batch_id == batch_id) & jobs.c.deleted_at.is_(None)
    return connection.execute(select(func.count()).where(own)).scalar_one()


def leaving(connection: Connection) -> tuple[str, str] | None:
    """Return tenant and id of a deleted batch of which jobs are left, the first deleted first."""
    some = batches.c.deleted_at.is_not(None) & batches.c.due_at.is_not(None)
    query = select(batches.c.tenant, batches.c.id).where(some).order_by(batches.c.due_at).limit(1)
    found = connection.execute(query).one_or_none()
    return None if found is None else (found.tenant, found.id)


def free_keys(connection: Connection, tenant: str, ids: Sequence[str]) -> None:
    """Forget the Idempotency-Keys under which things were made."""
    made = idempotency_keys.c.resource_id.in_(ids)
    connection.execute(delete(idempotency_keys).where(idempotency_keys.c.tenant == tenant, made))


def remove_results(
    connection: Connection, objects: ObjectStore, tenant: str, job_id: str, pages: int
) -> None:
    """Remove all result files a deleted job of so many pages may have; note that they are gone."""
    for name in keys.RESULTS:
        objects.delete(keys.result(tenant, job_id, name))
    for number in range(1, pages + 1):
        failed = keys.failed_page(tenant, job_id, number)
        objects.delete(keys.page_image(failed))
        objects.delete(failed)
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(files=[]))
