"""Counting a batch and closing it when its last item is done."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, Text, bindparam, func, literal_column, null, or_, select, update

from schemas.batch import BatchStatus, ItemStatus, final_status, item_status
from schemas.event import EventData
from schemas.failure import Failure
from schemas.job import TERMINAL
from schemas.tables_sql import UNFINISHED, batch_items, batches, jobs
from schemas.validation import Verdict
from storage import events
from storage.outbox import Unit
from storage.rows import BatchRow


def lock(unit: Unit, batch_id: str) -> BatchRow | None:
    """Lock a batch's row until the end of the transaction; None when there is none, or no more."""
    there = (batches.c.id == batch_id) & batches.c.deleted_at.is_(None)
    row = unit.connection.execute(
        select(batches).where(there).with_for_update(key_share=True)
    ).one_or_none()
    return None if row is None else BatchRow.of(row)


_OWN = bindparam("of_batch", type_=Text)
_LOCK_OPENED = (
    select(batches.c.id)
    .where(
        batches.c.id == _OWN,
        batches.c.deleted_at.is_(None),
        batches.c.expanded,
        literal_column(f"batches.{UNFINISHED}"),
    )
    .with_for_update(key_share=True)
)
_ON_ITS_WAY = (
    select(jobs.c.id).where(jobs.c.batch_id == _OWN, literal_column(f"jobs.{UNFINISHED}")).limit(1)
)
"""Made once: every document of a batch asks both when it ends."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """A batch in numbers: items by status, and reports by verdict; what nobody has is left out."""

    items: dict[ItemStatus, int]
    verdicts: dict[Verdict, int]


def counts(connection: Connection, batch_id: str) -> Counts:
    """Count the items of a batch: by its jobs, and those that have none or one from before.

    Each of its jobs is one item, so these are counted where they lie together, and not looked for
    one by one.
    """
    number = func.count().label("number")
    error, nothing = jobs.c.error["code"].astext, null()
    made = (
        select(jobs.c.status, error.label("code"), jobs.c.verdict, number)
        .where(jobs.c.batch_id == batch_id)
        .group_by(jobs.c.status, error, jobs.c.verdict)
    )
    own = batch_items.c.error["code"].astext
    without = or_(batch_items.c.error.is_not(None), batch_items.c.job_id.is_(None))
    other = (
        select(nothing.label("status"), own.label("code"), nothing.label("verdict"), number)
        .where(batch_items.c.batch_id == batch_id, without)
        .group_by(own)
    )
    items: Counter[ItemStatus] = Counter()
    verdicts: Counter[Verdict] = Counter()
    for row in connection.execute(made.union_all(other)):
        items[item_status(row.status, row.code)] += row.number
        if row.verdict is not None:
            verdicts[row.verdict] += row.number
    return Counts(items=dict(items), verdicts=dict(verdicts))


def settle(unit: Unit, batch_id: str) -> None:
    """Close the batch if every archive is opened and no job of it is on its way any more.

    Its row is locked before its jobs are looked at: of jobs that end at once, one sees all the
    others. Both are asked at the end of every job of it, and the row is read only by the last.
    """
    own = {"of_batch": batch_id}
    if unit.connection.execute(_LOCK_OPENED, own).first() is None:
        return
    if unit.connection.execute(_ON_ITS_WAY, own).first() is not None:
        return
    status = final_status(
        counts(unit.connection, batch_id).items, reused=_has_reused(unit.connection, batch_id)
    )
    batch = lock(unit, batch_id)
    if status is not None and batch is not None:
        close(unit, batch, status, None)


def _has_reused(connection: Connection, batch_id: str) -> bool:
    """Say whether jobs from before stand for some of a batch's items."""
    reused = select(batch_items.c.position).where(
        batch_items.c.batch_id == batch_id,
        batch_items.c.job_id.is_not(None),
        batch_items.c.error.is_not(None),
    )
    return connection.execute(reused.limit(1)).first() is not None


def reopen(unit: Unit, batch_id: str) -> None:
    """Have a finished batch go on, because a job of it does; its end will be announced again."""
    batch = lock(unit, batch_id)
    if batch is None or batch.status not in TERMINAL:
        return
    unit.connection.execute(
        update(batches)
        .where(batches.c.id == batch_id)
        .values(status="running", finished_at=None, version=batches.c.version + 1)
    )


def close(unit: Unit, batch: BatchRow, status: BatchStatus, error: Failure | None) -> None:
    """Write a locked batch's end and announce it."""
    unit.connection.execute(
        update(batches)
        .where(batches.c.id == batch.id)
        .values(
            status=status,
            expanded=True,
            error=error.model_dump(mode="json") if error else batch_error(batch),
            version=batches.c.version + 1,
            finished_at=func.now(),
            lease_until=None,
            due_at=None,
        )
    )
    base = f"/v1/batches/{batch.id}"
    data = EventData(
        id=batch.id,
        status=status,
        batch_id=batch.id,
        links={"self": base, "items": f"{base}/items", "export": f"{base}/export"},
    )
    events.publish(unit, batch.tenant, "batch.completed", data)


def batch_error(batch: BatchRow) -> object:
    """Return the error a batch already carries, as it is stored."""
    return batch.error.model_dump(mode="json") if batch.error else None
