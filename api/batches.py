"""The room's SQL of batches: reading, listing items, cancelling, retrying."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from api import jobs as job_rows
from api.errors import ApiError, not_found
from api.parts import Parts
from schemas import message
from schemas.batch import (
    SKIPPED_CODES,
    Batch,
    BatchItem,
    BatchItemList,
    BatchLinks,
    BatchList,
    BatchProgress,
    ItemStatus,
    item_status,
)
from schemas.job import ACTIVE, TERMINAL
from schemas.tables_sql import batch_items, batches, jobs
from schemas.validation import Verdict
from storage import batches as counted
from storage import turns
from storage.batches import Counts
from storage.events import seconds
from storage.jobs import cancel_many, lock
from storage.outbox import Unit, unit_of_work
from storage.rows import BatchRow, JobRow
from storage.turns import RESEND_S

_CANCELLED_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class ItemFilters:
    """What a list of items is narrowed to; null and empty narrow nothing."""

    status: Sequence[ItemStatus] = field(default=())
    verdict: Verdict | None = None
    text: str | None = None
    """A part of the name or of the issuer."""


def find(connection: Connection, tenant: str, batch_id: str) -> BatchRow:
    """Return a tenant's batch; 404 when there is none, 410 when it was deleted."""
    found = connection.execute(
        select(batches).where(batches.c.id == batch_id, batches.c.tenant == tenant)
    ).one_or_none()
    if found is None:
        raise not_found("批次", "batch")
    if found.deleted_at is not None:
        raise _deleted(more=found.due_at is not None)
    return BatchRow.of(found)


def _deleted(*, more: bool) -> ApiError:
    """Say that a batch is deleted, and whether jobs of it still are being."""
    zh, en = ("批次已删除。", "The batch was deleted.")
    if more:
        zh += "其任务正在后台逐批删除。"
        en += " Its jobs are being deleted, some at a time."
    return ApiError(410, "deleted", zh, en)


def read(parts: Parts, tenant: str, batch_id: str) -> Batch:
    """Return a batch as its owner reads it."""
    with parts.reading.connect() as connection:
        row = find(connection, tenant, batch_id)
        seen = parts.pulse().workers_seen
        return view(row, counted.counts(connection, batch_id), workers_seen=seen)


def listed(parts: Parts, tenant: str, cursor: str | None, limit: int) -> BatchList:
    """Return a page of batches, the newest first."""
    own = (batches.c.tenant == tenant) & batches.c.deleted_at.is_(None)
    query = select(batches).where(own).order_by(batches.c.id.desc())
    if cursor is not None:
        query = query.where(batches.c.id < cursor)
    with parts.database.connect() as connection:
        rows = [BatchRow.of(row) for row in connection.execute(query.limit(limit + 1))]
        seen = parts.pulse().workers_seen
        shown = [
            view(row, counted.counts(connection, row.id), workers_seen=seen) for row in rows[:limit]
        ]
    return BatchList(data=tuple(shown), next_cursor=shown[-1].id if len(rows) > limit else None)


def view(row: BatchRow, found: Counts, *, workers_seen: bool) -> Batch:
    """Return a batch as customers read it."""
    counts = found.items
    total = sum(counts.values())
    done = total - sum(counts.get(status, 0) for status in ("queued", "running"))
    finished = row.status in TERMINAL
    base = f"/v1/batches/{row.id}"
    return Batch(
        id=row.id,
        status=row.status,
        counts=counts,
        verdicts=found.verdicts,
        progress=BatchProgress(
            items_total=total if row.expanded else None,
            items_done=done,
            percent=_percent(done, total, expanded=row.expanded, finished=finished),
            reason=None if finished else _reason(row, workers_seen=workers_seen),
        ),
        priority=row.priority,
        metadata=row.metadata,
        retention_days=row.retention_days,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
        links=BatchLinks(
            self=base, items=f"{base}/items", events=f"{base}/events", export=f"{base}/export"
        ),
    )


def _percent(done: int, total: int, *, expanded: bool, finished: bool) -> int:
    if finished:
        return 100
    return 100 * done // total if expanded and total else 0


def _reason(row: BatchRow, *, workers_seen: bool) -> str:
    if not workers_seen:
        return "no_worker_running"
    if row.expanded:
        return "items_under_way"
    return "waiting_in_queue" if row.status == "queued" else "opening_archives"


def items(
    parts: Parts,
    tenant: str,
    batch_id: str,
    wanted: ItemFilters,
    after: int | None,
    limit: int,
) -> BatchItemList:
    """Return a page of a batch's items in their order, from the one after a position."""
    query = (
        select(
            batch_items.c.position,
            batch_items.c.name,
            batch_items.c.job_id,
            batch_items.c.error,
            jobs.c.status.label("job_status"),
            jobs.c.error.label("job_error"),
            jobs.c.verdict,
            jobs.c.issuer,
            jobs.c.year,
        )
        .select_from(batch_items.outerjoin(jobs, jobs.c.id == batch_items.c.job_id))
        .where(
            batch_items.c.batch_id == batch_id,
            batch_items.c.position > (-1 if after is None else after),
        )
        .where(*_conditions(wanted))
        .order_by(batch_items.c.position)
        .limit(limit + 1)
    )
    with parts.database.connect() as connection:
        find(connection, tenant, batch_id)
        rows = connection.execute(query).all()
    shown = rows[:limit]
    data = []
    for row in shown:
        error = row.error or row.job_error
        data.append(
            BatchItem(
                name=row.name,
                status=item_status(
                    None if row.error else row.job_status, error["code"] if error else None
                ),
                job_id=row.job_id,
                error=error,
                verdict=row.verdict,
                issuer=row.issuer,
                year=row.year,
            )
        )
    more = len(rows) > limit
    return BatchItemList(data=tuple(data), next_cursor=str(shown[-1].position) if more else None)


def _conditions(wanted: ItemFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.status:
        found.append(_status().in_(wanted.status))
    if wanted.verdict is not None:
        found.append((jobs.c.verdict == wanted.verdict) & batch_items.c.error.is_(None))
    if wanted.text:
        named = (batch_items.c.name, jobs.c.issuer)
        found.append(or_(*(name.icontains(wanted.text, autoescape=True) for name in named)))
    return found


def _status() -> ColumnElement[str]:
    """Return the status of an item as SQL: what `schemas.batch.item_status` says of it."""
    own = case((batch_items.c.error.is_(None), jobs.c.status))
    status = func.coalesce(own, "failed")
    code = func.coalesce(batch_items.c.error["code"].astext, jobs.c.error["code"].astext)
    return case(
        (and_(status == "failed", code.in_(sorted(SKIPPED_CODES))), "skipped"), else_=status
    )


def assembled(parts: Parts, tenant: str, batch_id: str) -> tuple[BatchRow, list[JobRow]]:
    """Return a batch and its jobs that have results, in the order of the items."""
    query = (
        select(jobs)
        .join(batch_items, batch_items.c.job_id == jobs.c.id)
        .where(
            batch_items.c.batch_id == batch_id,
            jobs.c.status.in_(("succeeded", "partially_succeeded")),
            jobs.c.deleted_at.is_(None),
        )
        .order_by(batch_items.c.position)
    )
    with parts.database.connect() as connection:
        row = find(connection, tenant, batch_id)
        return row, [JobRow.of(found) for found in connection.execute(query)]


def ended(parts: Parts, tenant: str, batch_id: str) -> bool:
    """Say whether a batch is finished: all that a long poll needs to look at."""
    with parts.reading.connect() as connection:
        return find(connection, tenant, batch_id).status in TERMINAL


def cancel(parts: Parts, tenant: str, batch_id: str) -> None:
    """Cancel what of a batch is not finished; each job in a transaction of its own."""
    with unit_of_work(parts.database, parts.send) as unit:
        find(unit.connection, tenant, batch_id)
        batch = counted.lock(unit, batch_id)
        if batch is None or batch.status in TERMINAL:
            raise ApiError(
                409, "wrong_state", "批次已经结束，不能取消。", "The batch is finished already."
            )
        priority = batch.priority
        unit.connection.execute(
            update(batches)
            .where(batches.c.id == batch_id)
            .values(expanded=True, lease_token=batches.c.lease_token + 1)
        )
    active = _job_ids(parts, batch_id, sorted(ACTIVE))
    for first in range(0, len(active), _CANCELLED_AT_ONCE):
        with unit_of_work(parts.database, parts.send) as unit:
            cancel_many(unit, active[first : first + _CANCELLED_AT_ONCE])
    with unit_of_work(parts.database, parts.send) as unit:
        if active:
            counted.settle(unit, batch_id)
        batch = counted.lock(unit, batch_id)
        if batch is not None and batch.status not in TERMINAL:
            counted.close(unit, batch, "cancelled", None)
        turns.release(unit, priority)


def retry(parts: Parts, tenant: str, batch_id: str) -> None:
    """Retry the jobs of a batch that failed, were cancelled or have gaps; each on its own.

    The batch counts as unopened until all of them are under way again, and is sent to be opened
    only then: nothing may find all its jobs finished, and close it, in between.
    """
    wanted = ("failed", "cancelled", "partially_succeeded")
    with unit_of_work(parts.database, parts.send) as unit:
        find(unit.connection, tenant, batch_id)
        batch = counted.lock(unit, batch_id)
        if batch is None or batch.status not in TERMINAL:
            raise ApiError(409, "wrong_state", "批次尚未结束。", "The batch is not finished yet.")
        _unopen(unit, batch_id)
    for job_id in _job_ids(parts, batch_id, wanted):
        with unit_of_work(parts.database, parts.send) as unit:
            job = lock(unit, job_id)
            if not _keep_unopened(unit, batch_id):
                return
            if job is not None and job.status in wanted:
                job_rows.restart(unit, job)
    with unit_of_work(parts.database, parts.send) as unit:
        if _keep_unopened(unit, batch_id):
            unit.post(message.expand(batch_id))


def open_again(unit: Unit, batch_id: str) -> None:
    """Have a locked batch opened once more; what was recorded of it before is left alone."""
    _unopen(unit, batch_id)
    unit.post(message.expand(batch_id))


def _unopen(unit: Unit, batch_id: str) -> None:
    unit.connection.execute(
        update(batches)
        .where(batches.c.id == batch_id)
        .values(
            status="running",
            expanded=False,
            attempts=0,
            lease_until=None,
            error=None,
            finished_at=None,
            due_at=_resend(),
            version=batches.c.version + 1,
        )
    )


def _keep_unopened(unit: Unit, batch_id: str) -> bool:
    """Keep the sweeper from a batch that is being retried; False when it was cancelled again."""
    unopened = (batches.c.id == batch_id) & ~batches.c.expanded
    changed = unit.connection.execute(update(batches).where(unopened).values(due_at=_resend()))
    return changed.rowcount == 1


def _resend() -> ColumnElement[datetime]:
    return func.now() + seconds(RESEND_S)


def _job_ids(parts: Parts, batch_id: str, statuses: Sequence[str]) -> list[str]:
    query = select(jobs.c.id).where(
        jobs.c.batch_id == batch_id, jobs.c.status.in_(statuses), jobs.c.deleted_at.is_(None)
    )
    with parts.database.connect() as connection:
        return list(connection.execute(query).scalars())
