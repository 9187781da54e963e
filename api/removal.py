"""Deleting jobs and batches: gone for all who ask at once, and noted in the audit."""

import structlog
from pydantic import JsonValue

from api import batches, jobs
from api.parts import Parts
from schemas.job import ACTIVE
from schemas.tables_sql import jobs as job_rows
from storage import audit, removal
from storage.jobs import move
from storage.moving import Mark
from storage.objects import StorageError
from storage.outbox import unit_of_work
from storage.rows import JobRow

log = structlog.get_logger()

_FEW_PAGES = 50
"""Of longer documents housekeeping removes what is left: nobody waits for a thousand removals."""


def delete_job(parts: Parts, tenant: str, job_id: str, *, by: str) -> None:
    """Delete a job with its results, cancelling it first if need be.

    Readings of pages lie, as the document does, under its content and go with it; those that failed
    lie under the job and go as its results do.
    """
    with unit_of_work(parts.database, parts.send) as unit:
        job = jobs.locked(unit, tenant, job_id)
        if job.status in ACTIVE:
            move(unit, job, "cancelled", {"lease_token": Mark.ONE_MORE})
        removal.mark_jobs(unit.connection, tenant, job_rows.c.id == job_id)
        audit.note(unit.connection, tenant, by, "job.deleted", [job_id])
    if job.status in removal.AT_REST and (job.pages_total or 0) <= _FEW_PAGES:
        _remove_now(parts, job)


def _remove_now(parts: Parts, job: JobRow) -> None:
    """Remove what was the job's alone; what a store that is away keeps, housekeeping removes."""
    try:
        with parts.database.begin() as connection:
            removal.remove_results(
                connection, parts.objects, job.tenant, job.id, job.pages_total or 0
            )
    except StorageError as exc:
        log.warning("results_not_removed", job_id=job.id, error=type(exc).__name__)


def delete_batch(parts: Parts, tenant: str, batch_id: str, *, by: str) -> int:
    """Delete a batch, cancelling it first if need be; return how many of its jobs are left.

    Of a large one the other jobs go with the next rounds of housekeeping, and so do all result
    files. Earlier jobs that stand for some of its items are none of its own and stay.
    """
    with unit_of_work(parts.database, parts.send) as unit:
        batches.find(unit.connection, tenant, batch_id)
        marked = removal.mark_batch(unit, tenant, batch_id)
        number: dict[str, JsonValue] = {"jobs": marked.jobs + marked.left}
        audit.note(unit.connection, tenant, by, "batch.deleted", [batch_id], number)
    log.info("batch_deleted", batch_id=batch_id, jobs=marked.jobs, left=marked.left)
    return marked.left
