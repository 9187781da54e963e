"""The room's SQL of jobs: finding, listing, cancelling, retrying; `api.removal` deletes."""

from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    delete,
    func,
    select,
)

from api import job_lists, progress
from api.errors import ApiError, not_found
from api.job_lists import Filters
from api.parts import Parts
from schemas.event import JobEvent
from schemas.job import ACTIVE, IllegalTransition, Job, JobList, JobStatus
from schemas.tables_sql import job_events, jobs, pages, tenants
from storage import batches, turns
from storage.jobs import lock, move
from storage.moving import Mark
from storage.outbox import Unit, unit_of_work
from storage.rows import JOB_COLUMNS, JobRow, PageRow

_OWN = (jobs.c.id == bindparam("job_id")) & (jobs.c.tenant == bindparam("owner"))
_FIND = select(*JOB_COLUMNS).where(_OWN)
_READ = select(*JOB_COLUMNS, progress.PAGE_ATTEMPTS.label("page_attempts")).where(_OWN)
"""Made once: they are asked for every request."""


def find(connection: Connection, tenant: str, job_id: str) -> JobRow:
    """Return a tenant's job; 404 when there is none, 410 when it was deleted."""
    return _there(connection.execute(_FIND, {"job_id": job_id, "owner": tenant}).one_or_none())


def _there(found: Row[*tuple[Any, ...]] | None) -> JobRow:
    """Check what was found of a job; 404 when there is none, 410 when it was deleted."""
    if found is None:
        raise not_found("任务", "job")
    if found.deleted_at is not None:
        raise ApiError(410, "deleted", "任务已删除。", "The job was deleted.")
    return JobRow.of(found)


def read(parts: Parts, tenant: str, job_id: str) -> Job:
    """Return a job as its owner reads it."""
    return versioned(parts, tenant, job_id)[0]


def versioned(parts: Parts, tenant: str, job_id: str) -> tuple[Job, int]:
    """Return a job as its owner reads it, and the version of its row."""
    pulse = parts.pulse()
    with parts.reading.connect() as connection:
        found = connection.execute(_READ, {"job_id": job_id, "owner": tenant}).one_or_none()
        row = _there(found)
        tried = found.page_attempts if found is not None else 0
        around = progress.look_around(connection, pulse, row, tried)
    return progress.view(row, around), row.version


def just_made(parts: Parts, row: JobRow) -> Job:
    """Return a job that was handed in a moment ago, without reading it again."""
    pulse = parts.pulse()
    if row.due_at is None:
        return progress.view(row, progress.behind_all(pulse, row))
    with parts.reading.connect() as connection:
        return progress.view(row, progress.look_around(connection, pulse, row, 0))


def status_of(parts: Parts, tenant: str, job_id: str) -> tuple[JobStatus, int]:
    """Return a job's status and version: all that a long poll needs to look at."""
    with parts.reading.connect() as connection:
        row = find(connection, tenant, job_id)
    return row.status, row.version


def listed(parts: Parts, tenant: str, filters: Filters, cursor: str | None, limit: int) -> JobList:
    """Return a page of jobs, the newest first; the cursor is the last id of the page before."""
    with parts.reading.connect() as connection:
        rows = job_lists.newest(connection, tenant, filters, cursor, limit + 1)
    around = progress.Surroundings(workers_seen=parts.pulse().workers_seen)
    shown = rows[:limit]
    return JobList(
        data=tuple(progress.view(row, around) for row in shown),
        next_cursor=shown[-1].id if len(rows) > limit else None,
    )


def waiting(parts: Parts, tenant: str) -> tuple[int, int | None]:
    """Count a tenant's jobs that wait or run; return the tenant's own limit, too, if it has one."""
    own = jobs.c.tenant == tenant
    active = select(func.count()).where(own, jobs.c.status.in_(sorted(ACTIVE)))
    limit = select(tenants.c.max_queued_jobs).where(tenants.c.tenant == tenant)
    with parts.reading.connect() as connection:
        number = connection.execute(active).scalar_one()
        return number, connection.execute(limit).scalar_one_or_none()


def events_after(parts: Parts, job_id: str, seq: int) -> list[JobEvent]:
    """Return the lines of a job's event stream after line `seq`."""
    query = (
        select(job_events)
        .where(job_events.c.job_id == job_id, job_events.c.seq > seq)
        .order_by(job_events.c.seq)
        .limit(500)
    )
    with parts.reading.connect() as connection:
        rows = connection.execute(query).all()
    return [JobEvent(seq=row.seq, type=row.type, at=row.at, data=row.data) for row in rows]


def page_row(parts: Parts, job_id: str, number: int) -> PageRow | None:
    """Return a page of a job, or None."""
    query = select(pages).where(pages.c.job_id == job_id, pages.c.number == number)
    with parts.reading.connect() as connection:
        found = connection.execute(query).one_or_none()
    return None if found is None else PageRow.of(found)


def all_pages(parts: Parts, job_id: str) -> list[PageRow]:
    """Return the pages of a job in order."""
    query = select(pages).where(pages.c.job_id == job_id).order_by(pages.c.number)
    with parts.reading.connect() as connection:
        return [PageRow.of(row) for row in connection.execute(query)]


def cancel(parts: Parts, tenant: str, job_id: str) -> None:
    """Cancel a job that is not finished; what a worker still does for it no longer counts."""
    with unit_of_work(parts.database, parts.send) as unit:
        job = locked(unit, tenant, job_id)
        try:
            move(unit, job, "cancelled", {"lease_token": Mark.ONE_MORE})
        except IllegalTransition as exc:
            raise _wrong_state(job, "已经结束，不能取消", "cannot be cancelled any more") from exc


def retry(parts: Parts, tenant: str, job_id: str) -> None:
    """Put a job that did not fully succeed back in the queue; pages read already are reused."""
    with unit_of_work(parts.database, parts.send) as unit:
        restart(unit, locked(unit, tenant, job_id))


def restart(unit: Unit, job: JobRow) -> None:
    """Begin a locked job anew; a batch that was finished is under way again with it."""
    try:
        move(
            unit,
            job,
            "retried",
            {
                "attempts": 0,
                "lease_token": Mark.ONE_MORE,
                "lease_until": None,
                "due_at": None,
                "error": None,
                "verdict": None,
                "pages_total": None,
                "pages_done": 0,
                "pages_failed": 0,
                "started_at": None,
            },
        )
    except IllegalTransition as exc:
        raise _wrong_state(job, "未结束或已成功，不能重试", "cannot be retried") from exc
    unit.connection.execute(delete(pages).where(pages.c.job_id == job.id))
    if job.batch_id is not None:
        batches.reopen(unit, job.batch_id)
    turns.release(unit, job.priority)


def locked(unit: Unit, tenant: str, job_id: str) -> JobRow:
    """Return a tenant's job, locked until the end of the transaction."""
    find(unit.connection, tenant, job_id)
    job = lock(unit, job_id)
    if job is None:
        raise not_found("任务", "job")
    return job


def _wrong_state(job: JobRow, zh: str, en: str) -> ApiError:
    return ApiError(
        409,
        "wrong_state",
        f"任务状态为 {job.status}，{zh}。",
        f"The job is {job.status} and {en}.",
    )
