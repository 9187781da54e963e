"""How long results are kept, who removed what, and what a key may do.

Added beside what is there, so a version that does not know it goes on working: its keys may do all,
and so may others at its processes for as long as these run.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from schemas.migrations.beside import add_column, add_index, add_table

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TEXTS = postgresql.ARRAY(sa.Text())


def upgrade() -> None:
    add_table(
        "audit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False, server_default="local"),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False, server_default="{}"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    add_index("ix_audit_tenant_id", "audit", ["tenant", "id"])
    add_index("ix_audit_tenant_subject", "audit", ["tenant", "subject"])
    add_column("tenants", sa.Column("retention_days", sa.Integer(), nullable=True))
    add_column("batches", sa.Column("retention_days", sa.Integer(), nullable=True))
    add_column("batches", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    add_column(
        "api_keys",
        sa.Column("scopes", _TEXTS, nullable=False, server_default="{read,write,admin}"),
    )
    add_index(
        "ix_batches_finished",
        "batches",
        ["tenant", "finished_at"],
        where="deleted_at IS NULL AND finished_at IS NOT NULL",
    )
    add_index(
        "ix_jobs_alone",
        "jobs",
        ["tenant", "finished_at"],
        where="batch_id IS NULL AND deleted_at IS NULL AND finished_at IS NOT NULL",
    )


def downgrade() -> None:
    """A key that may not do all is revoked: the older version would let it.

    A deleted batch loses its mark: for the older version it is one whose jobs were deleted.
    """
    op.execute(
        "UPDATE api_keys SET revoked_at = now() "
        "WHERE revoked_at IS NULL AND NOT scopes @> '{read,write,admin}'"
    )
    op.drop_index("ix_jobs_alone", table_name="jobs")
    op.drop_index("ix_batches_finished", table_name="batches")
    op.drop_column("api_keys", "scopes")
    op.drop_column("batches", "deleted_at")
    op.drop_column("batches", "retention_days")
    op.drop_column("tenants", "retention_days")
    op.drop_table("audit")
