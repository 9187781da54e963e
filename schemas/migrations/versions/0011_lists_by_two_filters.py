"""Lists narrowed by several things at once: states, verdicts, years and regions beside words.

Processes of the version before go on asking `ix_jobs_marks`: a later version drops it, with the
function of five arguments. `ix_jobs_batch_id` and `ix_jobs_finding_codes` were the last needed by
the version before that one.
"""

import sqlalchemy as sa
from alembic import op

from schemas.migrations.beside import add_index, drop_index

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_FINISHED = "status NOT IN ('queued', 'running')"
_MARKS = """
    CREATE OR REPLACE FUNCTION gouji_marks(
        tenant text, filename text, issuer text, codes text[], status text, verdict text,
        year integer, region text, smallest integer
    ) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000 AS $$
        SELECT coalesce(array_agg(hashtext(tenant || ' ' || mark)), '{}')
        FROM (SELECT substr(words, place, size) AS mark
              FROM (SELECT lower(filename || coalesce(chr(10) || issuer, '')) AS words) AS given,
                   generate_series(greatest(least(smallest, length(words)), 1), 3) AS size,
                   generate_series(1, length(words) - size + 1) AS place
              UNION ALL SELECT 'rule ' || code FROM unnest(codes) AS code
              UNION ALL SELECT 'status ' || status WHERE status IS NOT NULL
              UNION ALL SELECT 'verdict ' || verdict WHERE verdict IS NOT NULL
              UNION ALL SELECT 'year ' || year WHERE year IS NOT NULL
              UNION ALL
              SELECT 'within ' || left(region, size) FROM (VALUES (2), (4), (6)) AS of (size)
              WHERE region <> '') AS marks
    $$"""
"""As that of the migration before, with what else lists are narrowed to.

A region is marked with every division it lies in: two digits of its code a level.
"""


def upgrade() -> None:
    op.execute(_MARKS)
    columns = "tenant, filename, issuer, finding_codes, status, verdict, year, region_code, 1"
    marks = sa.text(f"gouji_marks({columns})")
    add_index("ix_jobs_marked", "jobs", [marks], using="gin", where=_FINISHED)
    for name in ("batch_id", "finding_codes"):
        drop_index(f"ix_jobs_{name}")


def downgrade() -> None:
    op.create_index("ix_jobs_batch_id", "jobs", ["batch_id"])
    op.create_index("ix_jobs_finding_codes", "jobs", ["finding_codes"], postgresql_using="gin")
    op.drop_index("ix_jobs_marked", table_name="jobs")
    marked = "text, text, text, text[], text, text, integer, text, integer"
    op.execute(f"DROP FUNCTION gouji_marks({marked})")
