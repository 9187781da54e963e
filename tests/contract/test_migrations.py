"""The migrations lead to exactly the tables the code works with."""

import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from schemas.tables_sql import metadata
from storage.database import migrate


def test_the_migrated_database_has_the_tables_of_the_code(database: sqlalchemy.Engine) -> None:
    with database.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(database: sqlalchemy.Engine) -> None:
    migrate(database)
