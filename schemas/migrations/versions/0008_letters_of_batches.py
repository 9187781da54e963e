"""Why a step was given up, and dead letters of batches.

Added beside what is there, so a version that does not know it goes on working.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from schemas.migrations.beside import add_column, add_index, add_table

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_column("dead_letters", sa.Column("cause", sa.Text(), nullable=True))
    add_table(
        "batch_letters",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), server_default="local", nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("failure", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("requeued_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_batch_letters_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_letters")),
    )
    add_index("ix_batch_letters_tenant_id", "batch_letters", ["tenant", "id"])


def downgrade() -> None:
    op.drop_table("batch_letters")
    op.drop_column("dead_letters", "cause")
