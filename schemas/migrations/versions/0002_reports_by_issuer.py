"""Last year's report is looked for by issuer and year."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_jobs_report",
        "jobs",
        ["tenant", "issuer", "year"],
        unique=False,
        postgresql_where=sa.text("issuer IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_jobs_report", table_name="jobs", postgresql_where=sa.text("issuer IS NOT NULL")
    )
