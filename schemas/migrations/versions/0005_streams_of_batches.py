"""The ends of a batch's jobs as lines of a stream of its own.

Added beside what is there, so a version that does not know it goes on working; what it writes
meanwhile is in the streams of the jobs only.
"""

import sqlalchemy as sa
from alembic import op

from schemas.migrations.beside import add_column, add_index

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The default is taken once for all rows there are, which rewrites none of them."""
    add_column("job_events", sa.Column("batch_id", sa.Text(), nullable=True))
    add_column(
        "job_events",
        sa.Column(
            "txid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
    )
    add_index(
        "ix_job_events_batch",
        "job_events",
        ["batch_id", "txid", "seq"],
        where="batch_id IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_index("ix_job_events_batch", table_name="job_events")
    op.drop_column("job_events", "txid")
    op.drop_column("job_events", "batch_id")
