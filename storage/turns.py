"""Letting jobs begin: a few of each priority are under way, taken from the tenants in turn.

A job waits as a row alone, without a message (`schemas.tables_sql.HELD`), until there is room and
it is its tenant's turn. So ten thousand documents of one tenant stand before nobody else's one, and
the broker never holds more than what is about to be worked on.
"""

from collections import Counter
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from schemas import message
from schemas.environment import Addresses
from schemas.job import Priority
from schemas.tables_sql import HELD, IN_FLIGHT, jobs, tenants, turns
from schemas.turn import Standing, deal
from storage.events import seconds
from storage.outbox import Unit

RESEND_S = 20.0
"""A step whose message was lost is asked about by the sweeper after this long."""

_ADVISORY_LOCKS: dict[Priority, int] = {"interactive": 7_160_003, "bulk": 7_160_004}
_AT_A_TIME = 4
"""Turns are dealt when a quarter of the room is free: dealing costs more than counting."""
_CLOCK = ""
"""In place of a tenant: the row that holds a priority's clock."""

_WAITING = text(f"""
    WITH RECURSIVE waiting AS (
        (SELECT tenant FROM jobs WHERE {HELD} AND priority = :priority ORDER BY tenant LIMIT 1)
        UNION ALL
        SELECT (SELECT j.tenant FROM jobs j
                WHERE {HELD} AND j.priority = :priority AND j.tenant > w.tenant
                ORDER BY j.tenant LIMIT 1)
        FROM waiting w WHERE w.tenant IS NOT NULL)
    SELECT w.tenant, coalesce(t.served, 0) AS served, coalesce(n.weight, 1) AS weight
    FROM waiting w
    LEFT JOIN turns t ON t.priority = :priority AND t.tenant = w.tenant
    LEFT JOIN tenants n ON n.tenant = w.tenant
    WHERE w.tenant IS NOT NULL""")  # noqa: S608  our own words only


@cache
def room() -> int:
    """Return how many jobs of a priority may be under way at once."""
    return Addresses().jobs_in_flight


def begins_at() -> ColumnElement[datetime | None]:
    """Return `due_at` of a new job as SQL: a time when there is room for it, null to wait.

    Parameters: `priority` of the job, and `room`.
    """
    own = bindparam("priority", type_=Text)
    taken = _counted(_under_way(own).limit(bindparam("room")))
    return case((taken < bindparam("room"), func.now() + seconds(RESEND_S)), else_=None)


def release(unit: Unit, priority: Priority, room_left: int | None = None) -> None:
    """Let waiting jobs begin for as long as there is room, of which some may be known to be left.

    When somebody else is at it nothing is done: the next job to end, or the sweeper, does it.
    """
    lock = func.pg_try_advisory_xact_lock(_ADVISORY_LOCKS[priority])
    free = _free(unit, priority) if room_left is None else room_left
    if free < max(1, room() // _AT_A_TIME):
        return
    if not unit.connection.execute(select(lock)).scalar():
        return
    free = _free(unit, priority)
    while free > 0:
        begun = _round(unit, priority, free)
        if not begun:
            return
        free -= begun


def charge(unit: Unit, priority: Priority, tenant: str, pages: int) -> None:
    """Count a document of many pages as that many turns; its first page was paid for."""
    if pages < 2:
        return
    weight = select(tenants.c.weight).where(tenants.c.tenant == tenant).scalar_subquery()
    unit.connection.execute(
        update(turns)
        .where(turns.c.priority == priority, turns.c.tenant == tenant)
        .values(served=turns.c.served + (pages - 1) / func.coalesce(weight, 1.0))
    )


def _free(unit: Unit, priority: Priority) -> int:
    left = room_left(literal(priority), but=literal(""))
    return int(unit.connection.execute(select(left)).scalar_one())


def room_left(priority: ColumnElement[str], *, but: ColumnElement[str]) -> ColumnElement[int]:
    """Return how many jobs may begin as SQL, 0 when none waits; the job `but` is not counted."""
    waits = exists().where(
        jobs.c.priority == priority, jobs.c.id != but, literal_column(f"({HELD})")
    )
    in_flight = _counted(_under_way(priority).where(jobs.c.id != but).limit(room()))
    return case((waits, room() - in_flight), else_=0)


def _under_way(priority: ColumnElement[str]) -> Select[Any]:
    """Return the jobs of a priority whose turn has come.

    In the order of the index that has these and no others: the planner takes another one of all
    that are not finished for as good, in which those stand that wait, ten thousand perhaps.
    """
    own = jobs.c.priority.between(priority, priority)
    some = select(jobs.c.id).where(own, literal_column(f"({IN_FLIGHT})"))
    return some.order_by(jobs.c.priority, jobs.c.tenant)


def _counted(some: Select[Any]) -> ColumnElement[int]:
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def _round(unit: Unit, priority: Priority, free: int) -> int:
    """Deal out turns and begin jobs for them; a tenant may have fewer jobs than turns."""
    found = unit.connection.execute(_WAITING, {"priority": priority}).all()
    waiting = [Standing(tenant=r.tenant, served=r.served, weight=r.weight) for r in found]
    clock_row = (turns.c.priority == priority) & (turns.c.tenant == _CLOCK)
    said = select(turns.c.served).where(clock_row)
    before = float(unit.connection.execute(said).scalar_one_or_none() or 0.0)
    dealt, clock = deal(free, waiting, before)
    accounts = {_CLOCK: clock}
    begun = 0
    for tenant, number in Counter(dealt).items():
        given = _begin(unit, priority, tenant, number)
        own = next(one for one in waiting if one.tenant == tenant)
        accounts[tenant] = max(own.served, before) + given / own.weight
        begun += given
    _write(unit, priority, accounts)
    return begun


def _begin(unit: Unit, priority: Priority, tenant: str, number: int) -> int:
    """Let a tenant's first waiting jobs begin; return how many there were."""
    first = (
        select(jobs.c.id)
        .where(jobs.c.priority == priority, jobs.c.tenant == tenant, literal_column(f"({HELD})"))
        .order_by(jobs.c.id)
        .limit(number)
        .with_for_update(skip_locked=True, key_share=True)
    )
    begun = unit.connection.execute(
        update(jobs)
        .where(jobs.c.id.in_(first.scalar_subquery()))
        .values(due_at=func.now() + seconds(RESEND_S), version=jobs.c.version + 1)
        .returning(jobs.c.id)
    ).scalars()
    ids = sorted(begun)
    unit.post(*(message.inspect(job_id, priority) for job_id in ids))
    return len(ids)


def _write(unit: Unit, priority: Priority, accounts: dict[str, float]) -> None:
    rows = [
        {"priority": priority, "tenant": tenant, "served": served}
        for tenant, served in sorted(accounts.items())
    ]
    written = insert(turns)
    unit.connection.execute(
        written.on_conflict_do_update(
            index_elements=["priority", "tenant"], set_={"served": written.excluded.served}
        ),
        rows,
    )
