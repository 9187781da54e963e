"""A tenant: its share and limits, what it used, and what was done in its name."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, JsonValue

from schemas.batch import MAX_RETENTION_DAYS
from schemas.job import JobStatus
from schemas.validation import Verdict
from schemas.value import Value

TenantName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""Small letters, digits, hyphens: it begins the keys of all of a tenant's objects."""


class TenantChange(Value):
    """What the operator sets for a tenant; null for what the settings say for all."""

    weight: float = Field(default=1.0, ge=0.01, le=1000, allow_inf_nan=False)
    """Its share while others wait as well: turns in proportion to the weights."""
    requests_per_minute: int | None = Field(default=None, ge=1, le=1_000_000)
    """Of all its keys together."""
    max_queued_jobs: int | None = Field(default=None, ge=0, le=10_000_000)
    """Jobs that may wait or run at once; beyond it the door answers 429."""
    retention_days: int | None = Field(default=None, ge=0, le=MAX_RETENTION_DAYS)
    """Days after its end until a job or batch is deleted; 0 keeps for ever."""


class Tenant(TenantChange):
    """A tenant as the operator reads it."""

    tenant: str
    keys: int
    """How many keys it has that are valid."""


class TenantList(Value):
    """All tenants that have a key or something set for them."""

    data: tuple[Tenant, ...]
    next_cursor: str | None = None


class QueuedJobs(Value):
    """How many jobs may wait or run at once, and how many do."""

    limit: int
    used: int


class Quota(Value):
    """What a tenant may do, and how much of it is taken up now."""

    tenant: str
    requests_per_minute: int | None
    """The lower of the key's own and the tenant's; null for no limit. Beyond it: 429."""
    queued_jobs: QueuedJobs
    weight: float
    retention_days: int | None
    """Days after its end until a job or batch is deleted; null for ever."""
    max_upload_bytes: int
    max_archive_bytes: int
    max_pages: int


class UsageOfDay(Value):
    """What was handed in on a day (UTC)."""

    day: date
    jobs: int
    pages: int
    size_bytes: int


class Usage(Value):
    """What a tenant handed in from a day to a day, both included; deleted jobs count as well."""

    tenant: str
    since: date
    until: date
    jobs: int
    pages: int
    size_bytes: int
    statuses: dict[JobStatus, int]
    verdicts: dict[Verdict, int]
    days: tuple[UsageOfDay, ...]
    """Days without any are left out."""


class AuditEntry(Value):
    """Something done to a thing of the tenant, and by whom."""

    id: str
    at: datetime
    actor: str
    """A key's id, `local` for a request without key, `bootstrap`, `retention`, `housekeeping`."""
    action: str
    subject: str
    details: dict[str, JsonValue]


class AuditList(Value):
    """One page of the audit, the newest first; `next_cursor` is null on the last."""

    data: tuple[AuditEntry, ...]
    next_cursor: str | None
