"""Say what a document is, then hand out its pages or refuse it."""

import time

import structlog

from schemas.failure import Failure
from workers import app, jobs, objects
from workers.engines.inspection import limits_of
from workers.lease import Held
from workers.parts import Parts
from workers.tasks.attempt import attempt, exhausted
from workers.tasks.page import may_go_on, read_page

log = structlog.get_logger()

_QUICK_S = 5.0
"""An inspection that took longer leaves too little of its task's time for a page."""


@app.task("gouji.inspect")
def inspect(parts: Parts, job_id: str) -> None:
    """Inspect the document of a job; go on with its first page where pages are read."""
    held = jobs.start_inspection(parts, job_id)
    if held is None or exhausted(parts, held, "gouji.inspect"):
        return
    started = time.monotonic()
    first: Held | None = None
    with attempt(parts, held, "gouji.inspect"):
        content = objects.source(parts.objects, held.job)
        found = parts.steps.inspect(content, held.job.filename, limits_of(parts.settings))
        if isinstance(found, Failure):
            log.info("document_refused", code=found.code)
            jobs.fail(parts, held, found)
        else:
            log.info("document_inspected", kind=found.kind, pages=found.pages)
            quick = time.monotonic() - started < _QUICK_S
            go_on = quick and parts.reads_pages and may_go_on(parts, held.job)
            first = jobs.finish_inspection(parts, held, found, go_on=go_on)
    if first is not None:
        with structlog.contextvars.bound_contextvars(task="gouji.page", page=1):
            read_page(parts, first)
