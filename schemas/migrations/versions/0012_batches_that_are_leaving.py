"""Deleted batches of which jobs are left: housekeeping finds them at once.

An index only; a version that does not know it deletes batches whole.
"""

from alembic import op

from schemas.migrations.beside import add_index

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    leaving = "deleted_at IS NOT NULL AND due_at IS NOT NULL"
    add_index("ix_batches_leaving", "batches", ["due_at"], where=leaving)


def downgrade() -> None:
    op.drop_index("ix_batches_leaving", table_name="batches")
