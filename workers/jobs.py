"""The tasks' SQL: claiming a step or page, and writing what came of it, each one transaction."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from pydantic import JsonValue
from sqlalchemy import ColumnElement, Connection, and_, func, insert, literal, or_, select, update

from schemas import failures, message
from schemas.failure import Failure
from schemas.job import ACTIVE, ASSEMBLY, Event, Stage
from schemas.message import TaskName
from schemas.tables_sql import dead_letters, job_events, jobs, pages
from storage import events, turns
from storage.events import seconds
from storage.ids import new_id
from storage.jobs import Values, lock, move
from storage.outbox import Unit, at_once, unit_of_work
from storage.rows import JOB_COLUMNS, JobRow, PageRow
from workers import lease
from workers.fault import Fault, final_failure, next_try
from workers.lease import Claim
from workers.parts import Parts
from workers.settings import soft_limit_s

if TYPE_CHECKING:
    from workers.engines.inspection import Inspection

log = structlog.get_logger()

_FREE: Values = {"attempts": 0, "lease_until": None, "lease_token": jobs.c.lease_token + 1}
"""A step that begins: no attempts yet, held by nobody, and not by who did the step before."""

_INSPECTING: dict[str, JsonValue] = {
    "status": "running",
    "stage": "inspecting",
    "verdict": None,
}
_DATA = job_events.c.data.type
_PATIENCE = timedelta(days=1)
"""For this long a job waits for a store or database that is away, and no attempt is counted."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """A job and this process's claim on its current step, or on one of its pages."""

    job: JobRow
    claim: Claim
    page: int | None = None


def start_inspection(parts: Parts, job_id: str) -> Held | None:
    """Claim the inspection of a job; None when it is done, cancelled or somebody else's.

    The statement says of the job what `advance` says: queued or inspecting, it is inspecting now.
    """
    waiting = or_(
        jobs.c.status == "queued", and_(jobs.c.status == "running", jobs.c.stage == "inspecting")
    )
    begins: Values = {
        "status": "running",
        "stage": "inspecting",
        "reason": None,
        "version": jobs.c.version + 1,
        "updated_at": func.now(),
        "started_at": func.coalesce(jobs.c.started_at, func.now()),
        "finished_at": None,
    }
    with at_once(parts.database).connect() as connection:
        return _take(connection, job_id, waiting, begins, parts.settings.lease_s, tell=True)


def _take(
    connection: Connection,
    job_id: str,
    state: ColumnElement[bool],
    begins: Values,
    lease_s: float,
    *,
    tell: bool = False,
) -> Held | None:
    """Claim the step of a job that is in a state, and write what begins with it.

    `tell` has the first attempt noted in the job's event stream.
    """
    own = jobs.c.id == job_id
    row = and_(own, state, jobs.c.deleted_at.is_(None))
    taking = lease.taking(jobs, row, lease_s).values(begins)
    taken = taking.returning(*JOB_COLUMNS, jobs.c.lease_token).cte("taken")
    query = select(taken)
    if tell:
        line = select(taken.c.id, literal("job.state"), literal(_INSPECTING, _DATA))
        lines = insert(job_events).from_select(
            ["job_id", "type", "data"], line.where(taken.c.attempts == 1)
        )
        query = query.add_cte(lines.cte("told"))
    found = connection.execute(query).one_or_none()
    claim = lease.claimed(jobs, own, found)  # it finds its row whatever state it is in by then
    if found is None or claim is None:
        return None
    return Held(job=JobRow.of(found), claim=claim)


def finish_inspection(parts: Parts, held: Held, found: "Inspection") -> None:
    """Write what a document is and hand out its pages."""
    job = held.job
    facts: Values = {
        "media_type": found.media_type,
        "kind": found.kind,
        "pages_total": found.pages,
        "pages_done": 0,
        "pages_failed": 0,
        "due_at": None,
    }
    numbers = range(1, found.pages + 1)
    with unit_of_work(parts.database, parts.send) as unit:
        if move(unit, job, "inspected", {**_FREE, **facts}, held=held.claim.held) is None:
            return
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
    row = and_(
        pages.c.job_id == job_id,
        pages.c.number == number,
        pages.c.status.in_(("queued", "running")),
    )
    reading = and_(
        jobs.c.id == pages.c.job_id, jobs.c.status == "running", jobs.c.stage == "reading"
    )
    taking = lease.taking(pages, and_(row, reading), parts.settings.lease_s)
    of_page = (pages.c.lease_token.label("page_token"), pages.c.attempts.label("page_attempts"))
    returned = taking.values(status="running").returning(*JOB_COLUMNS, *of_page)
    with at_once(parts.database).connect() as connection:
        taken = connection.execute(returned).one_or_none()
    if taken is None:
        return None
    claim = Claim(table=pages, row=row, token=taken.page_token, attempt=taken.page_attempts)
    return Held(job=JobRow.of(taken), claim=claim, page=number)


def finish_page(
    parts: Parts,
    held: Held,
    *,
    reading_key: str | None,
    failure: Failure | None,
    duration_ms: int | None,
    letter: Values | None = None,
    go_on: bool = False,
) -> Held | None:
    """Write a page's end, with its dead letter, and, when it was the last, have it put together.

    The job's row lock makes the count exact: of pages finishing at once, one is last. With `go_on`
    the assembly is claimed for this process, and the claim returned; else a message asks for it.
    """
    with unit_of_work(parts.database, parts.send) as unit:
        job = lock(unit, held.job.id)
        if job is None or job.stage != "reading":
            _note_reading(unit, held, reading_key)
            return None
        end: Values = {
            "status": "failed" if failure else "done",
            "reading_key": reading_key,
            "failure": failure.model_dump(mode="json") if failure else None,
            "duration_ms": duration_ms,
            "finished_at": func.now(),
            "lease_until": None,
            "lease_token": pages.c.lease_token + 1,
            "due_at": None,
        }
        counts = _end_page(unit, held, end, failed=failure is not None)
        if counts is None:
            return None
        if letter is not None:
            unit.connection.execute(insert(dead_letters).values(letter))
        unit.count("pages_finished", "failed" if failure else "done")
        return _count_pages(unit, parts, job, counts, go_on=go_on)


def _note_reading(unit: Unit, held: Held, reading_key: str | None) -> None:
    """Note where a page's reading lies whose job is over, so that it goes with the document."""
    own = (pages.c.job_id == held.job.id) & (pages.c.number == held.page)
    unit.connection.execute(
        update(pages).where(own, pages.c.reading_key.is_(None)).values(reading_key=reading_key)
    )


def _end_page(unit: Unit, held: Held, end: Values, *, failed: bool) -> Counter[str] | None:
    """End a page, tell of it and count the job's pages by status; None when it is ours no more."""
    ended = update(pages).where(held.claim.held).values(end).returning(pages.c.job_id).cte("ended")
    about = literal({"page": held.page, "failed": failed}, _DATA)
    line = select(ended.c.job_id, literal("job.page"), about)
    lines = insert(job_events).from_select(["job_id", "type", "data"], line)
    of_job = pages.c.job_id == held.job.id
    others = select(pages.c.status, pages.c.number).where(of_job, pages.c.number != held.page)
    own = select(literal(end["status"]), literal(held.page)).select_from(ended)
    every = others.union_all(own).subquery()
    counted = select(
        every.c.status,
        func.count().label("number"),
        func.bool_or(every.c.number == held.page).label("own"),
    )
    found = unit.connection.execute(
        counted.group_by(every.c.status).add_cte(lines.cte("told"))
    ).all()
    if not any(row.own for row in found):
        return None
    return Counter({row.status: row.number for row in found})


def _count_pages(
    unit: Unit, parts: Parts, job: JobRow, counts: Counter[str], *, go_on: bool
) -> Held | None:
    """Bring the job's counters up to date; after the last page move on to its next step."""
    done, failed = counts["done"], counts["failed"]
    counters: Values = {"pages_done": done, "pages_failed": failed}
    if done + failed < counts.total():
        change = {
            **counters,
            "reason": None,
            "version": jobs.c.version + 1,
            "updated_at": func.now(),
        }
        unit.connection.execute(update(jobs).where(jobs.c.id == job.id).values(change))
    elif not done:
        first = page_rows(unit.connection, job.id)[0].failure or failures.internal()
        move(unit, job, "failed", {**counters, "error": first.model_dump(mode="json")})
    elif go_on:
        until = func.now() + seconds(parts.settings.lease_s)
        taken: Values = {"attempts": 1, "lease_until": until, "due_at": until}
        token = move(unit, job, "pages_read", {**_FREE, **counters, **taken})
        assert token is not None, "the job is locked"
        claim = Claim(table=jobs, row=jobs.c.id == job.id, token=token, attempt=1)
        now = {**counters, "stage": "assembling", "attempts": 1}
        return Held(job=job.model_copy(update=now), claim=claim)
    else:
        due = func.now() + seconds(parts.settings.resend_s)
        move(unit, job, "pages_read", {**_FREE, **counters, "due_at": due})
        unit.post(message.assemble(job.id, job.priority))
    return None


def start_assembly(parts: Parts, job_id: str) -> Held | None:
    """Claim the assembly of a job; None when it is done, cancelled or somebody else's."""
    assembling = and_(jobs.c.status == "running", jobs.c.stage.in_(ASSEMBLY))
    begins: Values = {"stage": ASSEMBLY[0]}
    with at_once(parts.database).connect() as connection:
        return _take(connection, job_id, assembling, begins, parts.settings.lease_s)


def show_stage(parts: Parts, held: Held, stage: Stage) -> None:
    """Say at which stage of its assembly a job is, unless it is somebody else's by now."""
    change: Values = {"stage": stage, "version": jobs.c.version + 1, "updated_at": func.now()}
    running = jobs.c.status == "running"
    with unit_of_work(parts.database, parts.send) as unit:
        shown = update(jobs).where(held.claim.held, running).values(change)
        if unit.connection.execute(shown).rowcount:
            now: dict[str, JsonValue] = {"status": "running", "stage": stage, "verdict": None}
            events.note(unit, held.job.id, "job.state", now)


def page_rows(connection: Connection, job_id: str) -> list[PageRow]:
    """Return the pages of a job in order."""
    rows = connection.execute(
        select(pages).where(pages.c.job_id == job_id).order_by(pages.c.number)
    )
    return [PageRow.of(row) for row in rows]


def finish_assembly(parts: Parts, held: Held, facts: Values) -> None:
    """Write a job's success; with pages missing it is a partial one."""
    event: Event = "assembled_with_gaps" if held.job.pages_failed else "assembled"
    with unit_of_work(parts.database, parts.send) as unit:
        move(unit, held.job, event, facts, held=held.claim.held)


def fail(parts: Parts, held: Held, failure: Failure, letter: Values | None = None) -> None:
    """Write a fault, with its dead letter, as the end of its job."""
    error = {"error": failure.model_dump(mode="json")}
    with unit_of_work(parts.database, parts.send) as unit:
        ended = move(unit, held.job, "failed", error, held=held.claim.held)
        if ended is not None and letter is not None:
            unit.connection.execute(insert(dead_letters).values(letter))


def let_go(parts: Parts, held: Held, task: TaskName, fault: Fault) -> None:
    """Put a step or page off after a fault; after the last attempt give it up."""
    again = next_try(
        fault,
        held.claim.attempt,
        max_attempts=parts.settings.max_attempts,
        backoff_s=parts.settings.retry_backoff_s,
        patient=not _waited_long(held.job),
    )
    if again is None:
        set_aside(parts, held, task, fault, attempts=held.claim.attempt)
        return
    reason = "waiting_for_storage" if fault.away else "retrying_after_error"
    with parts.database.begin() as connection:
        if not lease.put_off(connection, held.claim, again.delay_s, attempts=again.attempts):
            return
        connection.execute(
            update(jobs)
            .where(jobs.c.id == held.job.id, jobs.c.status.in_(sorted(ACTIVE)))
            .values(reason=reason, version=jobs.c.version + 1, updated_at=func.now())
        )


def _waited_long(job: JobRow) -> bool:
    started = job.started_at
    return started is not None and datetime.now(UTC) - started > _PATIENCE


def set_aside(parts: Parts, held: Held, task: TaskName, fault: Fault, *, attempts: int) -> None:
    """Give up a step or page after its last attempt: the page or job fails, and can be requeued."""
    log.error("given_up", task=task, page=held.page, attempts=attempts, cause=fault.cause)
    failure = final_failure(fault, soft_limit_s(parts.settings, task), attempts)
    letter: Values = {
        "id": new_id("dlq"),
        "tenant": held.job.tenant,
        "job_id": held.job.id,
        "page": held.page,
        "task": task,
        "failure": failure.model_dump(mode="json"),
        "cause": fault.cause,
    }
    if held.page is None:
        fail(parts, held, failure, letter)
    else:
        finish_page(parts, held, reading_key=None, failure=failure, duration_ms=None, letter=letter)
