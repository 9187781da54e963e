"""The connection to PostgreSQL and the schema in it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import alembic.command
import alembic.config
import psycopg
import sqlalchemy
import structlog
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

import schemas.migrations
from schemas.migrations.beside import LOCK_TIMEOUT_S
from schemas.tables_sql import batches, jobs, pages, service_state
from storage.presence import forget_all

log = structlog.get_logger()

_ADVISORY_LOCK_MIGRATE = 7_160_001
_IDLE_S = 1.0
_ASK_AGAIN_S = 0.2
_VALUES = "22"
_PATIENCE_S = 600.0
"""For this long a migration lets others go first; then it says so and ends."""
_SETTINGS = {
    "timezone": "UTC",
    # a client whose machine is gone must not keep its locks for the two hours of TCP
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "idle_in_transaction_session_timeout": "180s",
}
_PLANS = {
    # a plan for any value sorts all jobs a filter may match, where one for this value reads fifty
    # and places of a hundred thousand rows fit into what is remembered of them
    "each": {"plan_cache_mode": "force_custom_plan", "work_mem": "16MB"},
    # who asks the same by ids only need not have it planned again and again
    "kept": {"plan_cache_mode": "auto"},
}
_OURS = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
"""And a server that is gone must not keep a client waiting."""


def connect(
    url: str, *, pool_size: int = 5, plans: Literal["each", "kept"] = "each"
) -> sqlalchemy.Engine:
    """Return an engine for a `postgresql://…` address; nothing is opened yet.

    `plans` says whether a statement is planned anew each time, for the values it comes with.
    Not to be shared across a fork: build it in the process that uses it.
    """
    settings = {**_SETTINGS, **_PLANS[plans]}
    engine = sqlalchemy.create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=10,
        connect_args={
            "connect_timeout": 10,
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
            **_OURS,
        },
        hide_parameters=True,
    )
    _say_no_values(engine)
    _ping_after_idling(engine)
    return engine


def _say_no_values(engine: sqlalchemy.Engine) -> None:
    """Have errors of the server say what went wrong and not with which values.

    Details hold whole rows, secrets and texts of documents among them; so do the first words where
    the values themselves are the trouble (class 22). All of it would end up in logs.
    """

    @event.listens_for(engine, "handle_error")
    def shorten(context: ExceptionContext) -> None:
        error = context.original_exception
        if not isinstance(error, psycopg.Error) or error.sqlstate is None:
            return
        known = None if error.sqlstate.startswith(_VALUES) else error.diag.message_primary
        words = f"{error.sqlstate} {known or ''}".strip()
        error.args = (words,)
        wrapped = context.sqlalchemy_exception
        if wrapped is not None:
            wrapped.args = (f"({type(error).__qualname__}) {words}",)


def _ping_after_idling(engine: sqlalchemy.Engine) -> None:
    """Have connections that lay idle tried before they are used; a server may have gone since.

    One that was used a moment ago is not: the trip to the server would cost as much as the look.
    """

    @event.listens_for(engine, "checkin")
    def note(_: object, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        idle_since = record.info.get("idle_since", time.monotonic())
        if time.monotonic() - idle_since > _IDLE_S and not _answers(engine, connection):
            raise InvalidatePoolError


def _answers(engine: sqlalchemy.Engine, connection: DBAPIConnection) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        return False


@dataclass(frozen=True, kw_only=True)
class Revision:
    """Where the schema of a database stands, and where this version wants it."""

    found: str | None
    wanted: str
    behind: bool
    """One that this version does not know comes from a newer one, and is not behind."""

    @property
    def ahead(self) -> bool:
        """Whether a newer version made it; this one works on it as it is."""
        return not self.behind and self.found != self.wanted


def revision(connection: sqlalchemy.Connection) -> Revision:
    """Return the revision of the schema a connection sees."""
    scripts = ScriptDirectory.from_config(_config())
    wanted = scripts.get_current_head() or ""
    known = {script.revision for script in scripts.walk_revisions()}
    found = MigrationContext.configure(connection).get_current_revision()
    behind = found is None or (found in known and found != wanted)
    return Revision(found=found, wanted=wanted, behind=behind)


def migrate(database: sqlalchemy.Engine) -> None:
    """Bring the schema up to date; processes that start together wait for one another.

    Others may work on the rows meanwhile: a step that cannot have a table at once lets them go
    first and is tried again.
    """
    config = _config()
    with database.connect() as connection, _one_at_a_time(connection):
        found = revision(connection)
        connection.commit()
        if found.ahead:
            log.info("schema_is_newer", found=found.found, wanted=found.wanted)
            return
        config.attributes["connection"] = connection
        deadline = time.monotonic() + _PATIENCE_S
        while not _upgrade(connection, config, last=time.monotonic() > deadline):
            log.info("migration_waits", reason="table_in_use")
            time.sleep(_ASK_AGAIN_S)


def _upgrade(
    connection: sqlalchemy.Connection, config: alembic.config.Config, *, last: bool
) -> bool:
    """Go as far as it goes; False when a table was in use, and not to be had for seconds."""
    try:
        alembic.command.upgrade(config, "head")
    except OperationalError as exc:
        connection.rollback()
        if last or not isinstance(exc.orig, psycopg.errors.LockNotAvailable):
            raise
        return False
    return True


@contextmanager
def _one_at_a_time(connection: sqlalchemy.Connection) -> Iterator[None]:
    """Hold the lock of migrations over all their transactions.

    Those who wait ask again and again: one that waited in a transaction would keep an index from
    being built, which waits for all transactions that began before it.
    """
    lock = {"number": _ADVISORY_LOCK_MIGRATE}
    wait = f"SET lock_timeout = '{LOCK_TIMEOUT_S}s'"
    while not connection.execute(text("SELECT pg_try_advisory_lock(:number)"), lock).scalar_one():
        connection.commit()
        time.sleep(_ASK_AGAIN_S)
    connection.execute(text(wait))
    connection.commit()
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), lock)
            connection.execute(text("RESET lock_timeout"))
            connection.commit()


def _config() -> alembic.config.Config:
    config = alembic.config.Config()
    folder = Path(schemas.migrations.__file__).parent
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def free_leases(database: sqlalchemy.Engine) -> None:
    """End every lease, and forget the workers' last sign of life.

    For a service whose workers are known to be gone, before new ones start.
    """
    with database.begin() as connection:
        for table in (jobs, pages, batches):
            held = table.c.lease_until.is_not(None)
            ended = {"lease_until": sqlalchemy.func.now(), "due_at": sqlalchemy.func.now()}
            connection.execute(sqlalchemy.update(table).where(held).values(ended))
        connection.execute(sqlalchemy.delete(service_state))
        forget_all(connection)
