"""A batch: many documents handed in together, counted by status."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from schemas.failure import Failure
from schemas.job import JobStatus, Priority
from schemas.validation import Verdict
from schemas.value import Value

ItemStatus = Literal[
    "queued", "running", "succeeded", "partially_succeeded", "failed", "cancelled", "skipped"
]
BatchStatus = JobStatus
OnDuplicate = Literal["reuse", "reprocess", "reject"]
"""What becomes of a document whose bytes the tenant handed in before: its job stands for it, it is
read again, or it is refused."""

MAX_RETENTION_DAYS = 36_500
RetentionDays = Annotated[int, Field(ge=1, le=MAX_RETENTION_DAYS)]
"""How many days after its end something is kept."""

SKIPPED_CODES = frozenset({"duplicate", "unsupported_type", "not_a_document", "converter_missing"})
"""A member refused for one of these was not, or not once more, to be read: skipped, not failed."""


class BatchProgress(Value):
    """How far a batch is, by items; `reason` is null once it is finished."""

    items_total: int | None
    """Null while archives are still being opened."""
    items_done: int
    percent: int = Field(ge=0, le=100)
    reason: str | None


class BatchLinks(Value):
    """Where the parts of a batch are found, as paths on this server."""

    self: str
    items: str
    events: str
    export: str


class Batch(Value):
    """A batch as customers read it."""

    id: str
    status: BatchStatus
    counts: dict[ItemStatus, int]
    verdicts: dict[Verdict, int] = Field(default_factory=dict)
    """The reports read so far by verdict; verdicts nobody has are left out."""
    progress: BatchProgress
    priority: Priority
    metadata: dict[str, JsonValue]
    retention_days: int | None = None
    """Days after its end until it is deleted with its results; null for what the tenant has."""
    error: Failure | None
    created_at: datetime
    finished_at: datetime | None
    links: BatchLinks


class BatchItem(Value):
    """One member of a batch: a job, or the reason why there is none."""

    name: str
    status: ItemStatus
    job_id: str | None
    error: Failure | None
    verdict: Verdict | None = None
    issuer: str | None = None
    year: int | None = None


class BatchItemList(Value):
    """One page of items; `next_cursor` is null on the last."""

    data: tuple[BatchItem, ...]
    next_cursor: str | None


class BatchList(Value):
    """One page of batches; `next_cursor` is null on the last."""

    data: tuple[Batch, ...]
    next_cursor: str | None


class BatchSource(Value):
    """A file a batch was handed in with: a document or an archive, already in object storage."""

    key: str
    filename: str
    sha256: str
    size_bytes: int


class BatchDeletion(Value):
    """A batch that is gone, and whose jobs are being deleted in the background."""

    id: str
    status: Literal["deleting"]
    jobs_left: int


def item_status(job_status: JobStatus | None, error_code: str | None) -> ItemStatus:
    """Return the status of an item: its job's, or, where a refusal says so, `skipped`."""
    status = job_status or "failed"
    return "skipped" if status == "failed" and error_code in SKIPPED_CODES else status


def final_status(counts: Mapping[ItemStatus, int], *, reused: bool = False) -> BatchStatus | None:
    """Return what a fully opened batch ends as, or None while any item is on its way.

    Skipped items weigh nothing, unless there is nothing else: then the batch failed. Where an
    earlier job stands for some of them (`reused`), the batch has results all the same.
    """
    if counts.get("queued", 0) or counts.get("running", 0):
        return None
    good = counts.get("succeeded", 0) + reused
    partial = counts.get("partially_succeeded", 0)
    cancelled = counts.get("cancelled", 0)
    failed = counts.get("failed", 0)
    if cancelled and not (good or partial or failed):
        return "cancelled"
    if not (good or partial):
        return "failed"
    return "partially_succeeded" if partial or failed or cancelled else "succeeded"
