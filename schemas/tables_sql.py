"""The database as tables. It is the truth about every job; the broker only carries messages.

Rows that a worker works on (jobs, pages, batches, deliveries) carry the same four columns:
`attempts` counted at each claim, `lease_token` as fencing token, `lease_until` while somebody
holds the row, `due_at` as the time after which the sweeper asks whether it is stuck.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from schemas.columns_sql import count, json, leased, moment, tenant, words
from schemas.columns_sql import metadata as metadata
from schemas.operation_sql import audit as audit
from schemas.operation_sql import processes as processes
from schemas.operation_sql import service_state as service_state
from schemas.operation_sql import tallies as tallies

HELD = "status = 'queued' AND due_at IS NULL"
"""A queued job whose turn has not come: no message was sent for it, nobody asks about it."""

IN_FLIGHT = "status = 'running' OR (status = 'queued' AND due_at IS NOT NULL)"
"""A job whose turn has come and that is not finished."""

ALONE = "batch_id IS NULL AND deleted_at IS NULL AND finished_at IS NOT NULL"
"""A finished job of no batch; those of a batch are kept for as long as it is."""

UNFINISHED = "status IN ('queued', 'running')"
"""What is on its way or waits for it: a job, a page, a batch."""

FINISHED = "status NOT IN ('queued', 'running')"
"""A job that is over, well or not."""

TRANSACTION = "(pg_current_xact_id()::text)::bigint"
"""The number of the transaction that writes."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    tenant(),
    Column("batch_id", Text, ForeignKey("batches.id")),
    words("status", "queued"),
    words("stage", null=True),
    words("verdict", null=True),
    words("review_status", "not_required"),
    words("priority", "interactive"),
    words("filename"),
    words("media_type", null=True),
    words("kind", null=True),
    words("sha256"),
    Column("size_bytes", BigInteger, nullable=False),
    Column("pages_total", Integer),
    count("pages_done"),
    count("pages_failed"),
    words("issuer", null=True),
    Column("year", Integer),
    words("template", null=True),
    words("region_code", null=True),
    Column("finding_codes", ARRAY(Text), nullable=False, server_default="{}"),
    json("metadata", "{}"),
    json("files", "[]"),
    json("error"),
    words("reason", null=True),
    Column("version", BigInteger, nullable=False, server_default="1"),
    moment("created_at", now=True),
    moment("updated_at", now=True),
    moment("started_at"),
    moment("finished_at"),
    moment("deleted_at"),
    words("trace", null=True),
    *leased(),
    Index(None, "tenant", "id"),
    Index(None, "batch_id", "id"),
    Index(None, "tenant", "sha256"),
    Index(None, "tenant", "created_at"),
    Index("ix_jobs_finished", "tenant", "id", postgresql_where=text(FINISHED)),
    Index(
        "ix_jobs_report", "tenant", "issuer", "year", postgresql_where=text("issuer IS NOT NULL")
    ),
    Index("ix_jobs_due", "due_at", postgresql_where=text(UNFINISHED)),
    Index("ix_jobs_waiting", "id", postgresql_where=text("status = 'queued'")),
    Index(
        "ix_jobs_deleted",
        "due_at",
        postgresql_where=text("deleted_at IS NOT NULL AND due_at IS NOT NULL"),
    ),
    Index("ix_jobs_held", "priority", "tenant", "id", postgresql_where=text(HELD)),
    Index("ix_jobs_in_flight", "priority", "tenant", postgresql_where=text(IN_FLIGHT)),
    Index("ix_jobs_batch_active", "batch_id", postgresql_where=text(UNFINISHED)),
    Index(None, "tenant", "status", "id"),
    Index(
        "ix_jobs_verdict", "tenant", "verdict", "id", postgresql_where=text("verdict IS NOT NULL")
    ),
    Index("ix_jobs_year", "tenant", "year", "id", postgresql_where=text("year IS NOT NULL")),
    Index(
        "ix_jobs_region",
        "tenant",
        "region_code",
        "id",
        postgresql_where=text("region_code IS NOT NULL"),
    ),
    Index("ix_jobs_alone", "tenant", "finished_at", postgresql_where=text(ALONE)),
    Index(
        "ix_jobs_marked",
        text(
            "gouji_marks(tenant, filename, issuer, finding_codes, status, verdict, year,"
            " region_code, 1)"
        ),
        postgresql_using="gin",
        postgresql_where=text(FINISHED),
    ),
)

pages = Table(
    "pages",
    metadata,
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE")),
    Column("number", Integer),
    words("status", "queued"),
    words("reading_key", null=True),
    json("failure"),
    Column("duration_ms", Integer),
    moment("finished_at"),
    *leased(),
    PrimaryKeyConstraint("job_id", "number"),
    Index("ix_pages_due", "due_at", postgresql_where=text(UNFINISHED)),
    Index("ix_pages_finished", "finished_at"),
)

batches = Table(
    "batches",
    metadata,
    Column("id", Text, primary_key=True),
    tenant(),
    words("status", "queued"),
    Column("expanded", Boolean, nullable=False, server_default="false"),
    words("priority", "bulk"),
    words("on_duplicate", null=True),
    words("prefix", null=True),
    json("sources", "[]"),
    json("metadata", "{}"),
    json("error"),
    Column("version", BigInteger, nullable=False, server_default="1"),
    moment("created_at", now=True),
    moment("finished_at"),
    moment("sources_gone_at"),
    Column("retention_days", Integer),
    moment("deleted_at"),
    words("trace", null=True),
    *leased(),
    Index(None, "tenant", "id"),
    Index(
        "ix_batches_kept",
        "finished_at",
        postgresql_where=text("sources_gone_at IS NULL AND finished_at IS NOT NULL"),
    ),
    Index(
        "ix_batches_finished",
        "tenant",
        "finished_at",
        postgresql_where=text("deleted_at IS NULL AND finished_at IS NOT NULL"),
    ),
    Index(
        "ix_batches_leaving",
        "due_at",
        postgresql_where=text("deleted_at IS NOT NULL AND due_at IS NOT NULL"),
    ),
    Index(
        "ix_batches_due",
        "due_at",
        postgresql_where=text("status IN ('queued', 'running') AND NOT expanded"),
    ),
)

batch_items = Table(
    "batch_items",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.id", ondelete="CASCADE")),
    Column("position", Integer),
    words("name"),
    words("sha256", null=True),
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="SET NULL")),
    json("error"),
    PrimaryKeyConstraint("batch_id", "position"),
    Index(None, "job_id"),
    Index(None, "batch_id", "sha256"),
)

job_events = Table(
    "job_events",
    metadata,
    Column("seq", BigInteger, Identity(), primary_key=True),
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    words("type"),
    json("data", "{}"),
    moment("at", now=True),
    words("batch_id", null=True),
    Column("txid", BigInteger, nullable=False, server_default=text(TRANSACTION)),
    Index(None, "job_id", "seq"),
    Index(
        "ix_job_events_batch",
        "batch_id",
        "txid",
        "seq",
        postgresql_where=text("batch_id IS NOT NULL"),
    ),
)
"""`batch_id` is set on the ends of a batch's jobs only: they are the lines of its own stream. They
are written by transactions side by side, and so ordered by these: (txid, seq)."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    json("message", "{}"),
    moment("created_at", now=True),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    tenant(),
    words("filename"),
    words("status", "pending"),
    words("sha256", null=True),
    Column("size_bytes", BigInteger),
    words("multipart_id", null=True),
    Column("part_bytes", BigInteger),
    moment("created_at", now=True),
    moment("expired_at"),
    Index("ix_uploads_kept", "created_at", postgresql_where=text("expired_at IS NULL")),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    tenant(),
    words("key"),
    words("fingerprint"),
    words("resource_id"),
    moment("running_until"),
    moment("created_at", now=True),
    PrimaryKeyConstraint("tenant", "key"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    tenant(),
    words("name", ""),
    words("sha256"),
    words("hint"),
    Column("scopes", ARRAY(Text), nullable=False, server_default="{read,write,admin}"),
    Column("requests_per_minute", Integer),
    moment("created_at", now=True),
    moment("revoked_at"),
    UniqueConstraint("sha256"),
)

tenants = Table(
    "tenants",
    metadata,
    words("tenant"),
    Column("weight", Float, nullable=False, server_default="1"),
    Column("requests_per_minute", Integer),
    Column("max_queued_jobs", Integer),
    Column("retention_days", Integer),
    PrimaryKeyConstraint("tenant"),
)

turns = Table(
    "turns",
    metadata,
    words("priority"),
    words("tenant"),
    Column("served", Float, nullable=False, server_default="0"),
    PrimaryKeyConstraint("priority", "tenant"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Text, primary_key=True),
    tenant(),
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("page", Integer),
    words("task"),
    json("failure", "{}"),
    words("cause", null=True),
    moment("created_at", now=True),
    moment("requeued_at"),
    Index(None, "tenant", "id"),
)

batch_letters = Table(
    "batch_letters",
    metadata,
    Column("id", Text, primary_key=True),
    tenant(),
    Column("batch_id", Text, ForeignKey("batches.id", ondelete="CASCADE"), nullable=False),
    json("failure", "{}"),
    words("cause", null=True),
    moment("created_at", now=True),
    moment("requeued_at"),
    Index(None, "tenant", "id"),
)
"""Dead letters of batches; apart, for a version that knows of none reads the others."""

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Text, primary_key=True),
    tenant(),
    words("url"),
    json("events", "[]"),
    words("description", ""),
    words("secret"),
    words("previous_secret", null=True),
    moment("previous_secret_until"),
    Column("enabled", Boolean, nullable=False, server_default="true"),
    words("disabled_reason", null=True),
    moment("created_at", now=True),
    moment("deleted_at"),
    Index(None, "tenant"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    tenant(),
    Column("endpoint_id", Text, ForeignKey("webhook_endpoints.id"), nullable=False),
    words("event_id"),
    words("type"),
    words("body"),
    words("status", "pending"),
    moment("created_at", now=True),
    moment("finished_at"),
    *leased(),
    Index(None, "tenant", "id"),
    Index(None, "endpoint_id", "id"),
    Index(None, "event_id"),
    Index("ix_webhook_deliveries_due", "due_at", postgresql_where=text("status = 'pending'")),
)

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("delivery_id", Text, ForeignKey("webhook_deliveries.id", ondelete="CASCADE")),
    Column("number", Integer),
    moment("at", now=True),
    Column("status", Integer),
    words("error", null=True),
    Column("duration_ms", Integer, nullable=False),
    json("request"),
    json("response_headers", "{}"),
    words("response", ""),
    PrimaryKeyConstraint("delivery_id", "number"),
)
