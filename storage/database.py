"""The connection to PostgreSQL and the schema in it."""

import time
from dataclasses import dataclass
from pathlib import Path

import alembic.command
import alembic.config
import sqlalchemy
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

import schemas.migrations
from schemas.tables_sql import batches, jobs, pages, service_state
from storage.presence import forget_all

_ADVISORY_LOCK_MIGRATE = 7_160_001
_IDLE_S = 1.0
_SETTINGS = {
    "timezone": "UTC",
    # a plan for any value sorts all jobs a filter may match, where one for this value reads fifty
    "plan_cache_mode": "force_custom_plan",
    # a client whose machine is gone must not keep its locks for the two hours of TCP
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "idle_in_transaction_session_timeout": "180s",
}
_OURS = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
"""And a server that is gone must not keep a client waiting."""


def connect(url: str, *, pool_size: int = 5) -> sqlalchemy.Engine:
    """Return an engine for a `postgresql://…` address; nothing is opened yet.

    Not to be shared across a fork: build it in the process that uses it.
    """
    engine = sqlalchemy.create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=10,
        connect_args={
            "connect_timeout": 10,
            "options": " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items()),
            **_OURS,
        },
    )
    _ping_after_idling(engine)
    return engine


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


def revision(connection: sqlalchemy.Connection) -> Revision:
    """Return the revision of the schema a connection sees."""
    scripts = ScriptDirectory.from_config(_config())
    wanted = scripts.get_current_head() or ""
    known = {script.revision for script in scripts.walk_revisions()}
    found = MigrationContext.configure(connection).get_current_revision()
    behind = found is None or (found in known and found != wanted)
    return Revision(found=found, wanted=wanted, behind=behind)


def migrate(database: sqlalchemy.Engine) -> None:
    """Bring the schema up to date; processes that start together wait for one another."""
    config = _config()
    with database.begin() as connection:
        connection.execute(
            sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(_ADVISORY_LOCK_MIGRATE))
        )
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")


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
