"""Rows as values: what is read from the database before anything is decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Self

import sqlalchemy
from pydantic import BaseModel, ConfigDict, JsonValue

from schemas.batch import BatchSource, BatchStatus, OnDuplicate
from schemas.event import DeliveryStatus
from schemas.failure import Failure
from schemas.job import JobStatus, Priority, ReviewStatus, Stage, State
from schemas.tables_sql import jobs
from schemas.validation import Verdict


class _Row(BaseModel):
    """A frozen row; columns that a reader does not need are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def of(cls, row: "sqlalchemy.Row[Any] | Mapping[str, object]") -> Self:
        """Check a row and return it as a value."""
        mapping = row._mapping if isinstance(row, sqlalchemy.Row) else row
        return cls.model_validate(dict(mapping))


class JobRow(_Row):
    """A row of `jobs`."""

    id: str
    tenant: str
    batch_id: str | None
    status: JobStatus
    stage: Stage | None
    verdict: Verdict | None
    review_status: ReviewStatus
    priority: Priority
    filename: str
    media_type: str | None
    kind: str | None
    sha256: str
    size_bytes: int
    pages_total: int | None
    pages_done: int
    pages_failed: int
    issuer: str | None
    year: int | None
    metadata: dict[str, JsonValue]
    files: tuple[str, ...]
    error: Failure | None
    reason: str | None
    version: int
    attempts: int
    due_at: datetime | None = None
    trace: str | None = None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    deleted_at: datetime | None

    @property
    def state(self) -> State:
        """Where the job stands."""
        return State(status=self.status, stage=self.stage)


JOB_COLUMNS = tuple(column for column in jobs.c if column.name in JobRow.model_fields)
"""What is read of a job; the other columns are only written and searched."""


class PageRow(_Row):
    """A row of `pages`."""

    job_id: str
    number: int
    status: str
    reading_key: str | None
    failure: Failure | None


class BatchRow(_Row):
    """A row of `batches`."""

    id: str
    tenant: str
    status: BatchStatus
    expanded: bool
    priority: Priority
    on_duplicate: OnDuplicate | None = None
    prefix: str | None = None
    sources: tuple[BatchSource, ...]
    metadata: dict[str, JsonValue]
    error: Failure | None
    version: int
    trace: str | None = None
    created_at: datetime
    finished_at: datetime | None
    sources_gone_at: datetime | None = None
    retention_days: int | None = None
    deleted_at: datetime | None = None


class EndpointRow(_Row):
    """A row of `webhook_endpoints`."""

    id: str
    tenant: str
    url: str
    events: tuple[str, ...]
    description: str
    secret: str
    previous_secret: str | None
    previous_secret_until: datetime | None
    enabled: bool
    disabled_reason: str | None
    created_at: datetime


class DeliveryRow(_Row):
    """A row of `webhook_deliveries`."""

    id: str
    tenant: str
    endpoint_id: str
    event_id: str
    type: str
    body: str
    status: DeliveryStatus
    attempts: int
    due_at: datetime | None
    created_at: datetime


class UploadRow(_Row):
    """A row of `uploads`; hash and size are known once it is completed."""

    id: str
    tenant: str
    filename: str
    status: Literal["pending", "completed"]
    sha256: str | None
    size_bytes: int | None
    multipart_id: str | None = None
    part_bytes: int | None = None
    created_at: datetime
    expired_at: datetime | None = None
