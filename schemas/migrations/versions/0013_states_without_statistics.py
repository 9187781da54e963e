"""No statistics of states, and no index of words alone any more.

States change faster than statistics: taken while nothing waits, they say that no job is queued or
running, ever. The planner then reads all of an index of these, which would be empty, rather than
the one row it was asked for: at each step of a document as many rows as a batch has waiting.
Without statistics it takes each state for one in two hundred.

`ix_jobs_marks` and its function were last needed by the version before 0011.
"""

import sqlalchemy as sa
from alembic import op

from schemas.migrations.beside import add_index, drop_index

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLES = ("jobs", "pages")
_CLEARS_BY_FUNCTION = 180_000
"""The first server with a function that forgets statistics; in older ones it takes a superuser."""
_BY_FUNCTION = "SELECT pg_clear_attribute_stats(current_schema(), '{table}', 'status', false)"
_BY_HAND = """
    DELETE FROM pg_statistic WHERE starelid = '{table}'::regclass AND staattnum = (
        SELECT attnum FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = 'status')
"""
_MARKS = """
    CREATE OR REPLACE FUNCTION gouji_marks(
        tenant text, filename text, issuer text, codes text[], smallest integer
    ) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000 AS $$
        SELECT coalesce(array_agg(hashtext(tenant || ' ' || mark)), '{}')
        FROM (SELECT substr(words, place, size) AS mark
              FROM (SELECT lower(filename || coalesce(chr(10) || issuer, '')) AS words) AS given,
                   generate_series(greatest(least(smallest, length(words)), 1), 3) AS size,
                   generate_series(1, length(words) - size + 1) AS place
              UNION ALL SELECT 'rule ' || code FROM unnest(codes) AS code) AS marks
    $$"""


def upgrade() -> None:
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN status SET STATISTICS 0")
        _forget(table)
    drop_index("ix_jobs_marks")
    op.execute("DROP FUNCTION IF EXISTS gouji_marks(text, text, text, text[], integer)")


def _forget(table: str) -> None:
    """Forget what is known by now; where that is not allowed it stays as it is."""
    bind = op.get_bind()
    version = bind.execute(sa.text("SHOW server_version_num")).scalar_one()
    if int(version) >= _CLEARS_BY_FUNCTION:
        op.execute(_BY_FUNCTION.format(table=table))
    elif bind.execute(sa.text("SHOW is_superuser")).scalar_one() == "on":
        op.execute(_BY_HAND.format(table=table))


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN status SET STATISTICS -1")
    op.execute(_MARKS)
    marks = sa.text("gouji_marks(tenant, filename, issuer, finding_codes, 1)")
    finished = "status NOT IN ('queued', 'running')"
    add_index("ix_jobs_marks", "jobs", [marks], using="gin", where=finished)
