"""Leases: who works on a row, for how long, and whose result still counts.

A claim counts an attempt and raises the row's fencing token. A heartbeat renews the lease while
the work goes on; when a worker dies the lease runs out and the sweeper hands the row on. A result
is written only under the token it was worked out with. The database's clock is the only clock.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy
import structlog
from sqlalchemy import ColumnElement, Connection, Row, Table, Update, and_, func, or_, update
from sqlalchemy.exc import SQLAlchemyError

from storage.events import seconds
from storage.rows import JobRow
from workers.heart import HEART, LOOK_S

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A row held by this process: which, under what token, at which attempt (from 1)."""

    table: Table
    row: ColumnElement[bool]
    token: int
    attempt: int

    @property
    def held(self) -> ColumnElement[bool]:
        """The row, as long as nobody else has claimed it since."""
        return and_(self.row, self.table.c.lease_token == self.token)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A job and this process's claim on its current step, or on one of its pages."""

    job: JobRow
    claim: Claim
    page: int | None = None


def claim(
    connection: Connection, table: Table, row: ColumnElement[bool], lease_s: float
) -> Claim | None:
    """Take a row nobody holds; None when it is held, put off or not there."""
    token, attempts = table.c.lease_token, table.c.attempts
    taken = connection.execute(taking(table, row, lease_s).returning(token, attempts))
    return claimed(table, row, taken.one_or_none())


def taking(table: Table, row: ColumnElement[bool], lease_s: float | ColumnElement[float]) -> Update:
    """Return the statement that takes a row; what begins with it may be written along."""
    until = func.now() + seconds(lease_s)
    free = or_(table.c.lease_until.is_(None), table.c.lease_until < func.now())
    return (
        update(table)
        .where(row, free)
        .values(
            attempts=table.c.attempts + 1,
            lease_token=table.c.lease_token + 1,
            lease_until=until,
            due_at=until,
        )
    )


def claimed(table: Table, row: ColumnElement[bool], taken: Row[Any] | None) -> Claim | None:
    """Return the claim on a row that was taken, of `lease_token` and `attempts` as returned."""
    if taken is None:
        return None
    return Claim(table=table, row=row, token=taken.lease_token, attempt=taken.attempts)


def put_off(
    connection: Connection, held: Claim, delay_s: float, *, attempts: int | None = None
) -> bool:
    """Let go of a row, to be taken up again by the sweeper after the delay.

    `attempts` is what the row counts from now on; left out, as many as it does.
    """
    until = func.now() + seconds(delay_s)
    change: dict[str, object] = {"lease_until": until, "due_at": until}
    if attempts is not None:
        change["attempts"] = attempts
    changed = connection.execute(update(held.table).where(held.held).values(change))
    return changed.rowcount == 1


def hand_back(connection: Connection, held: Claim) -> bool:
    """Free a row at once, as if it had not been taken; False when it is ours no more."""
    changed = connection.execute(
        update(held.table)
        .where(held.held)
        .values(
            lease_until=None,
            due_at=func.now(),
            attempts=held.table.c.attempts - 1,
            lease_token=held.table.c.lease_token + 1,
        )
    )
    return changed.rowcount == 1


@contextmanager
def heartbeat(
    database: sqlalchemy.Engine,
    held: Claim,
    lease_s: float,
    look: Callable[[], None] | None = None,
) -> Iterator[None]:
    """Renew the lease from another thread for as long as the block runs.

    `look` is called there now and then: for what must be done whatever the block is at.
    """
    renewed = time.monotonic()

    def act() -> bool:
        nonlocal renewed
        if look is not None:
            look()
        if time.monotonic() - renewed < lease_s / 3:
            return True
        renewed = time.monotonic()
        return _renew(database, held, lease_s)

    with HEART.beating(act, every_s=min(lease_s / 3, LOOK_S)):
        yield


def _renew(database: sqlalchemy.Engine, held: Claim, lease_s: float) -> bool:
    """Renew once; False when the row went to somebody else. A database away is no reason."""
    try:
        with database.begin() as connection:
            return put_off(connection, held, lease_s)
    except SQLAlchemyError:
        log.warning("heartbeat_missed", table=held.table.name)
        return True
