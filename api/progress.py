"""How far a job is and what it waits for: rows in, the customer's view out."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, literal_column, select

from api.pulse import Pulse
from schemas.job import ASSEMBLY, TERMINAL, Job, Progress, links, percent
from schemas.tables_sql import HELD, IN_FLIGHT, jobs, pages
from storage.rows import JobRow


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a waiting job's view needs besides its row."""

    ahead: int | None = None
    attempt: int = 0
    workers_seen: bool = True
    eta_s: int | None = None


PAGE_ATTEMPTS = (
    select(func.coalesce(func.max(pages.c.attempts), 0))
    .where(pages.c.job_id == jobs.c.id)
    .scalar_subquery()
)
"""Of a job: how often its most difficult page was tried."""


def look_around(connection: Connection, pulse: Pulse, job: JobRow, attempt: int) -> Surroundings:
    """Find out what a job waits for; nothing for one that is finished."""
    if job.status in TERMINAL:
        return Surroundings(attempt=attempt)
    ahead = _ahead(connection, pulse, job) if job.status == "queued" else None
    return Surroundings(
        ahead=ahead,
        attempt=attempt,
        workers_seen=pulse.workers_seen,
        eta_s=eta_s(pulse, job, ahead or 0),
    )


def behind_all(pulse: Pulse, job: JobRow) -> Surroundings:
    """Say what the last one of its tenant waits for; none of those ahead need be counted anew."""
    own_first = pulse.held.get((job.priority, job.tenant), 0)
    ahead = own_first + pulse.others_first(job.priority, job.tenant, own_first)
    return Surroundings(
        ahead=ahead, workers_seen=pulse.workers_seen, eta_s=eta_s(pulse, job, ahead)
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
    if job.status == "queued":
        return "waiting_in_queue" if job.due_at is not None else "waiting_for_a_turn"
    return str(job.stage)


def _ahead(connection: Connection, pulse: Pulse, job: JobRow) -> int:
    """Count the jobs that begin before a queued one: those let begin, and turns of all tenants."""
    before = (jobs.c.priority == job.priority) & (jobs.c.id < job.id) & (jobs.c.status == "queued")
    if job.due_at is not None:
        let_begin = select(func.count()).where(before, literal_column(f"({IN_FLIGHT})"))
        return connection.execute(let_begin).scalar_one()
    own = select(func.count()).where(
        before, jobs.c.tenant == job.tenant, literal_column(f"({HELD})")
    )
    own_first = connection.execute(own).scalar_one()
    return own_first + pulse.others_first(job.priority, job.tenant, own_first)


def eta_s(pulse: Pulse, job: JobRow, ahead: int) -> int | None:
    """Estimate the seconds until a job is read, at the pace of the last two minutes.

    Null while nothing is being read: then nobody can tell.
    """
    if pulse.seconds_a_page is None or not pulse.workers_seen:
        return None
    if job.stage in ASSEMBLY:
        return round(pulse.seconds_a_page)
    own = job.pages_total or pulse.pages_a_job
    if job.due_at is None and job.status == "queued":
        own += ahead * pulse.pages_a_job
    pages_left = max(own - job.pages_done - job.pages_failed, 1) + pulse.pages_first(job.priority)
    if job.stage == "reading":  # its own pages are among those under way
        pages_left -= min(own, pulse.pages_under_way.get(job.priority, 0))
    return max(1, round(pages_left * pulse.seconds_a_page))
