"""The log of deliveries: what was sent where and what was answered; deliveries by endpoint, event.

Added beside what is there, so a version that does not know it goes on working.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from schemas.migrations.beside import add_column, add_index

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True)


def upgrade() -> None:
    add_column("webhook_attempts", sa.Column("request", _JSON, nullable=True))
    add_column(
        "webhook_attempts",
        sa.Column("response_headers", _JSON, server_default="{}", nullable=False),
    )
    add_index("ix_webhook_deliveries_endpoint_id_id", "webhook_deliveries", ["endpoint_id", "id"])
    add_index("ix_webhook_deliveries_event_id", "webhook_deliveries", ["event_id"])


def downgrade() -> None:
    op.drop_index("ix_webhook_deliveries_event_id", table_name="webhook_deliveries")
    op.drop_index("ix_webhook_deliveries_endpoint_id_id", table_name="webhook_deliveries")
    op.drop_column("webhook_attempts", "response_headers")
    op.drop_column("webhook_attempts", "request")
