"""Housekeeping: send again what is stuck, forget what is old. Any worker may run it, one does."""

from collections.abc import Callable, Sequence
from typing import Any, get_args

import sqlalchemy
import structlog
from sqlalchemy import Connection, Row, Table, and_, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from schemas import message
from schemas.job import ASSEMBLY, Priority
from schemas.message import Message, Queue
from schemas.tables_sql import (
    batches,
    idempotency_keys,
    jobs,
    pages,
    service_state,
    webhook_deliveries,
)
from storage import outbox as outgoing
from storage import presence, turns
from storage.broker import Waiting
from storage.events import seconds
from storage.outbox import unit_of_work
from storage.tally import timing
from workers import app
from workers.parts import Parts
from workers.tasks.discard import discard
from workers.tasks.leftovers import clear
from workers.tasks.retention import expire

log = structlog.get_logger()

_ADVISORY_LOCK_SWEEP = 7_160_002
_AT_A_TIME = 500
_LEFT_BEHIND_S = 3.0
_IDEMPOTENCY_DAYS = 2

_RUNNING = jobs.c.status == "running"


@app.task("gouji.sweep")
def sweep(parts: Parts) -> None:
    """Do one round, unless another worker is at it."""
    with timing("sweep"):
        _sweep(parts)


def _sweep(parts: Parts) -> None:
    outgoing.drain(parts.database, parts.send, older_than_s=_LEFT_BEHIND_S, limit=_AT_A_TIME)
    with unit_of_work(parts.database, parts.send) as unit:
        if not _alone(unit.connection):
            return
        _set_right(parts, unit.connection)
        for stuck in (_stuck_jobs, _stuck_pages, _stuck_batches, _stuck_deliveries):
            unit.post(*stuck(parts, unit.connection))
        for priority in get_args(Priority):
            turns.release(unit, priority)
        _forget(unit.connection)
        presence.fold(unit.connection)
        _sign_of_life(unit.connection)
    if unit.messages:
        log.info("stuck_resent", number=len(unit.messages))
    expire(parts)
    discard(parts)
    clear(parts)


def _alone(connection: Connection) -> bool:
    lock = func.pg_try_advisory_xact_lock(_ADVISORY_LOCK_SWEEP)
    return bool(connection.execute(select(lock)).scalar())


def _stuck_jobs(parts: Parts, connection: Connection) -> list[Message]:
    waiting = jobs.c.status == "queued"
    inspecting = and_(_RUNNING, jobs.c.stage == "inspecting")
    assembling = and_(_RUNNING, jobs.c.stage.in_(ASSEMBLY))

    def inspection(row: Row[Any]) -> Message:
        return message.inspect(row.id, row.priority)

    def assembly(row: Row[Any]) -> Message:
        return message.assemble(row.id, row.priority)

    return [
        *_take_up(parts, connection, jobs, waiting | inspecting, inspection),
        *_take_up(parts, connection, jobs, assembling, assembly),
    ]


def _stuck_pages(parts: Parts, connection: Connection) -> list[Message]:
    unread = and_(
        pages.c.status.in_(("queued", "running")),
        pages.c.job_id.in_(select(jobs.c.id).where(_RUNNING, jobs.c.stage == "reading")),
    )
    rows = _due(connection, pages, unread)
    wanted = select(jobs.c.id, jobs.c.priority).where(jobs.c.id.in_({r.job_id for r in rows}))
    priorities = {row.id: row.priority for row in connection.execute(wanted)} if rows else {}
    return _again(
        parts,
        connection,
        pages,
        rows,
        lambda row: message.page(row.job_id, row.number, priorities[row.job_id]),
    )


def _stuck_batches(parts: Parts, connection: Connection) -> list[Message]:
    unopened = and_(batches.c.status.in_(("queued", "running")), ~batches.c.expanded)
    return _take_up(parts, connection, batches, unopened, lambda row: message.expand(row.id))


def _stuck_deliveries(parts: Parts, connection: Connection) -> list[Message]:
    """Ask for deliveries to be made when one is due; which, is found out by who makes them."""
    del parts
    due = (webhook_deliveries.c.status == "pending") & (webhook_deliveries.c.due_at < func.now())
    some = connection.execute(select(webhook_deliveries.c.id).where(due).limit(1)).first()
    return [] if some is None else [message.deliver()]


def _take_up(
    parts: Parts,
    connection: Connection,
    table: Table,
    condition: sqlalchemy.ColumnElement[bool],
    ask: Callable[[Row[Any]], Message],
) -> list[Message]:
    return _again(parts, connection, table, _due(connection, table, condition), ask)


def _due(
    connection: Connection, table: Table, condition: sqlalchemy.ColumnElement[bool]
) -> Sequence[Row[Any]]:
    """Lock and return rows whose time to ask has come, the longest waiting first."""
    return connection.execute(
        select(table)
        .where(condition, table.c.due_at < func.now())
        .order_by(table.c.due_at)
        .limit(_AT_A_TIME)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()


def _again(
    parts: Parts,
    connection: Connection,
    table: Table,
    rows: Sequence[Row[Any]],
    ask: Callable[[Row[Any]], Message],
) -> list[Message]:
    """Free the rows and return the messages to send for them.

    The message of a row nobody held may still be in the queue, and is then not doubled; or it was
    lost, in a broker that was flushed or with the worker that had just taken it.
    """
    queues: dict[Queue, Waiting] = {}
    messages: list[Message] = []
    for row in rows:
        wanted = ask(row)
        if wanted.queue not in queues:
            queues[wanted.queue] = parts.waiting(wanted.queue)
        if row.lease_until is not None or not queues[wanted.queue].holds(wanted):
            messages.append(wanted)
        own = and_(*(column == row._mapping[column.name] for column in table.primary_key))
        connection.execute(
            update(table)
            .where(own)
            .values(lease_until=None, due_at=func.now() + seconds(parts.settings.resend_s))
        )
    return messages


def _set_right(parts: Parts, connection: Connection) -> None:
    """End waits that reach farther than any can: the database's clock was set back meanwhile."""
    settings = parts.settings
    backoff_s = settings.retry_backoff_s * 2**settings.max_attempts
    longest_s = max(settings.lease_s, settings.resend_s, backoff_s)
    soon = func.now() + seconds(settings.lease_s)
    for table in (jobs, pages, batches):
        active = table.c.status.in_(("queued", "running"))
        held = table.c.lease_until.is_not(None)  # then it is the same moment as `due_at`
        connection.execute(
            update(table)
            .where(active, table.c.due_at > func.now() + seconds(longest_s))
            .values(due_at=soon, lease_until=case((held, soon)))
        )


def _forget(connection: Connection) -> None:
    day = func.make_interval(0, 0, 0, _IDEMPOTENCY_DAYS)
    connection.execute(
        delete(idempotency_keys).where(idempotency_keys.c.created_at < func.now() - day)
    )


def _sign_of_life(connection: Connection) -> None:
    """Note when housekeeping last ran, so that the API can tell when no worker is there."""
    seen = insert(service_state).values(name="sweep")
    connection.execute(seen.on_conflict_do_update(index_elements=["name"], set_={"at": func.now()}))
