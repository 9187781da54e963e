"""Large batches and many tenants: turns, copies, parts of uploads, limits, filters of lists.

All of it is added beside what is there, so a version that does not know it goes on working.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from schemas.migrations.beside import add_column, add_index, add_table

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ACTIVE = "status IN ('queued', 'running')"
_INDEXES: tuple[tuple[str, str, list[str], str | None], ...] = (
    ("ix_jobs_deleted", "jobs", ["due_at"], "deleted_at IS NOT NULL AND due_at IS NOT NULL"),
    ("ix_jobs_held", "jobs", ["priority", "tenant", "id"], "status = 'queued' AND due_at IS NULL"),
    (
        "ix_jobs_in_flight",
        "jobs",
        ["priority", "tenant"],
        "status = 'running' OR (status = 'queued' AND due_at IS NOT NULL)",
    ),
    ("ix_jobs_batch_active", "jobs", ["batch_id"], _ACTIVE),
    ("ix_jobs_tenant_status_id", "jobs", ["tenant", "status", "id"], None),
    ("ix_jobs_verdict", "jobs", ["tenant", "verdict", "id"], "verdict IS NOT NULL"),
    ("ix_jobs_year", "jobs", ["tenant", "year", "id"], "year IS NOT NULL"),
    ("ix_jobs_region", "jobs", ["tenant", "region_code", "id"], "region_code IS NOT NULL"),
    ("ix_batch_items_batch_id_sha256", "batch_items", ["batch_id", "sha256"], None),
)
_COLUMNS: tuple[tuple[str, sa.Column[object]], ...] = (
    ("jobs", sa.Column("region_code", sa.Text(), nullable=True)),
    (
        "jobs",
        sa.Column(
            "finding_codes", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False
        ),
    ),
    ("batches", sa.Column("on_duplicate", sa.Text(), nullable=True)),
    ("batches", sa.Column("prefix", sa.Text(), nullable=True)),
    ("uploads", sa.Column("multipart_id", sa.Text(), nullable=True)),
    ("uploads", sa.Column("part_bytes", sa.BigInteger(), nullable=True)),
    ("idempotency_keys", sa.Column("running_until", sa.DateTime(timezone=True), nullable=True)),
    ("api_keys", sa.Column("requests_per_minute", sa.Integer(), nullable=True)),
)


def upgrade() -> None:
    for table, column in _COLUMNS:
        add_column(table, column)
    for name, table, columns, where in _INDEXES:
        add_index(name, table, columns, where=where)
    add_index("ix_jobs_finding_codes", "jobs", ["finding_codes"], using="gin")
    add_table(
        "tenants",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("weight", sa.Float(), server_default="1", nullable=False),
        sa.Column("requests_per_minute", sa.Integer(), nullable=True),
        sa.Column("max_queued_jobs", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_tenants")),
    )
    add_table(
        "turns",
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("served", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("priority", "tenant", name=op.f("pk_turns")),
    )


def downgrade() -> None:
    """Jobs that wait for their turn get the time at which the older sweeper takes them up."""
    op.execute("UPDATE jobs SET due_at = now() WHERE status = 'queued' AND due_at IS NULL")
    op.drop_table("turns")
    op.drop_table("tenants")
    op.drop_index("ix_jobs_finding_codes", table_name="jobs")
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
    for table, column in reversed(_COLUMNS):
        op.drop_column(table, column.name)
