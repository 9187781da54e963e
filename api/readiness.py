"""Whether this process could take and keep a document now; what is wrong, said in a sentence."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Literal

import sqlalchemy
import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from api.queue import Depths
from schemas.tables_sql import jobs
from storage.database import revision
from storage.outbox import BrokerUnavailable
from storage.probe import Trouble

log = structlog.get_logger()

Part = Literal["database", "object_store", "broker"]
State = Literal["ok", "away", "behind"]

PATIENCE_S = 4.0
"""A part that has not answered by then counts as away; probes give up after five seconds."""
_NEEDED: frozenset[Part] = frozenset({"database", "object_store"})


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What was found of each part."""

    troubles: Mapping[Part, Trouble | None]

    @property
    def ready(self) -> bool:
        """Say whether documents can be taken: without a broker they wait in the outbox."""
        return all(self.troubles[part] is None for part in _NEEDED)

    def state(self, part: Part) -> State:
        """Return the state of a part in one word."""
        trouble = self.troubles[part]
        return "ok" if trouble is None else trouble.state


class Probes:
    """Asks all parts at once; one that still hangs from the last time is not asked again."""

    def __init__(
        self, database: sqlalchemy.Engine, store: Callable[[], Trouble | None], depths: Depths
    ) -> None:
        self._checks: dict[Part, Callable[[], Trouble | None]] = {
            "database": lambda: database_trouble(database),
            "object_store": store,
            "broker": lambda: _broker(depths),
        }
        self._pool = ThreadPoolExecutor(len(self._checks), thread_name_prefix="readiness")
        self._lock = threading.Lock()
        self._running: dict[Part, Future[Trouble | None]] = {}

    def ask(self) -> Readiness:
        """Return what is found within PATIENCE_S."""
        with self._lock:
            for part, check in self._checks.items():
                if part not in self._running or self._running[part].done():
                    self._running[part] = self._pool.submit(check)
            asked = dict(self._running)
        done, _ = wait(asked.values(), timeout=PATIENCE_S)
        late = Trouble(sentence=f"no answer within {PATIENCE_S:.0f} s")
        found = {
            part: answer.result() if answer in done else late for part, answer in asked.items()
        }
        for part, trouble in found.items():
            if trouble is not None:
                log.warning("not_ready", part=part, trouble=trouble.sentence)
        return Readiness(troubles=found)


def database_trouble(database: sqlalchemy.Engine) -> Trouble | None:
    """Say what keeps the database from being worked with."""
    try:
        with database.connect() as connection:
            stand = revision(connection)
            if stand.behind:
                return Trouble(
                    state="behind",
                    sentence=f"the schema is at revision {stand.found}, this version needs "
                    f"{stand.wanted}: start one process with GOUJI_MIGRATE_ON_START=true",
                )
            connection.execute(select(func.count()).select_from(jobs).where(jobs.c.id == ""))
    except SQLAlchemyError as exc:
        kind = type(exc).__name__
        return Trouble(
            sentence=f"the database does not answer or refuses ({kind}): see GOUJI_DATABASE_URL"
        )
    return None


def _broker(depths: Depths) -> Trouble | None:
    try:
        depths.read()
    except BrokerUnavailable:
        return Trouble(
            sentence="the broker does not answer: see GOUJI_REDIS_URL; work waits in the outbox"
        )
    return None
