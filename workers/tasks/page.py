"""Read one page, or find it read already; after the last of a short document put it together."""

import time

import structlog

from schemas.failure import Failure
from storage.broker import Waiting
from storage.outbox import BrokerUnavailable
from storage.rows import JobRow
from workers import app, jobs, objects
from workers.jobs import Held
from workers.parts import Parts
from workers.tasks.assemble import put_together
from workers.tasks.attempt import attempt, exhausted

log = structlog.get_logger()

_FEW_PAGES = 8


@app.task("gouji.page")
def page(parts: Parts, job_id: str, number: int) -> None:
    """Read page `number` (from 1) of a job's document."""
    held = jobs.start_page(parts, job_id, number)
    if held is None or exhausted(parts, held, "gouji.page"):
        return
    started = time.monotonic()
    whole: Held | None = None
    with attempt(parts, held, "gouji.page"):
        key, failure = _read(parts, held, number)
        duration_ms = round((time.monotonic() - started) * 1000)
        log.info("page_read", duration_ms=duration_ms, failed=failure is not None)
        whole = jobs.finish_page(
            parts,
            held,
            reading_key=key,
            failure=failure,
            duration_ms=duration_ms,
            go_on=_may_go_on(parts, held.job),
        )
    if whole is not None:
        with structlog.contextvars.bound_contextvars(task="gouji.assemble"):
            put_together(parts, whole)


def _may_go_on(parts: Parts, job: JobRow) -> bool:
    """Say whether a document may be put together here, where pages ought to be read.

    It may while it takes less than reading a page, and nobody in a hurry waits for one.
    """
    if job.pages_total is None or job.pages_total > _FEW_PAGES:
        return False
    if job.priority == "interactive":
        return True
    try:
        return parts.waiting("pages.interactive") == Waiting()
    except BrokerUnavailable:
        return False


def _read(parts: Parts, held: Held, number: int) -> tuple[str, Failure | None]:
    """Return where the reading lies, and why the page could not be read if so."""
    engines = parts.steps.engines()
    engine = engines.describe()
    found = objects.find_reading(parts.objects, held.job, engine, number)
    if found is not None:
        return found, None
    content = objects.source(parts.objects, held.job)
    reading = parts.steps.read_page(content, held.job.kind or "scan", number, engines)
    key = objects.keep_reading(parts.objects, held.job, engine, reading)
    return key, reading.page.failure
