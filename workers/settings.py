"""The settings of the reading side; every field is an environment variable `GOUJI_…`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from schemas.environment import (
    Addresses,
    Bytes,
    Conversion,
    Count,
    DocumentLimits,
    Seconds,
    WebhookAddresses,
    WholeSeconds,
)


class WorkerSettings(Addresses, DocumentLimits, Conversion, WebhookAddresses):
    """What a worker process is told by its environment."""

    engine: Literal["paddle", "null"] = "paddle"
    """`null` reads every document as empty pages: for tests of the service, never for use."""
    null_page_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """Seconds the null engine takes for a page."""

    lease_s: Seconds = 40.0
    """How long a worker that fell silent keeps what it was working on."""
    drain_s: Seconds = 15.0
    """How long a worker that is told to stop may still work before it hands back what it has."""
    max_attempts: Count = 4
    """Attempts at a page or step before it is given up and its document set aside."""
    retry_backoff_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 5.0
    """Wait after the first failed attempt; doubled after each further one."""
    sweep_interval_s: Seconds = 5.0
    """How often housekeeping looks for what is stuck."""
    resend_s: Seconds = 30.0
    """How long a message may be under way before the sweeper asks whether it was lost."""

    inspect_limit_s: WholeSeconds = 120
    page_limit_s: WholeSeconds = 300
    assemble_limit_s: WholeSeconds = 600
    expand_limit_s: WholeSeconds = 1800
    """Hard time limits of one task; the child is killed and the attempt counted."""
    child_memory_bytes: Annotated[int, Field(ge=0)] = 0
    """Address space of a child that reads no pages; 0 sets no limit."""
    pages_per_child: Count = 500
    """Tasks after which a child is replaced by a fresh one."""

    archive_max_entries: Count = 50_000
    archive_max_total_bytes: Bytes = 8 * 1024 * 1024 * 1024

    webhook_timeout_s: Seconds = 15.0

    alive_file: Path | None = None
    """A file to touch every ten seconds, for those who watch over the worker."""
    migrate_on_start: bool = True

    def longest_limit_s(self) -> int:
        """Return the longest hard limit; messages must stay invisible for longer than that."""
        return max(
            self.inspect_limit_s, self.page_limit_s, self.assemble_limit_s, self.expand_limit_s
        )
