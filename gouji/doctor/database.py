"""The database: reached, of a version and schema we know, with the rights we need, not full."""

from collections.abc import Iterator

import sqlalchemy
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from gouji.doctor.check import Check, warning, well, wrong
from schemas.tables_sql import metadata
from storage.database import connect, revision

_OLDEST = 13
_CROWDED = 0.8
_VERBS = "SELECT, INSERT, UPDATE, DELETE"


def check_database(url: str, *, migrates: bool) -> Iterator[Check]:
    """Yield what is found of the database at an address."""
    database = connect(url, pool_size=1)
    try:
        with database.connect() as connection:
            yield _version(connection)
            behind = _revision(connection)
            yield behind
            if behind.state != "wrong":
                yield _rights(connection, migrates=migrates)
            yield _connections(connection)
    except SQLAlchemyError as exc:
        yield wrong(
            "database",
            f"it does not answer, or refuses ({_reason(exc)})",
            "see GOUJI_DATABASE_URL: host, port, user, password, name; is PostgreSQL running?",
        )
    finally:
        database.dispose()


def _reason(exc: SQLAlchemyError) -> str:
    """Return the first line of what the driver says; it names hosts and users, no passwords."""
    cause = exc.orig if isinstance(exc, sqlalchemy.exc.DBAPIError) and exc.orig else exc
    return str(cause).strip().splitlines()[0][:200]


def _version(connection: Connection) -> Check:
    number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    shown = connection.execute(text("SHOW server_version")).scalar_one()
    if number // 10_000 < _OLDEST:
        return wrong(
            "database", f"PostgreSQL {shown} is too old", f"use PostgreSQL {_OLDEST} or later"
        )
    return well("database", f"PostgreSQL {shown} answers")


def _revision(connection: Connection) -> Check:
    stand = revision(connection)
    if stand.behind:
        return wrong(
            "schema",
            f"revision {stand.found}, this version needs {stand.wanted}",
            "start one process with GOUJI_MIGRATE_ON_START=true (the default)",
        )
    if stand.found != stand.wanted:
        return warning(
            "schema",
            f"revision {stand.found} is newer than this version, which knows {stand.wanted}",
            "rightly so during an update; otherwise bring this process to the newer version",
        )
    return well("schema", f"revision {stand.found}, as this version needs")


def _rights(connection: Connection, *, migrates: bool) -> Check:
    asked = text("SELECT has_table_privilege(current_user, :table, :verb)")
    lacking = [
        f"{verb} on {table.name}"
        for table in metadata.sorted_tables
        for verb in _VERBS.split(", ")
        if not connection.execute(asked, {"table": table.name, "verb": verb}).scalar()
    ]
    may_create = "SELECT has_schema_privilege(current_user, current_schema(), 'CREATE')"
    if migrates and not connection.execute(text(may_create)).scalar():
        lacking.append("CREATE on the schema, for migrations")
    if not lacking:
        return well("rights in the database", "all that is needed")
    more = f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""
    return wrong(
        "rights in the database",
        f"lacking: {', '.join(lacking[:3])}{more}",
        f"GRANT {_VERBS} ON ALL TABLES IN SCHEMA …, or make this user the owner",
    )


def _connections(connection: Connection) -> Check:
    most = int(connection.execute(text("SHOW max_connections")).scalar_one())
    used = connection.execute(
        text("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
    ).scalar_one()
    found = f"{used} of {most} are used"
    if used > _CROWDED * most:
        return warning(
            "connections", found, "raise max_connections, or put a pooler in front (session mode)"
        )
    return well("connections", found)
