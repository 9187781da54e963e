"""Moving a job from state to state, with everything that follows from it, in one transaction.

Whoever moves a job holds its row lock. Locks are taken job first, then page or batch, everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from pydantic import JsonValue
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    func,
    insert,
    literal,
    select,
    update,
)

from schemas import keys, message
from schemas.event import EventData, EventType
from schemas.job import ACTIVE, TERMINAL, Event, JobStatus, Priority, advance, links
from schemas.tables_sql import job_events, jobs
from storage import batches, documents, events, tracing, turns
from storage.ids import new_id
from storage.moving import Mark, Values, given, moving, shape_of
from storage.outbox import Unit
from storage.rows import JOB_COLUMNS, JobRow


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


_QUEUED: dict[str, JsonValue] = {"status": "queued", "stage": None, "verdict": None}

_EVENTS: dict[str, EventType] = {
    "succeeded": "job.succeeded",
    "partially_succeeded": "job.partially_succeeded",
    "failed": "job.failed",
    "cancelled": "job.cancelled",
}


_LOCK = (
    select(*JOB_COLUMNS)
    .where(jobs.c.id == bindparam("own_id"), jobs.c.deleted_at.is_(None))
    .with_for_update(key_share=True)
)
"""Made once, as every page asks it."""


def lock(unit: Unit, job_id: str, also: ColumnElement[bool] | None = None) -> JobRow | None:
    """Lock a job's row until the end of the transaction; None when there is none.

    `also` says what must hold of it besides.
    """
    statement = _LOCK if also is None else _LOCK.where(also)
    row = unit.connection.execute(statement, {"own_id": job_id}).one_or_none()
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


def create(unit: Unit, new: NewJob) -> JobRow:
    """Record a queued job and return it; it begins at once when there is room.

    Its document is held until the end of the transaction: nobody removes it meanwhile.
    """
    given = {
        "id": new_id("job"),
        "document": keys.upload(new.tenant, new.sha256),
        "room": turns.room(),
        "told": _QUEUED,
        "trace": tracing.current(),
        **_columns(new),
    }
    job = JobRow.of(unit.connection.execute(_creation(), given).one())
    if job.due_at is not None:
        unit.post(message.inspect(job.id, job.priority))
    return job


@cache
def _creation() -> Select[Any]:
    """Return one statement that holds the document, writes the job and its first event."""
    held = documents.holding(documents.number_of(bindparam("document", type_=Text)))
    names = ["id", "trace", *(field.name for field in fields(NewJob))]
    row = select(*(bindparam(name, type_=jobs.c[name].type) for name in names), turns.begins_at())
    made = (
        insert(jobs)
        .from_select([*names, "due_at"], row.select_from(held))
        .returning(*JOB_COLUMNS)
        .cte("made")
    )
    first = select(made.c.id, literal("job.state"), bindparam("told", type_=job_events.c.data.type))
    told = insert(job_events).from_select(["job_id", "type", "data"], first).cte("told")
    return select(made).add_cte(told)


def create_many(unit: Unit, new: Sequence[NewJob]) -> list[str]:
    """Record jobs that wait for their turn; return their ids in order."""
    ids = [new_id("job") for _ in new]
    if ids:
        rows = [
            {"id": i, "trace": tracing.apart("job", {"gouji.job_id": i}), **_columns(one)}
            for i, one in zip(ids, new, strict=True)
        ]
        unit.connection.execute(insert(jobs), rows)
        told = [{"job_id": job_id, "type": "job.state", "data": _QUEUED} for job_id in ids]
        unit.connection.execute(insert(job_events), told)
    return ids


def _columns(new: NewJob) -> dict[str, object]:
    return {field.name: getattr(new, field.name) for field in fields(new)}


def move(
    unit: Unit,
    job: JobRow,
    event: Event,
    values: Values | None = None,
    *,
    token: int | None = None,
) -> int | None:
    """Advance a job and write what changes with it; finished jobs are announced.

    The job is locked, or else `token`, that of a claim on it, says whether anybody moved it since
    it was read: then this may find so, return None and write nothing. Returns the row's fencing
    token. Raises IllegalTransition, before anything is written, when the event cannot happen now.
    """
    after = advance(job.state, event)
    finished = after.status in TERMINAL
    change: dict[str, object] = {
        "status": after.status,
        "stage": after.stage,
        "reason": None,
        "version": Mark.ONE_MORE,
        "updated_at": Mark.NOW,
        "finished_at": Mark.NOW if finished else None,
    }
    if finished:
        change |= {"lease_until": None, "due_at": None, "lease_token": Mark.ONE_MORE}
    change |= dict(values or {})
    verdict = change.get("verdict", job.verdict)
    line = {"status": after.status, "stage": after.stage, "verdict": verdict}
    told = after != job.state
    statement = moving(shape_of(change), claimed=token is not None, told=told, ends=finished)
    batch_id = job.batch_id if finished else None
    own = {"own_id": job.id, "own_token": token, "line": line, "of_batch": batch_id}
    found = unit.connection.execute(statement, {**own, **given(change)}).one_or_none()
    if found is None:
        return None
    if finished:
        _follow(unit, job, after.status, verdict, heard=found.heard, room_left=found.room_left)
    return int(found.lease_token)


def cancel_many(unit: Unit, job_ids: Sequence[str]) -> None:
    """Cancel those of a batch's jobs that are not finished; closing it is the caller's.

    They are not announced one by one when nobody asked to hear of it, and begin no others.
    """
    active = jobs.c.id.in_(job_ids) & jobs.c.status.in_(sorted(ACTIVE))
    rows = unit.connection.execute(
        select(jobs).where(active).order_by(jobs.c.id).with_for_update(key_share=True)
    ).all()
    found = [JobRow.of(row) for row in rows]
    if not found:
        return
    ids = [job.id for job in found]
    unit.connection.execute(
        update(jobs)
        .where(jobs.c.id.in_(ids))
        .values(
            status="cancelled",
            stage=None,
            reason=None,
            version=jobs.c.version + 1,
            lease_token=jobs.c.lease_token + 1,
            lease_until=None,
            due_at=None,
            updated_at=func.now(),
            finished_at=func.now(),
        )
    )
    cancelled: dict[str, JsonValue] = {"status": "cancelled", "stage": None, "verdict": None}
    told = [
        {"job_id": job.id, "type": "job.state", "data": cancelled, "batch_id": job.batch_id}
        for job in found
    ]
    unit.connection.execute(insert(job_events), told)
    for _ in ids:
        unit.count("jobs_finished", "cancelled")
    if events.anybody_hears(unit.connection, found[0].tenant):
        for job in found:
            _announce(unit, job, "cancelled", None)


def _follow(
    unit: Unit, job: JobRow, status: JobStatus, verdict: object, *, heard: bool, room_left: int
) -> None:
    """Do what follows from a job's end: count it, announce it, close its batch, begin others."""
    unit.count("jobs_finished", status)
    if heard:
        _announce(unit, job, status, verdict)
    if job.batch_id is not None:
        batches.settle(unit, job.batch_id)
    turns.release(unit, job.priority, room_left)


def _announce(unit: Unit, job: JobRow, status: JobStatus, verdict: object) -> None:
    """Have the tenant's endpoints told that a job is finished."""
    addresses = links(job.id, job.batch_id, status).model_dump(exclude_none=True)
    body = EventData.model_validate(
        {
            "id": job.id,
            "status": status,
            "verdict": verdict,
            "batch_id": job.batch_id,
            "links": addresses,
        }
    )
    events.publish(unit, job.tenant, _EVENTS[status], body)
