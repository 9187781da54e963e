"""The room's SQL of dead letters: documents given up after too many attempts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, select, update

from api import jobs
from api.errors import ApiError, not_found
from api.parts import Parts
from schemas.failure import Failure
from schemas.job import TERMINAL
from schemas.tables_sql import dead_letters
from schemas.value import Value
from storage.jobs import lock
from storage.outbox import unit_of_work


class DeadLetter(Value):
    """A step or page that was given up, and why."""

    id: str
    job_id: str
    page: int | None
    task: str
    failure: Failure
    created_at: datetime
    requeued_at: datetime | None


class DeadLetterList(Value):
    """One page of dead letters; `next_cursor` is null on the last."""

    data: tuple[DeadLetter, ...]
    next_cursor: str | None


def listed(parts: Parts, tenant: str, cursor: str | None, limit: int) -> DeadLetterList:
    """Return a page of dead letters, the newest first."""
    query = select(dead_letters).where(dead_letters.c.tenant == tenant)
    if cursor is not None:
        query = query.where(dead_letters.c.id < cursor)
    with parts.database.connect() as connection:
        rows = connection.execute(query.order_by(dead_letters.c.id.desc()).limit(limit + 1)).all()
    shown = [_letter(row) for row in rows[:limit]]
    return DeadLetterList(
        data=tuple(shown), next_cursor=shown[-1].id if len(rows) > limit else None
    )


def read(parts: Parts, tenant: str, letter_id: str) -> DeadLetter:
    """Return one dead letter."""
    with parts.database.connect() as connection:
        row = connection.execute(select(dead_letters).where(_own(tenant, letter_id))).one_or_none()
    if row is None:
        raise _unknown()
    return _letter(row)


def discard(parts: Parts, tenant: str, letter_id: str) -> None:
    """Remove a dead letter; its job stays as it is, and can still be retried by itself."""
    with parts.database.begin() as connection:
        gone = connection.execute(delete(dead_letters).where(_own(tenant, letter_id)))
    if not gone.rowcount:
        raise _unknown()


def requeue(parts: Parts, tenant: str, letter_id: str) -> str:
    """Put the job of a dead letter back in the queue and return the job's id."""
    own = _own(tenant, letter_id)
    with unit_of_work(parts.database, parts.send) as unit:
        job_id = unit.connection.execute(
            select(dead_letters.c.job_id).where(own)
        ).scalar_one_or_none()
        job = lock(unit, job_id) if job_id is not None else None
        if job is None:
            raise _unknown()
        if job.status in TERMINAL:
            jobs.restart(unit, job)
        unit.connection.execute(update(dead_letters).where(own).values(requeued_at=func.now()))
    return job.id


def _own(tenant: str, letter_id: str) -> ColumnElement[bool]:
    return (dead_letters.c.id == letter_id) & (dead_letters.c.tenant == tenant)


def _letter(row: Row[Any]) -> DeadLetter:
    named = {name: getattr(row, name) for name in DeadLetter.model_fields}
    return DeadLetter.model_validate(named)


def _unknown() -> ApiError:
    return not_found("死信", "dead letter")
