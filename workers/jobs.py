"""The tasks' SQL: claiming a step or page, and writing what came of it, each one transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from schemas import failures, message
from schemas.failure import Failure
from schemas.job import ACTIVE
from schemas.tables_sql import dead_letters, jobs, pages
from storage import events, turns
from storage.events import seconds
from storage.ids import new_id
from storage.jobs import Values, lock, move
from storage.outbox import Unit, unit_of_work
from storage.rows import JobRow, PageRow
from workers import lease
from workers.lease import Claim
from workers.parts import Parts

if TYPE_CHECKING:
    from workers.engines.inspect import Inspection

_FREE: Values = {"attempts": 0, "lease_until": None, "lease_token": jobs.c.lease_token + 1}
"""A step that begins: no attempts yet, held by nobody, and not by who did the step before."""

_PATIENCE = timedelta(days=1)
"""For this long a job waits for a store or database that is away, and no attempt is counted."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """A job and this process's claim on its current step, or on one of its pages."""

    job: JobRow
    claim: Claim
    page: int | None = None


def start_inspection(parts: Parts, job_id: str) -> Held | None:
    """Claim the inspection of a job; None when it is done, cancelled or somebody else's."""
    waiting = or_(
        jobs.c.status == "queued", and_(jobs.c.status == "running", jobs.c.stage == "inspecting")
    )
    with unit_of_work(parts.database, parts.send) as unit:
        job = lock(unit, job_id)
        if job is None:
            return None
        row = and_(jobs.c.id == job_id, waiting)
        claim = lease.claim(unit.connection, jobs, row, parts.settings.lease_s)
        if claim is None:
            return None
        started: Values = {"started_at": func.coalesce(jobs.c.started_at, func.now())}
        move(unit, job, "inspection_started", started)
    return Held(job=job, claim=_by_id(claim, job_id), page=None)


def finish_inspection(parts: Parts, held: Held, found: "Inspection") -> None:
    """Write what a document is and hand out its pages."""
    with unit_of_work(parts.database, parts.send) as unit:
        job = _still_ours(unit, held)
        if job is None:
            return
        facts: Values = {
            "media_type": found.media_type,
            "kind": found.kind,
            "pages_total": found.pages,
            "pages_done": 0,
            "pages_failed": 0,
            "due_at": None,
        }
        move(unit, job, "inspected", {**_FREE, **facts})
        numbers = range(1, found.pages + 1)
        fresh = {
            "due_at": func.now() + seconds(parts.settings.resend_s),
            "lease_token": job.version * 1000,  # none from before a retry counts any more
        }
        unit.connection.execute(
            insert(pages).values(fresh),
            [{"job_id": job.id, "number": number} for number in numbers],
        )
        turns.charge(unit, job.priority, job.tenant, found.pages)
        unit.post(*(message.page(job.id, number, job.priority) for number in numbers))


def start_page(parts: Parts, job_id: str, number: int) -> Held | None:
    """Claim a page; None when it is done, its job is over, or somebody else has it."""
    reading = select(jobs).where(
        jobs.c.id == job_id, jobs.c.status == "running", jobs.c.stage == "reading"
    )
    with parts.database.begin() as connection:
        job = connection.execute(reading).one_or_none()
        if job is None:
            return None
        row = and_(
            pages.c.job_id == job_id,
            pages.c.number == number,
            pages.c.status.in_(("queued", "running")),
        )
        claim = lease.claim(connection, pages, row, parts.settings.lease_s)
        if claim is None:
            return None
        connection.execute(update(pages).where(claim.held).values(status="running"))
    return Held(job=JobRow.of(job), claim=claim, page=number)


def finish_page(
    parts: Parts,
    held: Held,
    *,
    reading_key: str | None,
    failure: Failure | None,
    duration_ms: int | None,
    letter: Values | None = None,
) -> None:
    """Write a page's end, with its dead letter, and, when it was the last, go on to assembly.

    The job's row lock makes the count exact: of pages finishing at once, one is last.
    """
    with unit_of_work(parts.database, parts.send) as unit:
        job = lock(unit, held.job.id)
        if job is None or job.stage != "reading":
            return
        end = {
            "status": "failed" if failure else "done",
            "reading_key": reading_key,
            "failure": failure.model_dump(mode="json") if failure else None,
            "duration_ms": duration_ms,
            "finished_at": func.now(),
            "lease_until": None,
            "lease_token": pages.c.lease_token + 1,
            "due_at": None,
        }
        if unit.connection.execute(update(pages).where(held.claim.held).values(end)).rowcount:
            if letter is not None:
                unit.connection.execute(insert(dead_letters).values(letter))
            events.note(
                unit, job.id, "job.page", {"page": held.page, "failed": failure is not None}
            )
            unit.count("pages_finished", "failed" if failure else "done")
            _count_pages(unit, parts, job)


def _count_pages(unit: Unit, parts: Parts, job: JobRow) -> None:
    """Bring the job's counters up to date; after the last page send its next step."""
    by_status = select(pages.c.status, func.count()).where(pages.c.job_id == job.id)
    rows = unit.connection.execute(by_status.group_by(pages.c.status)).tuples()
    counts: dict[str, int] = dict(rows.all())
    done, failed = counts.get("done", 0), counts.get("failed", 0)
    counters: Values = {"pages_done": done, "pages_failed": failed}
    if done + failed < sum(counts.values()):
        change = {
            **counters,
            "reason": None,
            "version": jobs.c.version + 1,
            "updated_at": func.now(),
        }
        unit.connection.execute(update(jobs).where(jobs.c.id == job.id).values(change))
    elif done:
        due = func.now() + seconds(parts.settings.resend_s)
        move(unit, job, "pages_read", {**_FREE, **counters, "due_at": due})
        unit.post(message.assemble(job.id, job.priority))
    else:
        first = page_rows(unit.connection, job.id)[0].failure or failures.internal()
        move(unit, job, "failed", {**counters, "error": first.model_dump(mode="json")})


def start_assembly(parts: Parts, job_id: str) -> Held | None:
    """Claim the assembly of a job; None when it is done, cancelled or somebody else's."""
    row = and_(jobs.c.id == job_id, jobs.c.status == "running", jobs.c.stage == "assembling")
    with unit_of_work(parts.database, parts.send) as unit:
        job = lock(unit, job_id)
        if job is None:
            return None
        claim = lease.claim(unit.connection, jobs, row, parts.settings.lease_s)
    return None if claim is None else Held(job=job, claim=_by_id(claim, job_id))


def page_rows(connection: Connection, job_id: str) -> list[PageRow]:
    """Return the pages of a job in order."""
    rows = connection.execute(
        select(pages).where(pages.c.job_id == job_id).order_by(pages.c.number)
    )
    return [PageRow.of(row) for row in rows]


def finish_assembly(parts: Parts, held: Held, facts: Values) -> None:
    """Write a job's success; with pages missing it is a partial one."""
    with unit_of_work(parts.database, parts.send) as unit:
        job = _still_ours(unit, held)
        if job is not None:
            gaps = job.pages_failed > 0
            move(unit, job, "assembled_with_gaps" if gaps else "assembled", facts)


def fail(parts: Parts, held: Held, failure: Failure, letter: Values | None = None) -> None:
    """Write a fault, with its dead letter, as the end of its job."""
    with unit_of_work(parts.database, parts.send) as unit:
        job = _still_ours(unit, held)
        if job is not None:
            if letter is not None:
                unit.connection.execute(insert(dead_letters).values(letter))
            move(unit, job, "failed", {"error": failure.model_dump(mode="json")})


def put_off(parts: Parts, held: Held, *, away: bool) -> None:
    """Let go of a step or page after a fault of the world, to be tried again later.

    `away` says that a store or database did not answer: no attempt at the document.
    """
    counted = not away or _waited_long(held.job)
    delay_s = parts.settings.retry_backoff_s * (2 ** (held.claim.attempt - 1) if counted else 1)
    reason = "waiting_for_storage" if away else "retrying_after_error"
    with parts.database.begin() as connection:
        if not lease.put_off(connection, held.claim, delay_s, counted=counted):
            return
        connection.execute(
            update(jobs)
            .where(jobs.c.id == held.job.id, jobs.c.status.in_(sorted(ACTIVE)))
            .values(reason=reason, version=jobs.c.version + 1, updated_at=func.now())
        )


def _waited_long(job: JobRow) -> bool:
    started = job.started_at
    return started is not None and datetime.now(UTC) - started > _PATIENCE


def set_aside(parts: Parts, held: Held, task: str) -> None:
    """Give up a step or page after its last attempt: the page or job fails, and can be requeued."""
    failure = failures.attempts_exhausted(held.claim.attempt - 1)
    letter: Values = {
        "id": new_id("dlq"),
        "tenant": held.job.tenant,
        "job_id": held.job.id,
        "page": held.page,
        "task": task,
        "failure": failure.model_dump(mode="json"),
    }
    if held.page is None:
        fail(parts, held, failure, letter)
    else:
        finish_page(parts, held, reading_key=None, failure=failure, duration_ms=None, letter=letter)


def _by_id(claim: Claim, job_id: str) -> Claim:
    """Return a claim that finds its row by id alone, whatever state the job is in by then."""
    return Claim(table=jobs, row=jobs.c.id == job_id, token=claim.token, attempt=claim.attempt)


def _still_ours(unit: Unit, held: Held) -> JobRow | None:
    """Lock the job if it is still on its way and the claim on it still counts."""
    job = lock(unit, held.job.id)
    if job is None or job.status not in ACTIVE:
        return None
    ours = unit.connection.execute(select(jobs.c.id).where(held.claim.held)).one_or_none()
    return None if ours is None else job
