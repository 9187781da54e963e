"""What the service was at from second to second: what a standstill was made of."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
import sqlalchemy
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from schemas.tables_sql import jobs, pages, processes
from storage.events import seconds
from tests.chaos.service import Role, Service

_ROLES: tuple[Role, ...] = ("supervisor", "api", "worker", "child")
_EVERY_S = 1.0
_FRESH_S = 7.0
"""A process writes its row every five seconds."""

_STAGES = select(jobs.c.status, jobs.c.stage, func.count()).group_by(jobs.c.status, jobs.c.stage)
_HELD = [
    select(func.count()).where(table.c.lease_until > func.now(), table.c.status == "running")
    for table in (jobs, pages)
]
_READY = select(processes.c.queues).where(
    processes.c.kind == "worker",
    processes.c.ended_at.is_(None),
    processes.c.seen_at > func.now() - seconds(_FRESH_S),
)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What there was at a moment, in seconds from the beginning."""

    at: float
    done: int
    """Jobs that had ended."""
    stages: dict[str, int]
    """Jobs under way, by status and stage."""
    held: int
    """Pages and steps somebody held."""
    roles: dict[str, int]
    """Processes there were, by role."""
    ready: dict[str, int]
    """Processes that had said they are ready, by their first queue."""


@dataclass
class Course:
    """Looks every second, from a thread of its own."""

    rows: sqlalchemy.Engine
    service: Service
    moments: list[Moment] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self._over.wait(_EVERY_S):
            with suppress(SQLAlchemyError, psutil.Error):
                self.moments.append(self._look())

    def stop(self) -> None:
        self._over.set()

    def _look(self) -> Moment:
        there = {role: len(self.service.processes(role)) for role in _ROLES}
        with self.rows.connect() as connection:
            counted = connection.execute(_STAGES).all()
            held = sum(int(connection.execute(query).scalar_one()) for query in _HELD)
            ready = Counter(str(row.queues[0]) for row in connection.execute(_READY))
        active = {
            f"{status}/{stage}": number
            for status, stage, number in counted
            if status in ("queued", "running")
        }
        return Moment(
            at=time.monotonic() - self.began,
            done=sum(number for *_, number in counted) - sum(active.values()),
            stages=active,
            held=held,
            roles=there,
            ready=dict(ready),
        )


def standstills(moments: Sequence[Moment], longer_s: float) -> list[Sequence[Moment]]:
    """Return the stretches in which work was there and none of it ended, the longest first."""
    found: list[Sequence[Moment]] = []
    first = 0
    for at, moment in enumerate(moments):
        if not moment.stages or moment.done != moments[first].done:
            found.append(moments[first:at])
            first = at
    found.append(moments[first:])
    long = [own for own in found if own and own[-1].at - own[0].at >= longer_s and own[0].stages]
    return sorted(long, key=lambda own: own[0].at - own[-1].at)


def describe(still: Sequence[Moment]) -> Iterator[str]:
    """Say what was there in a standstill, a line for each time that it changed."""
    said = ""
    for moment in still:
        there = ", ".join(f"{number} {role}" for role, number in moment.roles.items())
        ready = ", ".join(f"{number} {queue}" for queue, number in sorted(moment.ready.items()))
        now = f"{there}; ready: {ready or 'none'}; {moment.held} held"
        if now != said:
            yield f"    {moment.at:7.0f} s  {now}"
        said = now
