"""Say what a document is, then hand out its pages or refuse it."""

import structlog

from schemas.failure import Failure
from workers import app, jobs, objects
from workers.engines.inspection import limits_of
from workers.parts import Parts
from workers.tasks.attempt import attempt, exhausted

log = structlog.get_logger()


@app.task("gouji.inspect")
def inspect(parts: Parts, job_id: str) -> None:
    """Inspect the document of a job."""
    held = jobs.start_inspection(parts, job_id)
    if held is None or exhausted(parts, held, "gouji.inspect"):
        return
    with attempt(parts, held, "gouji.inspect"):
        content = objects.source(parts.objects, held.job)
        found = parts.steps.inspect(content, held.job.filename, limits_of(parts.settings))
        if isinstance(found, Failure):
            log.info("document_refused", code=found.code)
            jobs.fail(parts, held, found)
        else:
            log.info("document_inspected", kind=found.kind, pages=found.pages)
            jobs.finish_inspection(parts, held, found)
