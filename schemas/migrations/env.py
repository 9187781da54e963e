"""Run by Alembic with an open connection: each migration is a transaction of its own.

Unless the connection is in one already; then they are all part of that.
"""

from alembic import context

from schemas.tables_sql import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
