"""Removing jobs and batches: the rows are marked and emptied at once, the bytes go afterwards.

What a deleted job had for itself alone, its results, goes as soon as housekeeping comes by; its
document and the readings of its pages may be another's, too, and go when nobody needs them.
"""

from collections.abc import Sequence

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Connection, case, delete, func, select, update

from schemas import keys
from schemas.job import ACTIVE, JobStatus
from schemas.tables_sql import (
    batch_items,
    batch_letters,
    batches,
    dead_letters,
    idempotency_keys,
    jobs,
)
from storage.documents import GRACE_S
from storage.events import seconds
from storage.objects import ObjectStore

_AT_A_TIME = 2000
"""Ids in one statement: a server takes 65,535 values, and a batch may have more jobs."""

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


def mark_batch(connection: Connection, tenant: str, batch_id: str) -> int:
    """Mark a batch with all its jobs as deleted; return how many jobs there were.

    Its row is locked after those of its jobs, as everywhere, and its archives go with the sweeper.
    """
    ids = mark_jobs(connection, tenant, jobs.c.batch_id == batch_id)
    active = batches.c.status.in_(sorted(ACTIVE))
    connection.execute(
        update(batches)
        .where(batches.c.id == batch_id, batches.c.tenant == tenant)
        .values(
            status=case((active, "cancelled"), else_=batches.c.status),
            finished_at=func.coalesce(batches.c.finished_at, func.now()),
            deleted_at=func.now(),
            expanded=True,
            metadata={},
            error=None,
            lease_until=None,
            lease_token=batches.c.lease_token + 1,
            due_at=None,
            version=batches.c.version + 1,
        )
    )
    for table in (batch_items, batch_letters):
        connection.execute(delete(table).where(table.c.batch_id == batch_id))
    free_keys(connection, tenant, [batch_id])
    return len(ids)


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
