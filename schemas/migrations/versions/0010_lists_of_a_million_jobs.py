"""What lists of jobs are narrowed by, found by indexes whatever it is: words, findings, times.

Indexes and a function only. Nobody needs `ix_jobs_batch_id` and `ix_jobs_finding_codes` any more:
a later version drops them.
"""

import sqlalchemy as sa
from alembic import op

from schemas.migrations.beside import add_index

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_FINISHED = "status NOT IN ('queued', 'running')"
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
"""Every run of one to three characters, and every rule found broken, as numbers.

`pg_trgm` knows runs of three only, by which 宁波 is not found. What is looked for is cut with
`smallest` 3: into runs as long as it has any. The tenant in the number keeps what others have out
of the search; a number that two runs share costs a look at a row too many. It takes a tenth of a
millisecond: the cost keeps the planner from asking it of rows one by one.
"""


def upgrade() -> None:
    op.execute(_MARKS)
    marks = sa.text("gouji_marks(tenant, filename, issuer, finding_codes, 1)")
    add_index("ix_jobs_marks", "jobs", [marks], using="gin", where=_FINISHED)
    add_index("ix_jobs_finished", "jobs", ["tenant", "id"], where=_FINISHED)
    add_index("ix_jobs_tenant_created_at", "jobs", ["tenant", "created_at"])
    add_index("ix_jobs_batch_id_id", "jobs", ["batch_id", "id"])


def downgrade() -> None:
    for name in ("batch_id_id", "tenant_created_at", "finished", "marks"):
        op.drop_index(f"ix_jobs_{name}", table_name="jobs")
    op.execute("DROP FUNCTION gouji_marks(text, text, text, text[], integer)")
