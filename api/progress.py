"""How far a job is and what it waits for: rows in, the customer's view out."""

from dataclasses import dataclass

from sqlalchemy import Connection, Integer, and_, case, func, select

from api.settings import ApiSettings
from schemas.job import TERMINAL, Job, Progress, links, percent
from schemas.tables_sql import jobs, pages, service_state
from storage.events import seconds
from storage.rows import JobRow

_RECENT_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a waiting job's view needs besides its row."""

    ahead: int | None = None
    attempt: int = 0
    workers_seen: bool = True
    eta_s: int | None = None


def look_around(connection: Connection, settings: ApiSettings, job: JobRow) -> Surroundings:
    """Find out what a job waits for; nothing for one that is finished."""
    if job.status in TERMINAL:
        return Surroundings(attempt=_attempt(connection, job))
    return Surroundings(
        ahead=_ahead(connection, job) if job.status == "queued" else None,
        attempt=_attempt(connection, job),
        workers_seen=workers_seen(connection, settings),
        eta_s=_eta(connection, job),
    )


def view(job: JobRow, around: Surroundings) -> Job:
    """Return a job as customers read it."""
    finished = job.status in TERMINAL
    return Job(
        id=job.id,
        status=job.status,
        stage=job.stage,
        verdict=job.verdict,
        review_status=job.review_status,
        filename=job.filename,
        sha256=job.sha256,
        pages=job.pages_total,
        batch_id=job.batch_id,
        priority=job.priority,
        issuer=job.issuer,
        year=job.year,
        metadata=job.metadata,
        progress=Progress(
            pages_total=job.pages_total,
            pages_done=job.pages_done,
            pages_failed=job.pages_failed,
            percent=percent(
                job.stage, job.pages_done + job.pages_failed, job.pages_total, finished=finished
            ),
            queue_position=around.ahead,
            eta_seconds=around.eta_s,
            attempt=max(around.attempt, job.attempts),
            reason=None if finished else reason(job, around),
        ),
        error=job.error,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        links=links(job.id, job.batch_id, job.status),
    )


def reason(job: JobRow, around: Surroundings) -> str:
    """Say in a word why a job is not finished yet; nothing waits without one."""
    if not around.workers_seen:
        return "no_worker_running"
    if job.reason is not None:
        return job.reason
    return "waiting_in_queue" if job.status == "queued" else str(job.stage)


def workers_seen(connection: Connection, settings: ApiSettings) -> bool:
    """Say whether any worker gave a sign of life lately."""
    recent = func.now() - seconds(settings.no_worker_after_s)
    seen = select(service_state.c.at > recent).where(service_state.c.name == "sweep")
    return bool(connection.execute(seen).scalar_one_or_none())


def _ahead(connection: Connection, job: JobRow) -> int:
    waiting = select(func.count()).where(jobs.c.status == "queued", jobs.c.id < job.id)
    return connection.execute(waiting).scalar_one()


def _attempt(connection: Connection, job: JobRow) -> int:
    most = select(func.max(pages.c.attempts)).where(pages.c.job_id == job.id)
    return connection.execute(most).scalar_one_or_none() or 0


def _eta(connection: Connection, job: JobRow) -> int | None:
    """Estimate the seconds left from the pages before and in this job, at the recent pace."""
    if job.pages_total is None:
        return None
    pace = select(func.count()).where(pages.c.finished_at > func.now() - seconds(_RECENT_S))
    done = connection.execute(pace).scalar_one()
    if not done:
        return None
    unread = and_(pages.c.status.in_(("queued", "running")), pages.c.job_id <= job.id)
    left = connection.execute(
        select(func.count(case((unread, 1))).cast(Integer)).select_from(pages).where(unread)
    ).scalar_one()
    return round(left * _RECENT_S / done)
