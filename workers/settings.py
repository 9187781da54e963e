"""The settings of the reading side; every field is an environment variable `GOUJI_…`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from schemas.environment import (
    PREFIX,
    Addresses,
    Bytes,
    Confinement,
    Conversion,
    Count,
    DocumentLimits,
    Retention,
    Seconds,
    WebhookAddresses,
    WholeSeconds,
)
from schemas.message import TaskName

SOFT_LIMIT_LEAD_S = 10
"""A task is told so long before its hard limit."""


class WorkerSettings(
    Addresses, DocumentLimits, Retention, Confinement, Conversion, WebhookAddresses
):
    """What a worker process is told by its environment."""

    engine: Literal["paddle", "null"] = "paddle"
    """`null` reads every document as empty pages: for tests of the service, never for use."""
    null_page_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """Seconds the null engine takes for a page."""

    lease_s: Seconds = 30.0
    """How long a worker that fell silent keeps what it was working on."""
    drain_s: Seconds = 15.0
    """How long a worker that is told to stop may still work before it hands back what it has."""
    max_attempts: Count = 4
    """Attempts at a page or step before it is given up and its document set aside."""
    retry_backoff_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 5.0
    """Wait after the first failed attempt; doubled after each further one."""
    sweep_interval_s: Seconds = 5.0
    """How often housekeeping looks for what is stuck."""
    resend_s: Seconds = 20.0
    """How long a message may be under way before the sweeper asks whether it was lost."""

    inspect_limit_s: WholeSeconds = Field(default=120, validate_default=True)
    page_limit_s: WholeSeconds = Field(default=300, validate_default=True)
    assemble_limit_s: WholeSeconds = 600
    expand_limit_s: WholeSeconds = 1800
    """Hard time limits of one task; the child is killed and the attempt counted."""
    child_memory_bytes: Annotated[int, Field(ge=0)] = 0
    """Address space of a child that reads no pages; 0 sets no limit."""
    pages_per_child: Count = 500
    """Tasks after which a child is replaced by a fresh one."""

    archive_max_entries: Count = 50_000
    archive_max_total_bytes: Bytes = 8 * 1024 * 1024 * 1024
    archive_max_ratio: Annotated[float, Field(ge=10, allow_inf_nan=False)] = 200.0
    """Unpacked ÷ packed bytes, of members and of compressed streams beyond 16 MiB."""

    webhook_timeout_s: Seconds = 15.0
    delivery_log_days: Annotated[int, Field(ge=7, le=36_500)] = 90
    """Days for which deliveries that have ended, and their attempts, can be looked at and repeated;
    longer than retries go on."""

    alive_file: Path | None = None
    """A file to touch every ten seconds, for those who watch over the worker."""
    migrate_on_start: bool = True

    @field_validator("inspect_limit_s", "page_limit_s")
    @classmethod
    def _leaves_room(cls, limit_s: int, before: ValidationInfo) -> int:
        """Have a document's own limit come first, else its fault is taken for the worker's."""
        own_s = before.data.get("document_limit_s", 0.0)
        if limit_s < own_s + SOFT_LIMIT_LEAD_S:
            raise ValueError(
                f"at least {SOFT_LIMIT_LEAD_S} s more than {PREFIX}DOCUMENT_LIMIT_S, {own_s:g}"
            )
        return limit_s

    def longest_limit_s(self) -> int:
        """Return the longest hard limit; messages must stay invisible for longer than that."""
        return max(
            self.inspect_limit_s, self.page_limit_s, self.assemble_limit_s, self.expand_limit_s
        )


def hard_limits(settings: WorkerSettings) -> dict[TaskName, int]:
    """Return the hard time limit of each task in seconds; none goes without."""
    return {
        "gouji.inspect": settings.inspect_limit_s,
        "gouji.page": settings.page_limit_s,
        "gouji.assemble": settings.assemble_limit_s,
        "gouji.expand": settings.expand_limit_s,
        "gouji.deliver": int(settings.webhook_timeout_s) + 60,
        "gouji.sweep": 60,
    }


def soft_limit_s(settings: WorkerSettings, task: TaskName) -> int:
    """Return the seconds after which a task is told that it takes too long."""
    return max(1, hard_limits(settings)[task] - SOFT_LIMIT_LEAD_S)
