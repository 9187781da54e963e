"""Run by Alembic with an open connection; the transaction is the caller's."""

from alembic import context

from schemas.tables_sql import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
