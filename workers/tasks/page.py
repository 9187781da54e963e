"""Read one page, or find it read already; after the last of a short document put it together."""

import time

import structlog

from schemas.failure import Failure
from schemas.reading import StoredPage
from storage.broker import Waiting
from storage.outbox import BrokerUnavailable
from storage.rows import JobRow
from workers import app, jobs, objects, pages
from workers.lease import Held
from workers.parts import Parts
from workers.tasks.assemble import JustRead, put_together
from workers.tasks.attempt import attempt, exhausted

log = structlog.get_logger()

_FEW_PAGES = 8


@app.task("gouji.page")
def page(parts: Parts, job_id: str, number: int) -> None:
    """Read page `number` (from 1) of a job's document."""
    held = pages.start_page(parts, job_id, number)
    if held is None or exhausted(parts, held, "gouji.page"):
        return
    read_page(parts, held)


def read_page(parts: Parts, held: Held) -> None:
    """Read a page that is claimed for it."""
    number = held.page
    assert number is not None
    started = time.monotonic()
    whole: Held | None = None
    with attempt(parts, held, "gouji.page"):
        key, stored, failure = _read(parts, held, number)
        duration_ms = round((time.monotonic() - started) * 1000)
        log.info("page_read", duration_ms=duration_ms, failed=failure is not None)
        whole = jobs.finish_page(
            parts,
            held,
            reading_key=key,
            failure=failure,
            duration_ms=duration_ms,
            go_on=_is_short(held.job) and may_go_on(parts, held.job),
        )
    if whole is not None:
        with structlog.contextvars.bound_contextvars(task="gouji.assemble"):
            put_together(parts, whole, JustRead(number=number, key=key, stored=stored))


def _is_short(job: JobRow) -> bool:
    """Say whether putting a document together takes less than reading a page."""
    return job.pages_total is not None and job.pages_total <= _FEW_PAGES


def may_go_on(parts: Parts, job: JobRow) -> bool:
    """Say whether a document's next step may be taken at once, where pages ought to be read.

    It may unless it is one of a batch, and somebody in a hurry waits for a page.
    """
    if job.priority == "interactive":
        return True
    try:
        return parts.waiting("pages.interactive") == Waiting()
    except BrokerUnavailable:
        return False


def _read(parts: Parts, held: Held, number: int) -> tuple[str, StoredPage | None, Failure | None]:
    """Return where the reading lies, the reading if it is new, and why there is none if so."""
    engines = parts.steps.engines()
    engine = engines.describe()
    found = objects.find_reading(parts.objects, held.job, engine, number)
    if found is not None:
        return found, None, None
    content = objects.source(parts.objects, held.job)
    reading = parts.steps.read_page(content, held.job.kind or "scan", number, engines)
    key, stored = objects.keep_reading(parts.objects, held.job, engine, reading)
    return key, stored, reading.page.failure
