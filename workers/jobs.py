"""The tasks' SQL: claiming a step or page, and writing what came of it, each one transaction."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import JsonValue
from sqlalchemy import (
    CTE,
    ColumnElement,
    Float,
    Select,
    and_,
    bindparam,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from schemas import failures, message
from schemas.failure import Failure
from schemas.job import ACTIVE, ASSEMBLY, Event, Stage
from schemas.message import TaskName
from schemas.tables_sql import dead_letters, job_events, jobs
from storage import events, turns
from storage.ids import new_id
from storage.jobs import lock, move
from storage.moving import Later, Mark, Values
from storage.outbox import Unit, at_once, unit_of_work
from storage.rows import JOB_COLUMNS, JobRow
from workers import lease, pages
from workers.fault import Fault, final_failure, next_try
from workers.lease import Claim, Held
from workers.parts import Parts
from workers.settings import soft_limit_s

if TYPE_CHECKING:
    from workers.engines.inspection import Inspection

log = structlog.get_logger()

_FREE: Values = {"attempts": 0, "lease_until": None, "lease_token": Mark.ONE_MORE}
"""A step that begins: no attempts yet, held by nobody, and not by who did the step before."""

_PATIENCE = timedelta(days=1)
"""For this long a job waits for a store or database that is away, and no attempt is counted."""


def start_inspection(parts: Parts, job_id: str) -> Held | None:
    """Claim the inspection of a job; None when it is done, cancelled or somebody else's."""
    return _take(parts, job_id, _inspecting())


@cache
def _inspecting() -> Select[Any]:
    """Return the statement that begins an inspection; the first attempt is told.

    It says of the job what `advance` says: queued or inspecting, it is inspecting now.
    """
    waiting = or_(
        jobs.c.status == "queued", and_(jobs.c.status == "running", jobs.c.stage == "inspecting")
    )
    begins: dict[str, object] = {
        "status": "running",
        "stage": "inspecting",
        "reason": None,
        "version": jobs.c.version + 1,
        "updated_at": func.now(),
        "started_at": func.coalesce(jobs.c.started_at, func.now()),
        "finished_at": None,
    }
    taken = _taking(waiting, begins)
    now = {"status": "running", "stage": "inspecting", "verdict": None}
    told = literal(now, job_events.c.data.type)
    line = select(taken.c.id, literal("job.state"), told).where(taken.c.attempts == 1)
    lines = insert(job_events).from_select(["job_id", "type", "data"], line)
    return select(taken).add_cte(lines.cte("told"))


def start_assembly(parts: Parts, job_id: str) -> Held | None:
    """Claim the assembly of a job; None when it is done, cancelled or somebody else's."""
    return _take(parts, job_id, _assembling())


@cache
def _assembling() -> Select[Any]:
    assembling = and_(jobs.c.status == "running", jobs.c.stage.in_(ASSEMBLY))
    return select(_taking(assembling, {"stage": ASSEMBLY[0]}))


def _taking(state: ColumnElement[bool], begins: dict[str, object]) -> CTE:
    """Return the claim of the step of a job that is in a state, with what begins with it."""
    row = and_(jobs.c.id == bindparam("own_id"), state, jobs.c.deleted_at.is_(None))
    taking = lease.taking(jobs, row, bindparam("lease_s", type_=Float)).values(begins)
    return taking.returning(*JOB_COLUMNS, jobs.c.lease_token).cte("taken")


def _take(parts: Parts, job_id: str, taking: Select[Any]) -> Held | None:
    given = {"own_id": job_id, "lease_s": parts.settings.lease_s}
    with at_once(parts.database).connect() as connection:
        found = connection.execute(taking, given).one_or_none()
    # it finds its row whatever state it is in by then
    claim = lease.claimed(jobs, jobs.c.id == job_id, found)
    if found is None or claim is None:
        return None
    return Held(job=JobRow.of(found), claim=claim)


def finish_inspection(
    parts: Parts, held: Held, found: "Inspection", *, go_on: bool = False
) -> Held | None:
    """Write what a document is and hand out its pages.

    With `go_on` the first page is claimed for this process, and the claim returned.
    """
    job = held.job
    facts: Values = {
        "media_type": found.media_type,
        "kind": found.kind,
        "pages_total": found.pages,
        "pages_done": 0,
        "pages_failed": 0,
        "due_at": None,
    }
    with unit_of_work(parts.database, parts.send) as unit:
        if move(unit, job, "inspected", {**_FREE, **facts}, token=held.claim.token) is None:
            return None
        own = 1 if go_on else None
        claim = pages.hand_out(unit, parts, job, found.pages, own=own)
        turns.charge(unit, job.priority, job.tenant, found.pages)
        others = (number for number in range(1, found.pages + 1) if number != own)
        unit.post(*(message.page(job.id, number, job.priority) for number in others))
    if claim is None:
        return None
    now = {**facts, "status": "running", "stage": "reading", "attempts": 0}
    return Held(job=job.model_copy(update=now), claim=claim, page=own)


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
            pages.note_reading(unit, held, reading_key)
            return None
        counts = pages.end_page(unit, held, reading_key, failure, duration_ms)
        if counts is None:
            return None
        if letter is not None:
            unit.connection.execute(insert(dead_letters).values(letter))
        unit.count("pages_finished", "failed" if failure else "done")
        return _count_pages(unit, parts, job, counts, go_on=go_on)


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
        first = pages.page_rows(unit.connection, job.id)[0].failure or failures.internal()
        move(unit, job, "failed", {**counters, "error": first.model_dump(mode="json")})
    elif go_on:
        until = Later(seconds=parts.settings.lease_s)
        taken: Values = {"attempts": 1, "lease_until": until, "due_at": until}
        token = move(unit, job, "pages_read", {**_FREE, **counters, **taken})
        assert token is not None, "the job is locked"
        claim = Claim(table=jobs, row=jobs.c.id == job.id, token=token, attempt=1)
        now = {**counters, "stage": "assembling", "attempts": 1}
        return Held(job=job.model_copy(update=now), claim=claim)
    else:
        due = Later(seconds=parts.settings.resend_s)
        move(unit, job, "pages_read", {**_FREE, **counters, "due_at": due})
        unit.post(message.assemble(job.id, job.priority))
    return None


def show_stage(parts: Parts, held: Held, stage: Stage) -> None:
    """Say at which stage of its assembly a job is, unless it is somebody else's by now."""
    change: Values = {"stage": stage, "version": jobs.c.version + 1, "updated_at": func.now()}
    running = jobs.c.status == "running"
    with unit_of_work(parts.database, parts.send) as unit:
        shown = update(jobs).where(held.claim.held, running).values(change)
        if unit.connection.execute(shown).rowcount:
            now: dict[str, JsonValue] = {"status": "running", "stage": stage, "verdict": None}
            events.note(unit, held.job.id, "job.state", now)


def finish_assembly(parts: Parts, held: Held, facts: Values) -> None:
    """Write a job's success; with pages missing it is a partial one."""
    event: Event = "assembled_with_gaps" if held.job.pages_failed else "assembled"
    with unit_of_work(parts.database, parts.send) as unit:
        move(unit, held.job, event, facts, token=held.claim.token)


def fail(parts: Parts, held: Held, failure: Failure, letter: Values | None = None) -> None:
    """Write a fault, with its dead letter, as the end of its job."""
    error = {"error": failure.model_dump(mode="json")}
    with unit_of_work(parts.database, parts.send) as unit:
        ended = move(unit, held.job, "failed", error, token=held.claim.token)
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
