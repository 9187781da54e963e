"""The room's SQL of what a tenant may use, and what it used."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, func, select

from api import jobs as job_rows
from api import tenants
from api.auth import Caller
from api.errors import ApiError
from api.parts import Parts
from schemas.ids import make_id
from schemas.job import JobStatus
from schemas.tables_sql import jobs
from schemas.tenant import QueuedJobs, Quota, Usage, UsageOfDay
from schemas.validation import Verdict

MOST_DAYS = 366
_FIRST_YEAR_BEYOND = 9999


def quota(parts: Parts, asking: Caller) -> Quota:
    """Return what the tenant that asks may do, and how much of it is taken up."""
    settings = parts.settings
    used, own_limit = job_rows.waiting(parts, asking.tenant)
    with parts.reading.connect() as connection:
        row = tenants.policy(connection, asking.tenant)
    own_days = row.retention_days if row is not None else None
    days = settings.retention_days if own_days is None else own_days
    rates = [rate for rate in (asking.of_key, asking.of_tenant) if rate]
    return Quota(
        tenant=asking.tenant,
        requests_per_minute=min(rates, default=None),
        queued_jobs=QueuedJobs(
            limit=settings.max_queued_jobs if own_limit is None else own_limit, used=used
        ),
        weight=row.weight if row is not None else 1.0,
        retention_days=days or None,
        max_upload_bytes=settings.max_upload_bytes,
        max_archive_bytes=settings.max_archive_bytes,
        max_pages=settings.max_pages,
    )


def period(since: date | None, until: date | None) -> tuple[date, date]:
    """Return the days asked for; this month when none are said. 422 for those that cannot be."""
    last = until or (since if since and since > _today() else _today())
    first = since or last.replace(day=1)
    known = first.year >= 1970 and last.year < _FIRST_YEAR_BEYOND
    if not known or first > last or (last - first).days >= MOST_DAYS:
        raise ApiError(
            422,
            "invalid_period",
            f"since 不得晚于 until，且最多相隔 {MOST_DAYS} 天。",
            f"`since` must not be later than `until`, and at most {MOST_DAYS} days are summed up.",
        )
    return first, last


def used(parts: Parts, tenant: str, since: date, until: date) -> Usage:
    """Sum up what a tenant handed in on some days."""
    day = cast(func.timezone("UTC", jobs.c.created_at), Date)
    pages = func.coalesce(func.sum(jobs.c.pages_total), 0)
    sums = (func.count(), pages, func.sum(jobs.c.size_bytes))
    own = _within(tenant, since, until)
    by_day = select(day, *sums).where(*own).group_by(day).order_by(day)
    kinds = (jobs.c.status, jobs.c.verdict)
    by_kind = select(*kinds, func.count()).where(*own).group_by(*kinds)
    with parts.reading.connect() as connection:
        days = [
            UsageOfDay(day=row[0], jobs=row[1], pages=row[2], size_bytes=row[3])
            for row in connection.execute(by_day)
        ]
        rows: list[Any] = list(connection.execute(by_kind))
    statuses: dict[JobStatus, int] = {}
    verdicts: dict[Verdict, int] = {}
    for status, verdict, number in rows:
        statuses[status] = statuses.get(status, 0) + number
        if verdict is not None:
            verdicts[verdict] = verdicts.get(verdict, 0) + number
    return Usage(
        tenant=tenant,
        since=since,
        until=until,
        jobs=sum(one.jobs for one in days),
        pages=sum(one.pages for one in days),
        size_bytes=sum(one.size_bytes for one in days),
        statuses=statuses,
        verdicts=verdicts,
        days=tuple(days),
    )


def _within(tenant: str, since: date, until: date) -> list[ColumnElement[bool]]:
    """Return what holds of jobs of some days: ids begin with the time, and have an index.

    An id is made a moment before its row, and perhaps by another clock: hence a day more.
    """
    begin, end = _begin_of(since), _begin_of(until + timedelta(days=1))
    return [
        jobs.c.tenant == tenant,
        jobs.c.id >= _first_id(begin - timedelta(days=1)),
        jobs.c.id < _first_id(end + timedelta(days=1)),
        jobs.c.created_at >= begin,
        jobs.c.created_at < end,
    ]


def _first_id(moment: datetime) -> str:
    return make_id("job", max(0, int(moment.timestamp() * 1000)), 0)


def _begin_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _today() -> date:
    return datetime.now(UTC).date()
