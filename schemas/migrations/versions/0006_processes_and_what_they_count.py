"""Processes say that they are there and what they count; jobs and batches know their trace.

All of it is added beside what is there, so a version that does not know it goes on working.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from schemas.migrations.beside import add_column, add_table

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _time(name: str, *, now: bool = False) -> sa.Column[object]:
    default = sa.func.now() if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not now, server_default=default)


def upgrade() -> None:
    for table in ("jobs", "batches"):
        add_column(table, sa.Column("trace", sa.Text(), nullable=True))
    add_table(
        "processes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("queues", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("memory_bytes", sa.BigInteger(), nullable=True),
        sa.Column("clock_ahead_s", sa.Float(), nullable=True),
        _time("started_at", now=True),
        _time("seen_at", now=True),
        _time("ended_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processes")),
    )
    add_table(
        "tallies",
        sa.Column("process_id", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("labels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("counts", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("total", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("process_id", "metric", "labels", name=op.f("pk_tallies")),
    )


def downgrade() -> None:
    op.drop_table("tallies")
    op.drop_table("processes")
    for table in ("jobs", "batches"):
        op.drop_column(table, "trace")
