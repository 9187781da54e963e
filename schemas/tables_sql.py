"""The database as tables. It is the truth about every job; the broker only carries messages.

Rows that a worker works on (jobs, pages, batches, deliveries) carry the same four columns:
`attempts` counted at each claim, `lease_token` as fencing token, `lease_until` while somebody
holds the row, `due_at` as the time after which the sweeper asks whether it is stuck.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _time(name: str, *, now: bool = False) -> Column[object]:
    """Return a column of aware times, null unless it is filled by the database's clock."""
    default = func.now() if now else None
    return Column(name, DateTime(timezone=True), nullable=not now, server_default=default)


def _count(name: str) -> Column[int]:
    """Return a column that counts from 0."""
    return Column(name, Integer, nullable=False, server_default="0")


def _lease() -> tuple[Column[object], ...]:
    """Return the columns of a row that workers claim."""
    return (
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("lease_token", BigInteger, nullable=False, server_default="0"),
        _time("lease_until"),
        _time("due_at"),
    )


def _json(name: str, default: str | None = None) -> Column[object]:
    """Return a JSONB column, null unless a default is given."""
    return Column(name, JSONB(none_as_null=True), nullable=default is None, server_default=default)


def _text(name: str, default: str | None = None, *, null: bool = False) -> Column[str]:
    """Return a text column."""
    return Column(name, Text, nullable=null, server_default=default)


def _tenant() -> Column[str]:
    """Return the tenant column every customer's row has."""
    return Column("tenant", Text, nullable=False, server_default="local")


HELD = "status = 'queued' AND due_at IS NULL"
"""A queued job whose turn has not come: no message was sent for it, nobody asks about it."""

IN_FLIGHT = "status = 'running' OR (status = 'queued' AND due_at IS NOT NULL)"
"""A job whose turn has come and that is not finished."""

TRANSACTION = "(pg_current_xact_id()::text)::bigint"
"""The number of the transaction that writes."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    _tenant(),
    Column("batch_id", Text, ForeignKey("batches.id")),
    _text("status", "queued"),
    _text("stage", null=True),
    _text("verdict", null=True),
    _text("review_status", "not_required"),
    _text("priority", "interactive"),
    _text("filename"),
    _text("media_type", null=True),
    _text("kind", null=True),
    _text("sha256"),
    Column("size_bytes", BigInteger, nullable=False),
    Column("pages_total", Integer),
    _count("pages_done"),
    _count("pages_failed"),
    _text("issuer", null=True),
    Column("year", Integer),
    _text("template", null=True),
    _text("region_code", null=True),
    Column("finding_codes", ARRAY(Text), nullable=False, server_default="{}"),
    _json("metadata", "{}"),
    _json("files", "[]"),
    _json("error"),
    _text("reason", null=True),
    Column("version", BigInteger, nullable=False, server_default="1"),
    _time("created_at", now=True),
    _time("updated_at", now=True),
    _time("started_at"),
    _time("finished_at"),
    _time("deleted_at"),
    _text("trace", null=True),
    *_lease(),
    Index(None, "tenant", "id"),
    Index(None, "batch_id"),
    Index(None, "tenant", "sha256"),
    Index(
        "ix_jobs_report", "tenant", "issuer", "year", postgresql_where=text("issuer IS NOT NULL")
    ),
    Index("ix_jobs_due", "due_at", postgresql_where=text("status IN ('queued', 'running')")),
    Index("ix_jobs_waiting", "id", postgresql_where=text("status = 'queued'")),
    Index(
        "ix_jobs_deleted",
        "due_at",
        postgresql_where=text("deleted_at IS NOT NULL AND due_at IS NOT NULL"),
    ),
    Index("ix_jobs_held", "priority", "tenant", "id", postgresql_where=text(HELD)),
    Index("ix_jobs_in_flight", "priority", "tenant", postgresql_where=text(IN_FLIGHT)),
    Index(
        "ix_jobs_batch_active", "batch_id", postgresql_where=text("status IN ('queued', 'running')")
    ),
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
    Index("ix_jobs_finding_codes", "finding_codes", postgresql_using="gin"),
)

pages = Table(
    "pages",
    metadata,
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE")),
    Column("number", Integer),
    _text("status", "queued"),
    _text("reading_key", null=True),
    _json("failure"),
    Column("duration_ms", Integer),
    _time("finished_at"),
    *_lease(),
    PrimaryKeyConstraint("job_id", "number"),
    Index("ix_pages_due", "due_at", postgresql_where=text("status IN ('queued', 'running')")),
    Index("ix_pages_finished", "finished_at"),
)

batches = Table(
    "batches",
    metadata,
    Column("id", Text, primary_key=True),
    _tenant(),
    _text("status", "queued"),
    Column("expanded", Boolean, nullable=False, server_default="false"),
    _text("priority", "bulk"),
    _text("on_duplicate", null=True),
    _text("prefix", null=True),
    _json("sources", "[]"),
    _json("metadata", "{}"),
    _json("error"),
    Column("version", BigInteger, nullable=False, server_default="1"),
    _time("created_at", now=True),
    _time("finished_at"),
    _time("sources_gone_at"),
    _text("trace", null=True),
    *_lease(),
    Index(None, "tenant", "id"),
    Index(
        "ix_batches_kept",
        "finished_at",
        postgresql_where=text("sources_gone_at IS NULL AND finished_at IS NOT NULL"),
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
    _text("name"),
    _text("sha256", null=True),
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="SET NULL")),
    _json("error"),
    PrimaryKeyConstraint("batch_id", "position"),
    Index(None, "job_id"),
    Index(None, "batch_id", "sha256"),
)

job_events = Table(
    "job_events",
    metadata,
    Column("seq", BigInteger, Identity(), primary_key=True),
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    _text("type"),
    _json("data", "{}"),
    _time("at", now=True),
    _text("batch_id", null=True),
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
    _json("message", "{}"),
    _time("created_at", now=True),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    _tenant(),
    _text("filename"),
    _text("status", "pending"),
    _text("sha256", null=True),
    Column("size_bytes", BigInteger),
    _text("multipart_id", null=True),
    Column("part_bytes", BigInteger),
    _time("created_at", now=True),
    _time("expired_at"),
    Index("ix_uploads_kept", "created_at", postgresql_where=text("expired_at IS NULL")),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    _tenant(),
    _text("key"),
    _text("fingerprint"),
    _text("resource_id"),
    _time("running_until"),
    _time("created_at", now=True),
    PrimaryKeyConstraint("tenant", "key"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    _tenant(),
    _text("name", ""),
    _text("sha256"),
    _text("hint"),
    Column("requests_per_minute", Integer),
    _time("created_at", now=True),
    _time("revoked_at"),
    UniqueConstraint("sha256"),
)

tenants = Table(
    "tenants",
    metadata,
    _text("tenant"),
    Column("weight", Float, nullable=False, server_default="1"),
    Column("requests_per_minute", Integer),
    Column("max_queued_jobs", Integer),
    PrimaryKeyConstraint("tenant"),
)

turns = Table(
    "turns",
    metadata,
    _text("priority"),
    _text("tenant"),
    Column("served", Float, nullable=False, server_default="0"),
    PrimaryKeyConstraint("priority", "tenant"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Text, primary_key=True),
    _tenant(),
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("page", Integer),
    _text("task"),
    _json("failure", "{}"),
    _time("created_at", now=True),
    _time("requeued_at"),
    Index(None, "tenant", "id"),
)

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Text, primary_key=True),
    _tenant(),
    _text("url"),
    _json("events", "[]"),
    _text("description", ""),
    _text("secret"),
    _text("previous_secret", null=True),
    _time("previous_secret_until"),
    Column("enabled", Boolean, nullable=False, server_default="true"),
    _text("disabled_reason", null=True),
    _time("created_at", now=True),
    _time("deleted_at"),
    Index(None, "tenant"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    _tenant(),
    Column("endpoint_id", Text, ForeignKey("webhook_endpoints.id"), nullable=False),
    _text("event_id"),
    _text("type"),
    _text("body"),
    _text("status", "pending"),
    _time("created_at", now=True),
    _time("finished_at"),
    *_lease(),
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
    _time("at", now=True),
    Column("status", Integer),
    _text("error", null=True),
    Column("duration_ms", Integer, nullable=False),
    _json("request"),
    _json("response_headers", "{}"),
    _text("response", ""),
    PrimaryKeyConstraint("delivery_id", "number"),
)

service_state = Table(
    "service_state",
    metadata,
    Column("name", Text, primary_key=True),
    _time("at", now=True),
)

processes = Table(
    "processes",
    metadata,
    Column("id", Text, primary_key=True),
    _text("kind"),
    _text("host"),
    Column("queues", ARRAY(Text), nullable=False, server_default="{}"),
    _text("version"),
    Column("memory_bytes", BigInteger),
    Column("clock_ahead_s", Float),
    _time("started_at", now=True),
    _time("seen_at", now=True),
    _time("ended_at"),
)

tallies = Table(
    "tallies",
    metadata,
    _text("process_id"),
    _text("metric"),
    Column("labels", ARRAY(Text)),
    Column("counts", ARRAY(BigInteger), nullable=False),
    Column("total", Float, nullable=False),
    PrimaryKeyConstraint("process_id", "metric", "labels"),
)
