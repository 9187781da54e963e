"""How the service is doing as a whole: what every view of a waiting job needs, counted once."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy
from sqlalchemy import Connection, func, literal_column, select

from schemas.job import Priority
from schemas.tables_sql import HELD, jobs, pages, service_state, tenants
from storage.events import seconds
from storage.outbox import at_once

RECENT_S = 120.0
_FRESH_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """Counts of this moment: what waits for its turn, what is under way, at what pace it goes."""

    workers_seen: bool = True
    held: Mapping[tuple[Priority, str], int] = field(default_factory=dict)
    """Jobs that wait for their turn, by priority and tenant."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Tenants whose share is not 1."""
    pages_under_way: Mapping[Priority, int] = field(default_factory=dict)
    """Pages handed out and not read yet, by priority."""
    pages_lately: int = 0
    """Pages read in the last RECENT_S seconds."""
    jobs_lately: int = 0
    """Jobs these pages were of."""

    @property
    def seconds_a_page(self) -> float | None:
        """Return the pace, or None when nothing was read lately."""
        return RECENT_S / self.pages_lately if self.pages_lately else None

    @property
    def pages_a_job(self) -> float:
        """Return how many pages a job had lately."""
        return self.pages_lately / self.jobs_lately if self.jobs_lately else 1.0

    def pages_first(self, priority: Priority) -> int:
        """Return how many pages under way are read before one that is handed out now.

        The two priorities are taken in turn.
        """
        own = self.pages_under_way.get(priority, 0)
        other = sum(self.pages_under_way.values()) - own
        return own + min(own, other)

    def others_first(self, priority: Priority, tenant: str, own_first: int) -> int:
        """Return how many jobs of others begin before one that has `own_first` of its own ahead."""
        mine = self.weights.get(tenant, 1.0)
        return sum(
            min(count, round((own_first + 1) * self.weights.get(other, 1.0) / mine))
            for (kind, other), count in self.held.items()
            if kind == priority and other != tenant
        )


class Watch:
    """Takes the pulse at most once a second, whoever asks, however many ask."""

    def __init__(self, no_worker_after_s: float) -> None:
        self._no_worker_after_s = no_worker_after_s
        self._lock = threading.Lock()
        self._taken_at = -_FRESH_S
        self._pulse = Pulse()

    def pulse(self, database: sqlalchemy.Engine) -> Pulse:
        """Return the pulse, at most a second old; who comes while it is taken gets the last one."""
        if time.monotonic() - self._taken_at < _FRESH_S:
            return self._pulse
        first = self._taken_at < 0
        if not self._lock.acquire(blocking=first):
            return self._pulse
        try:
            if time.monotonic() - self._taken_at >= _FRESH_S:
                with at_once(database).connect() as connection:
                    self._pulse = take(connection, self._no_worker_after_s)
                self._taken_at = time.monotonic()
        finally:
            self._lock.release()
        return self._pulse


def take(connection: Connection, no_worker_after_s: float) -> Pulse:
    """Count everything, by indexes that hold only what is on its way."""
    held = connection.execute(
        select(jobs.c.priority, jobs.c.tenant, func.count().label("number"))
        .where(literal_column(f"({HELD})"))
        .group_by(jobs.c.priority, jobs.c.tenant)
    )
    weights = connection.execute(select(tenants.c.tenant, tenants.c.weight))
    under_way = connection.execute(
        select(jobs.c.priority, func.count().label("number"))
        .join(jobs, jobs.c.id == pages.c.job_id)
        .where(pages.c.status.in_(("queued", "running")), jobs.c.status == "running")
        .group_by(jobs.c.priority)
    )
    recent = pages.c.finished_at > func.now() - seconds(RECENT_S)
    lately = connection.execute(
        select(func.count().label("pages"), func.count(pages.c.job_id.distinct()).label("jobs"))
        .select_from(pages)
        .where(recent)
    ).one()
    return Pulse(
        workers_seen=workers_seen(connection, no_worker_after_s),
        held={(row.priority, row.tenant): row.number for row in held},
        weights={row.tenant: row.weight for row in weights},
        pages_under_way={row.priority: row.number for row in under_way},
        pages_lately=lately.pages,
        jobs_lately=lately.jobs,
    )


def workers_seen(connection: Connection, no_worker_after_s: float) -> bool:
    """Say whether any worker gave a sign of life lately."""
    recent = func.now() - seconds(no_worker_after_s)
    seen = select(service_state.c.at > recent).where(service_state.c.name == "sweep")
    return bool(connection.execute(seen).scalar_one_or_none())
