"""Delete what has been kept for as long as its batch, its tenant or the operator wants.

The number of the batch comes first, then that of the tenant, then `GOUJI_RETENTION_DAYS`; 0 keeps
for ever. Jobs of a batch are kept for as long as it is. Rows are marked here; the bytes go as those
of everything that is deleted.
"""

import time
from datetime import datetime

import structlog
from pydantic import JsonValue
from sqlalchemy import ColumnElement, Connection, delete, func, literal_column, select, union

from schemas.ids import make_id
from schemas.tables_sql import ALONE, api_keys, batches, jobs, tenants, webhook_deliveries
from storage import audit, removal
from storage.outbox import unit_of_work
from workers.parts import Parts
from workers.tasks.discard import time_has_come

log = structlog.get_logger()

_BATCHES_AT_A_TIME = 20
_JOBS_AT_A_TIME = 1000
_DELIVERIES_AT_A_TIME = 20_000
_DAY_S = 86_400


def expire(parts: Parts) -> None:
    """Look, once a minute, for what was kept long enough, and delete it."""
    with parts.database.begin() as connection:
        if not time_has_come(connection, "retention"):
            return
        due = _due_batches(connection, parts.settings.retention_days)
    for tenant, batch_id in due:
        _expire_batch(parts, tenant, batch_id)
    with parts.database.connect() as connection:
        kept = _days_by_tenant(connection, parts.settings.retention_days)
    for tenant, days in kept.items():
        _expire_jobs(parts, tenant, days)
    _expire_deliveries(parts)


def _due_batches(connection: Connection, default_days: int) -> list[tuple[str, str]]:
    days = func.coalesce(batches.c.retention_days, tenants.c.retention_days, default_days)
    query = (
        select(batches.c.tenant, batches.c.id)
        .outerjoin(tenants, tenants.c.tenant == batches.c.tenant)
        .where(batches.c.deleted_at.is_(None), days > 0, batches.c.finished_at < _ago(days))
        .order_by(batches.c.finished_at)
        .limit(_BATCHES_AT_A_TIME)
    )
    return [(row.tenant, row.id) for row in connection.execute(query)]


def _expire_batch(parts: Parts, tenant: str, batch_id: str) -> None:
    """Delete one batch, unless it was taken up again meanwhile."""
    finished = select(batches.c.id).where(
        batches.c.id == batch_id, batches.c.finished_at.is_not(None), batches.c.deleted_at.is_(None)
    )
    with unit_of_work(parts.database, parts.send) as unit:
        if unit.connection.execute(finished).one_or_none() is None:
            return
        marked = removal.mark_batch(unit, tenant, batch_id)
        number: dict[str, JsonValue] = {"jobs": marked.jobs + marked.left}
        audit.note(unit.connection, tenant, audit.RETENTION, "batch.expired", [batch_id], number)
    log.info("batch_expired", batch_id=batch_id, jobs=marked.jobs, left=marked.left)


def _days_by_tenant(connection: Connection, default_days: int) -> dict[str, int]:
    """Return how long single jobs are kept, of the tenants that do not keep them for ever."""
    known = union(select(api_keys.c.tenant), select(tenants.c.tenant), select(_LOCAL)).subquery()
    days = func.coalesce(tenants.c.retention_days, default_days)
    query = (
        select(known.c.tenant, days.label("days"))
        .outerjoin(tenants, tenants.c.tenant == known.c.tenant)
        .where(days > 0)
        .order_by(known.c.tenant)
    )
    return {row.tenant: row.days for row in connection.execute(query)}


_LOCAL: ColumnElement[str] = literal_column("'local'")
"""The tenant that has no key."""


def _expire_jobs(parts: Parts, tenant: str, days: int) -> None:
    """Delete single jobs of a tenant, the oldest first and some at a time."""
    first = (
        select(jobs.c.id)
        .where(jobs.c.tenant == tenant, literal_column(f"({ALONE})"))
        .where(jobs.c.finished_at < _ago(days))
        .order_by(jobs.c.finished_at)
        .limit(_JOBS_AT_A_TIME)
    )
    with parts.database.begin() as connection:
        due = list(connection.execute(first).scalars())
        over = jobs.c.id.in_(due) & jobs.c.finished_at.is_not(None)
        gone = removal.mark_jobs(connection, tenant, over) if due else []
        audit.note(connection, tenant, audit.RETENTION, "job.expired", gone)
    if gone:
        log.info("jobs_expired", tenant=tenant, jobs=len(gone))


def _expire_deliveries(parts: Parts) -> None:
    """Delete the oldest deliveries that ended too long ago, with their attempts.

    They are found by identifier, which begins with the time it was made.
    """
    table, days = webhook_deliveries.c, parts.settings.delivery_log_days
    oldest_kept = make_id("whd", round(1000 * (time.time() - days * _DAY_S)), 0)
    first = (
        select(table.id)
        .where(table.id < oldest_kept, table.finished_at < _ago(days))
        .order_by(table.id)
        .limit(_DELIVERIES_AT_A_TIME)
    )
    with parts.database.begin() as connection:
        gone = connection.execute(delete(webhook_deliveries).where(table.id.in_(first))).rowcount
    if gone:
        log.info("deliveries_expired", deliveries=gone)


def _ago(days: ColumnElement[int] | int) -> ColumnElement[datetime]:
    return func.now() - func.make_interval(0, 0, 0, days)
