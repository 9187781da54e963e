"""The tables of those who run the service: its processes, what they count, who removed what."""

from sqlalchemy import BigInteger, Column, Float, Index, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from schemas.columns_sql import json, metadata, moment, tenant, words

service_state = Table(
    "service_state",
    metadata,
    Column("name", Text, primary_key=True),
    moment("at", now=True),
)

processes = Table(
    "processes",
    metadata,
    Column("id", Text, primary_key=True),
    words("kind"),
    words("host"),
    Column("queues", ARRAY(Text), nullable=False, server_default="{}"),
    words("version"),
    Column("memory_bytes", BigInteger),
    Column("clock_ahead_s", Float),
    moment("started_at", now=True),
    moment("seen_at", now=True),
    moment("ended_at"),
)

tallies = Table(
    "tallies",
    metadata,
    words("process_id"),
    words("metric"),
    Column("labels", ARRAY(Text)),
    Column("counts", ARRAY(BigInteger), nullable=False),
    Column("total", Float, nullable=False),
    PrimaryKeyConstraint("process_id", "metric", "labels"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Text, primary_key=True),
    tenant(),
    words("actor"),
    words("action"),
    words("subject"),
    json("details", "{}"),
    moment("at", now=True),
    Index(None, "tenant", "id"),
    Index(None, "tenant", "subject"),
)
"""What was removed or given leave to, by whom: ids and numbers, never a name out of a document."""
