"""Moving a job from state to state, with everything that follows from it, in one transaction.

Whoever moves a job holds its row lock. Locks are taken job first, then page or batch, everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import Connection, func, insert, select, update

from schemas import message
from schemas.event import EventData, EventType
from schemas.job import TERMINAL, Event, Priority, State, advance, links
from schemas.tables_sql import jobs
from storage import batches, events
from storage.ids import new_id
from storage.outbox import Unit
from storage.rows import JobRow

Values = Mapping[str, object]
"""Columns of a job and what they become: plain values or SQL."""

RESEND_S = 30.0
"""A step whose message was lost is asked about by the sweeper after this long."""


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """What a job is made from; its document is in object storage already."""

    tenant: str
    filename: str
    sha256: str
    size_bytes: int
    media_type: str | None
    priority: Priority
    metadata: dict[str, JsonValue]
    batch_id: str | None = None


_EVENTS: dict[str, EventType] = {
    "succeeded": "job.succeeded",
    "partially_succeeded": "job.partially_succeeded",
    "failed": "job.failed",
    "cancelled": "job.cancelled",
}


def lock(unit: Unit, job_id: str) -> JobRow | None:
    """Lock a job's row until the end of the transaction, or return None when there is none."""
    row = unit.connection.execute(
        select(jobs)
        .where(jobs.c.id == job_id, jobs.c.deleted_at.is_(None))
        .with_for_update(key_share=True)
    ).one_or_none()
    return None if row is None else JobRow.of(row)


def latest_report(connection: Connection, tenant: str, issuer: str, year: int) -> str | None:
    """Return the job that last read an issuer's report of a year to its end."""
    done = (
        select(jobs.c.id)
        .where(
            jobs.c.tenant == tenant,
            jobs.c.issuer == issuer,
            jobs.c.year == year,
            jobs.c.status == "succeeded",
            jobs.c.deleted_at.is_(None),
        )
        .order_by(jobs.c.id.desc())
        .limit(1)
    )
    return connection.execute(done).scalar_one_or_none()


def create(unit: Unit, new: NewJob) -> str:
    """Record a queued job, have its inspection sent, and return its id."""
    job_id = new_id("job")
    unit.connection.execute(
        insert(jobs).values(
            id=job_id,
            tenant=new.tenant,
            batch_id=new.batch_id,
            filename=new.filename,
            media_type=new.media_type,
            sha256=new.sha256,
            size_bytes=new.size_bytes,
            priority=new.priority,
            metadata=new.metadata,
            due_at=func.now() + events.seconds(RESEND_S),
        )
    )
    events.note(unit, job_id, "job.state", {"status": "queued", "stage": None, "verdict": None})
    unit.post(message.inspect(job_id))
    return job_id


def move(unit: Unit, job: JobRow, event: Event, values: Values | None = None) -> State:
    """Advance a locked job and write what changes with it; finished jobs are announced.

    Raises IllegalTransition, before anything is written, when the event cannot happen now.
    """
    after = advance(job.state, event)
    finished = after.status in TERMINAL
    change: dict[str, object] = {
        "status": after.status,
        "stage": after.stage,
        "reason": None,
        "version": jobs.c.version + 1,
        "updated_at": func.now(),
        "finished_at": func.now() if finished else None,
    }
    if finished:
        change |= {"lease_until": None, "due_at": None}
    change |= dict(values or {})
    unit.connection.execute(update(jobs).where(jobs.c.id == job.id).values(change))
    if after != job.state:
        _tell(unit, job, after, change)
    return after


def _tell(unit: Unit, job: JobRow, after: State, change: Mapping[str, object]) -> None:
    """Note the new state in the event stream; announce and count a job that is finished."""
    verdict = change.get("verdict", job.verdict)
    data: dict[str, JsonValue] = {
        "status": after.status,
        "stage": after.stage,
        "verdict": verdict if isinstance(verdict, str) else None,
    }
    events.note(unit, job.id, "job.state", data)
    if after.status not in TERMINAL:
        return
    addresses = links(job.id, job.batch_id, after.status).model_dump(exclude_none=True)
    body = EventData.model_validate(
        {
            "id": job.id,
            "status": after.status,
            "verdict": data["verdict"],
            "batch_id": job.batch_id,
            "links": addresses,
        }
    )
    events.publish(unit, job.tenant, _EVENTS[after.status], body)
    if job.batch_id is not None:
        batches.settle(unit, job.batch_id)
