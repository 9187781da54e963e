"""The room's SQL of dead letters: documents and batches given up after too many attempts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, delete, func, literal, null, select, update
from sqlalchemy import union_all as both

from api import batches, jobs
from api.errors import ApiError, not_found
from api.parts import Parts
from schemas.failure import Failure
from schemas.job import TERMINAL
from schemas.tables_sql import batch_letters, dead_letters
from schemas.value import Value
from storage import batches as batch_rows
from storage.jobs import lock
from storage.outbox import Unit, unit_of_work


class DeadLetter(Value):
    """A step or page of a job, or the opening of a batch, that was given up, and why."""

    id: str
    job_id: str | None
    batch_id: str | None
    page: int | None
    task: str
    failure: Failure
    cause: str | None
    """What ended the last attempt: `timed_out`, `process_ended`, or the class of an error."""
    created_at: datetime
    requeued_at: datetime | None


class DeadLetterList(Value):
    """One page of dead letters; `next_cursor` is null on the last."""

    data: tuple[DeadLetter, ...]
    next_cursor: str | None


_COMMON = ("id", "tenant", "failure", "cause", "created_at", "requeued_at")
_LETTERS = both(
    select(
        *(dead_letters.c[name] for name in _COMMON),
        dead_letters.c.job_id,
        null().label("batch_id"),
        dead_letters.c.page,
        dead_letters.c.task,
    ),
    select(
        *(batch_letters.c[name] for name in _COMMON),
        null(),
        batch_letters.c.batch_id,
        null(),
        literal("gouji.expand"),
    ),
).subquery("letters")


def listed(parts: Parts, tenant: str, cursor: str | None, limit: int) -> DeadLetterList:
    """Return a page of dead letters, the newest first."""
    query = select(_LETTERS).where(_LETTERS.c.tenant == tenant)
    if cursor is not None:
        query = query.where(_LETTERS.c.id < cursor)
    with parts.database.connect() as connection:
        rows = connection.execute(query.order_by(_LETTERS.c.id.desc()).limit(limit + 1)).all()
    shown = [_letter(row) for row in rows[:limit]]
    return DeadLetterList(
        data=tuple(shown), next_cursor=shown[-1].id if len(rows) > limit else None
    )


def read(parts: Parts, tenant: str, letter_id: str) -> DeadLetter:
    """Return one dead letter."""
    query = select(_LETTERS).where(_LETTERS.c.id == letter_id, _LETTERS.c.tenant == tenant)
    with parts.database.connect() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise _unknown()
    return _letter(row)


def discard(parts: Parts, tenant: str, letter_id: str) -> None:
    """Remove a dead letter; its job or batch stays as it is, and can still be retried by itself."""
    with parts.database.begin() as connection:
        gone = [
            connection.execute(delete(table).where(_own(table, tenant, letter_id))).rowcount
            for table in (dead_letters, batch_letters)
        ]
    if not any(gone):
        raise _unknown()


def requeue(parts: Parts, tenant: str, letter_id: str) -> DeadLetter:
    """Put what a dead letter is about back in the queue, and return the letter."""
    letter = read(parts, tenant, letter_id)
    with unit_of_work(parts.database, parts.send) as unit:
        if letter.job_id is not None:
            _requeue_job(unit, letter.job_id)
        if letter.batch_id is not None:
            _requeue_batch(unit, letter.batch_id)
        table = dead_letters if letter.batch_id is None else batch_letters
        own = _own(table, tenant, letter_id)
        unit.connection.execute(update(table).where(own).values(requeued_at=func.now()))
    return letter


def _requeue_job(unit: Unit, job_id: str) -> None:
    job = lock(unit, job_id)
    if job is None:
        raise _unknown()
    if job.status in TERMINAL:
        jobs.restart(unit, job)


def _requeue_batch(unit: Unit, batch_id: str) -> None:
    """Have a batch opened once more, unless it is already."""
    batch = batch_rows.lock(unit, batch_id)
    if batch is None:
        raise _unknown()
    if batch.expanded:
        batches.open_again(unit, batch_id)


def _own(table: Table, tenant: str, letter_id: str) -> ColumnElement[bool]:
    return (table.c.id == letter_id) & (table.c.tenant == tenant)


def _letter(row: Row[Any]) -> DeadLetter:
    named = {name: getattr(row, name) for name in DeadLetter.model_fields}
    return DeadLetter.model_validate(named)


def _unknown() -> ApiError:
    return not_found("死信", "dead letter")
