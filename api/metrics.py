"""What is counted, in Prometheus' text format: read from the rows themselves, so always true."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Table, func, literal_column, select

from api import pulse
from api.parts import Parts
from schemas.tables_sql import (
    HELD,
    batches,
    dead_letters,
    jobs,
    outbox,
    pages,
    webhook_deliveries,
)
from storage.outbox import BrokerUnavailable

Sample = tuple[Mapping[str, str], float]


def render(parts: Parts) -> str:
    """Return all metrics."""
    with parts.database.connect() as connection:
        blocks = [
            _by_status(connection, jobs, "gouji_jobs", "Jobs by status."),
            _by_status(connection, pages, "gouji_pages", "Pages by status."),
            _by_status(connection, batches, "gouji_batches", "Batches by status."),
            _by_status(
                connection, webhook_deliveries, "gouji_webhook_deliveries", "Deliveries by status."
            ),
            _total(connection, outbox, "gouji_outbox_messages", "Messages not sent yet."),
            _total(connection, dead_letters, "gouji_dead_letters", "Steps and pages given up."),
            _block("gouji_jobs_held", "Jobs that wait for their turn, by priority.",
                   _held(connection)),
            _block("gouji_oldest_queued_seconds", "Age of the oldest queued job.",
                   [({}, _oldest(connection))]),
            _block("gouji_workers_seen", "Whether workers gave a sign of life lately.",
                   [({}, float(pulse.workers_seen(connection, parts.settings.no_worker_after_s)))]),
        ]  # fmt: skip
    return "".join([*blocks, *_broker(parts)])


def _broker(parts: Parts) -> list[str]:
    """Return the depths of the queues, or only that the broker is away."""
    up = ("gouji_broker_up", "Whether the broker answers.")
    try:
        depths = parts.depths.read()
    except BrokerUnavailable:
        return [_block(*up, [({}, 0.0)])]
    samples: list[Sample] = [({"queue": queue}, depth) for queue, depth in depths.items()]
    return [
        _block(*up, [({}, 1.0)]),
        _block("gouji_queue_messages", "Messages waiting in the broker.", samples),
    ]


def _by_status(connection: Connection, table: Table, name: str, text: str) -> str:
    rows = connection.execute(
        select(table.c.status, func.count().label("number")).group_by(table.c.status)
    )
    return _block(name, text, [({"status": row.status}, row.number) for row in rows])


def _total(connection: Connection, table: Table, name: str, text: str) -> str:
    number = connection.execute(select(func.count()).select_from(table)).scalar_one()
    return _block(name, text, [({}, number)])


def _held(connection: Connection) -> list[Sample]:
    rows = connection.execute(
        select(jobs.c.priority, func.count().label("number"))
        .where(literal_column(f"({HELD})"))
        .group_by(jobs.c.priority)
    )
    return [({"priority": row.priority}, row.number) for row in rows]


def _oldest(connection: Connection) -> float:
    age = func.extract("epoch", func.now() - func.min(jobs.c.created_at))
    found = connection.execute(select(age).where(jobs.c.status == "queued")).scalar_one_or_none()
    return float(found or 0)


def _block(name: str, text: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
    for labels, value in samples:
        inside = ",".join(f'{key}="{label}"' for key, label in labels.items())
        lines.append(f"{name}{{{inside}}} {value:g}" if inside else f"{name} {value:g}")
    return "\n".join(lines) + "\n"
