"""Last year's report is looked for by issuer and year."""

import sqlalchemy as sa
from alembic import op

from schemas.migrations.beside import add_index

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index(
        "ix_jobs_report",
        "jobs",
        ["tenant", "issuer", "year"],
        where="issuer IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_index(
        "ix_jobs_report", table_name="jobs", postgresql_where=sa.text("issuer IS NOT NULL")
    )
