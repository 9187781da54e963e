"""Until when uploads and the archives of batches are kept: what was removed is marked, once.

Added beside what is there, so a version that does not know it goes on working.
"""

import sqlalchemy as sa
from alembic import op

from schemas.migrations.beside import add_column, add_index

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_column("uploads", sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True))
    add_column("batches", sa.Column("sources_gone_at", sa.DateTime(timezone=True), nullable=True))
    add_index("ix_uploads_kept", "uploads", ["created_at"], where="expired_at IS NULL")
    add_index(
        "ix_batches_kept",
        "batches",
        ["finished_at"],
        where="sources_gone_at IS NULL AND finished_at IS NOT NULL",
    )


def downgrade() -> None:
    """What was removed stays removed; the older version finds the content missing, as it may."""
    op.drop_index("ix_batches_kept", table_name="batches")
    op.drop_index("ix_uploads_kept", table_name="uploads")
    op.drop_column("batches", "sources_gone_at")
    op.drop_column("uploads", "expired_at")
