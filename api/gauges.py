"""What stands in the rows right now: numbers of things, and how old the oldest of them is.

Only indexes of what is on its way are read, so that a look costs the same however much is stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, func, literal_column, select

from schemas.tables_sql import (
    HELD,
    batch_letters,
    batches,
    dead_letters,
    jobs,
    outbox,
    pages,
    webhook_deliveries,
)

_ON_ITS_WAY = ("queued", "running")
_LEASED: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (jobs, _ON_ITS_WAY),
    (pages, _ON_ITS_WAY),
    (batches, _ON_ITS_WAY),
    (webhook_deliveries, ("pending",)),
)


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """A number that goes up and down, by the values of its labels."""

    name: str
    text: str
    labels: tuple[str, ...] = ()
    samples: tuple[tuple[tuple[str, ...], float], ...]


def gauges(connection: Connection) -> list[Gauge]:
    """Return all gauges that come from rows."""
    return [
        _by_status(connection, jobs, "gouji_jobs", "Jobs that are not finished, by status."),
        _by_status(connection, pages, "gouji_pages", "Pages that are not read yet, by status."),
        _by_status(connection, batches, "gouji_batches", "Batches not finished, by status."),
        _held(connection),
        _age(connection, "gouji_oldest_queued_seconds", "Age of the oldest queued job.",
             jobs.c.created_at, jobs.c.status == "queued"),
        _number(connection, "gouji_outbox_messages", "Messages not sent yet.", outbox),
        _age(connection, "gouji_outbox_oldest_seconds", "Age of the oldest message not sent.",
             outbox.c.created_at),
        _dead_letters(connection),
        _leases(connection),
        _retrying(connection),
        *_webhooks(connection),
    ]  # fmt: skip


def _by_status(connection: Connection, table: Table, name: str, text: str) -> Gauge:
    rows = connection.execute(
        select(table.c.status, func.count().label("number"))
        .where(table.c.status.in_(_ON_ITS_WAY))
        .group_by(table.c.status)
    )
    found = dict.fromkeys(_ON_ITS_WAY, 0.0) | {row.status: row.number for row in rows}
    return Gauge(name=name, text=text, labels=("status",), samples=_labelled(found.items()))


def _held(connection: Connection) -> Gauge:
    rows = connection.execute(
        select(jobs.c.priority, func.count().label("number"))
        .where(literal_column(f"({HELD})"))
        .group_by(jobs.c.priority)
    )
    found = {"interactive": 0.0, "bulk": 0.0} | {row.priority: row.number for row in rows}
    text = "Jobs that wait for their turn, by priority."
    return Gauge(
        name="gouji_jobs_held", text=text, labels=("priority",), samples=_labelled(found.items())
    )


def _dead_letters(connection: Connection) -> Gauge:
    number = sum(
        _count(connection, table, table.c.requeued_at.is_(None))
        for table in (dead_letters, batch_letters)
    )
    text = "Steps, pages and batches given up and not requeued."
    return Gauge(name="gouji_dead_letters", text=text, samples=(((), number),))


def _leases(connection: Connection) -> Gauge:
    """Count rows somebody works on, and those whose holder fell silent."""
    samples = []
    for table, statuses in _LEASED:
        ours = table.c.status.in_(statuses) & table.c.lease_until.is_not(None)
        live = table.c.lease_until >= func.now()
        row = connection.execute(
            select(
                func.count().filter(live).label("live"), func.count().filter(~live).label("expired")
            ).where(ours)
        ).one()
        samples += [((table.name, "live"), row.live), ((table.name, "expired"), row.expired)]
    text = "Leases on rows, by table; an expired one is taken up by housekeeping."
    return Gauge(name="gouji_leases", text=text, labels=("table", "state"), samples=tuple(samples))


def _retrying(connection: Connection) -> Gauge:
    samples = []
    for table, statuses in _LEASED:
        again = table.c.status.in_(statuses) & (table.c.attempts > 1)
        number = connection.execute(select(func.count()).select_from(table).where(again))
        samples.append(((table.name,), number.scalar_one()))
    text = "Rows under way at their second attempt or a later one, by table."
    return Gauge(name="gouji_retrying", text=text, labels=("table",), samples=tuple(samples))


def _webhooks(connection: Connection) -> list[Gauge]:
    pending = webhook_deliveries.c.status == "pending"
    first = "Events not delivered yet."
    return [
        Gauge(
            name="gouji_webhook_deliveries",
            text=first,
            labels=("status",),
            samples=((("pending",), _count(connection, webhook_deliveries, pending)),),
        ),
        _age(
            connection,
            "gouji_webhook_oldest_pending_seconds",
            "Age of the oldest event not delivered yet, whatever its receiver answers.",
            webhook_deliveries.c.created_at,
            pending,
        ),
        _age(
            connection,
            "gouji_webhook_lag_seconds",
            "How long the most overdue delivery waits beyond the time it should be tried.",
            webhook_deliveries.c.due_at,
            pending,
        ),
    ]


def _number(
    connection: Connection, name: str, text: str, table: Table, *conditions: ColumnElement[bool]
) -> Gauge:
    number = _count(connection, table, *conditions)
    return Gauge(name=name, text=text, samples=(((), number),))


def _count(connection: Connection, table: Table, *conditions: ColumnElement[bool]) -> float:
    counted = select(func.count()).select_from(table).where(*conditions)
    return float(connection.execute(counted).scalar_one())


def _age(
    connection: Connection,
    name: str,
    text: str,
    since: ColumnElement[object],
    *conditions: ColumnElement[bool],
) -> Gauge:
    age = func.extract("epoch", func.now() - func.min(since))
    found = connection.execute(select(age).where(*conditions)).scalar_one_or_none()
    return Gauge(name=name, text=text, samples=(((), max(0.0, float(found or 0))),))


def _labelled(counts: Iterable[tuple[str, float]]) -> tuple[tuple[tuple[str, ...], float], ...]:
    return tuple(((label,), float(number)) for label, number in counts)
