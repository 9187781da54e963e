"""What may be asked for: options of a submission, filters of lists, formats of results."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, TypedDict

from pydantic import JsonValue

from schemas.batch import ItemStatus, OnDuplicate
from schemas.event import DeliveryStatus, EventType
from schemas.job import JobStatus, Priority
from schemas.validation import Verdict

ResultFormat = Literal["json", "csv", "xlsx", "html", "pdf"]
ExportFormat = Literal["csv", "xlsx", "parquet", "jsonl", "html"]
FilePart = Literal["validation", "tables", "source"]

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are sent."""


class Wishes(TypedDict, total=False):
    """What is wanted of a submission besides the files; what is left out the server decides."""

    priority: Priority
    metadata: Mapping[str, JsonValue]
    on_duplicate: OnDuplicate
    """What becomes of a document handed in before: its job stands for it, it is read again, or it
    is refused."""
    retention_days: int
    """Of a batch: days after its end until it is deleted with its results."""
    idempotency_key: str
    """Two submissions under one key are one; a fresh key is made where none is given."""


class JobFilters(TypedDict, total=False):
    """What a list of jobs is narrowed to."""

    status: JobStatus | list[JobStatus]
    batch_id: str
    issuer: str
    year: int
    sha256: str
    verdict: Verdict
    region: str
    finding: str
    text: str
    created_after: datetime


class ItemFilters(TypedDict, total=False):
    """What the items of a batch are narrowed to."""

    status: ItemStatus | list[ItemStatus]
    verdict: Verdict
    text: str


class DeliveryFilters(TypedDict, total=False):
    """What the log of deliveries is narrowed to."""

    endpoint_id: str
    status: DeliveryStatus
    type: EventType
    event_id: str
    created_after: datetime
    created_before: datetime
