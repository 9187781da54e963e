"""Processes that say in rows that they are there, and what they have counted.

Any API process reads these rows, so each of them answers for the whole service, and workers need
no port. A process writes its own rows only and whole sums only: writing twice changes nothing.
"""

import os
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import sqlalchemy
import structlog
from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from schemas.tables_sql import processes, tallies
from storage.events import seconds
from storage.tally import TALLY, Tally

log = structlog.get_logger()

Kind = Literal["api", "worker"]

EVERY_S = 5.0
LIVE_S = 30.0
"""A process silent for longer is not counted as live."""
FOLD_S = 900.0
"""A process silent for longer is taken for gone, and its sums are added to those of the past."""
_END_S = 5.0
_PAST = ""
"""In place of a process: the sums of all that are gone."""


class Presence:
    """Writes the rows of this process from a thread of its own; begin it after any fork."""

    def __init__(
        self, database: sqlalchemy.Engine, kind: Kind, queues: Sequence[str] = (),
        tally: Tally = TALLY,
    ) -> None:  # fmt: skip
        self.id = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._database = database
        self._about: dict[str, Any] = {
            "kind": kind,
            "host": socket.gethostname(),
            "queues": sorted(queues),
            "version": version("gouji"),
        }
        self._tally = tally
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="presence", daemon=True)

    def begin(self) -> None:
        """Write now and every few seconds."""
        self._thread.start()

    def end(self) -> None:
        """Write a last time and say that this process is over."""
        self._stop.set()
        self._thread.join(_END_S)
        self._try_to_write(ended=True)

    def _go_on(self) -> None:
        self._try_to_write()
        while not self._stop.wait(EVERY_S):
            self._try_to_write()

    def _try_to_write(self, *, ended: bool = False) -> None:
        """Write; a database away is no reason to stop, for the sums are kept."""
        try:
            self.write(ended=ended)
        except SQLAlchemyError as exc:
            log.warning("presence_not_written", error=type(exc).__name__)

    def write(self, *, ended: bool = False) -> None:
        """Write the rows once."""
        now = func.now()
        row = {
            **self._about,
            "memory_bytes": memory_bytes(),
            "clock_ahead_s": time.time() - func.extract("epoch", func.clock_timestamp()),
            "seen_at": now,
            "ended_at": now if ended else None,
        }
        with self._database.begin() as connection:
            written = insert(processes).values(id=self.id, **row)
            connection.execute(written.on_conflict_do_update(index_elements=["id"], set_=row))
            _write_sums(connection, self.id, self._tally)


def _write_sums(connection: Connection, process_id: str, tally: Tally) -> None:
    rows = [
        {
            "process_id": process_id,
            "metric": metric,
            "labels": list(labels),
            "counts": found.counts,
            "total": found.total,
        }
        for (metric, labels), found in sorted(tally.sums().items())
    ]
    if not rows:
        return
    written = insert(tallies)
    sums = {"counts": written.excluded.counts, "total": written.excluded.total}
    key = ["process_id", "metric", "labels"]
    connection.execute(written.on_conflict_do_update(index_elements=key, set_=sums), rows)


def fold(connection: Connection, older_than_s: float = FOLD_S) -> int:
    """Add the sums of processes that are gone to those of the past; return how many there were."""
    silent = processes.c.seen_at < func.now() - seconds(older_than_s)
    gone = connection.execute(
        select(processes.c.id).where(silent).order_by(processes.c.id).with_for_update()
    ).scalars().all()  # fmt: skip
    if not gone:
        return 0
    past = Tally()
    rows = connection.execute(select(tallies).where(tallies.c.process_id.in_([*gone, _PAST])))
    for row in rows:
        past.add(row.metric, tuple(row.labels), row.counts, row.total)
    _write_sums(connection, _PAST, past)
    connection.execute(delete(tallies).where(tallies.c.process_id.in_(gone)))
    connection.execute(delete(processes).where(processes.c.id.in_(gone)))
    return len(gone)


def summed(connection: Connection) -> Tally:
    """Return the sums of all processes there are and were."""
    found = Tally()
    for row in connection.execute(select(tallies)):
        found.add(row.metric, tuple(row.labels), row.counts, row.total)
    return found


def live(connection: Connection) -> Sequence[sqlalchemy.Row[Any]]:
    """Return the rows of processes that are there now."""
    there = processes.c.ended_at.is_(None) & (processes.c.seen_at > func.now() - seconds(LIVE_S))
    return connection.execute(select(processes).where(there).order_by(processes.c.id)).all()


def forget_all(connection: Connection) -> None:
    """Say of every process that it is over, when all are known to be."""
    running = processes.c.ended_at.is_(None)
    connection.execute(update(processes).where(running).values(ended_at=func.now()))


def memory_bytes() -> int | None:
    """Return the resident memory of this process, where the system says (Linux)."""
    try:
        resident = Path("/proc/self/statm").read_text().split()[1]
    except (OSError, IndexError):
        return None
    return int(resident) * os.sysconf("SC_PAGE_SIZE")
