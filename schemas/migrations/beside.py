"""The verbs of a migration that runs while an older version works on the same rows.

Each may be said again: a migration that builds an index commits what came before it, and when it is
ended in the middle it begins anew.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

LOCK_TIMEOUT_S = 5
"""What waits longer for a lock on a table gives way: everybody else waits behind it meanwhile."""

_STATE = sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")


def add_table(name: str, *parts: sa.schema.SchemaItem) -> None:
    """Make a table, unless it is there."""
    op.create_table(name, *parts, if_not_exists=True)


def add_column(table: str, column: sa.Column[object]) -> None:
    """Add a column that may be null or is filled by itself, unless it is there."""
    op.add_column(table, column, if_not_exists=True)


def add_index(
    name: str,
    table: str,
    columns: Sequence[str | sa.TextClause],
    *,
    where: str | None = None,
    using: str | None = None,
) -> None:
    """Build an index while others go on writing, unless it is there.

    One of an empty table is built at once. One that was left half built is thrown away before.
    """
    valid = op.get_bind().execute(_STATE, {"name": name}).scalar_one_or_none()
    if valid:
        return
    found, method = None if where is None else sa.text(where), using or False
    if valid is None and (_is_empty(table) or not _may_commit()):
        op.create_index(name, table, columns, postgresql_where=found, postgresql_using=method)
        return
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")  # it waits for those who write, and holds up nobody
        op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
        op.create_index(
            name,
            table,
            columns,
            postgresql_where=found,
            postgresql_using=method,
            postgresql_concurrently=True,
        )
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT_S}s'")


def drop_index(name: str) -> None:
    """Drop an index that no running version needs, if it is there, while others go on working."""
    if not _may_commit():
        op.execute(f'DROP INDEX IF EXISTS "{name}"')
        return
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT_S}s'")


def _is_empty(table: str) -> bool:
    some = sa.select(sa.exists(sa.select(sa.text("1")).select_from(sa.table(table))))
    return not op.get_bind().execute(some).scalar_one()


def _may_commit() -> bool:
    """Say whether the transaction is the migration's own, and not that of whoever runs it."""
    return op.get_context()._transaction is not None
