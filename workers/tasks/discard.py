"""Remove the results of deleted jobs, and their documents once nobody else needs them."""

import time

import structlog
from pydantic import JsonValue
from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from schemas import keys
from schemas.tables_sql import jobs, pages, service_state
from storage import audit, documents, removal
from storage.events import seconds
from storage.objects import StorageError
from storage.outbox import unit_of_work
from workers.parts import Parts

log = structlog.get_logger()

_EVERY_S = 60.0
_AT_A_TIME = 200
_RESULTS_AT_A_TIME = 1000
_RESULTS_S = 5.0

_MARKED = jobs.c.deleted_at.is_not(None) & jobs.c.due_at.is_not(None)
"""A deleted job whose document and page readings may still lie in object storage,"""
_LEFT = func.jsonb_array_length(jobs.c.files) > 0
"""and its results, too."""


def discard(parts: Parts) -> None:
    """Remove the results of deleted jobs; look, once a minute, for documents whose time is over.

    First come the jobs that are left of deleted batches.
    """
    _mark_what_is_left(parts)
    try:
        _remove_results(parts)
    except StorageError as exc:  # the rows still name them, and the next round begins with them
        log.warning("results_not_removed", error=type(exc).__name__)
        return
    with parts.database.begin() as connection:
        due = _due(connection) if time_has_come(connection, "discard") else []
    for tenant, sha256 in due:
        try:
            _remove(parts, tenant, sha256)
        except StorageError as exc:  # the marks stay, and the next round begins with them
            log.warning("documents_not_removed", error=type(exc).__name__)
            return


def _mark_what_is_left(parts: Parts) -> None:
    """Mark jobs of deleted batches for some seconds, a portion in each transaction."""
    until = time.monotonic() + _RESULTS_S
    while True:
        with unit_of_work(parts.database, parts.send) as unit:
            found = removal.leaving(unit.connection)
            if found is None:
                return
            marked = removal.mark_batch(unit, *found)
        log.info("batch_jobs_deleted", batch_id=found[1], jobs=marked.jobs, left=marked.left)
        if time.monotonic() > until:
            return


def _remove_results(parts: Parts) -> None:
    """Remove result files for some seconds; a large batch has more than fit into a round.

    While somebody may still be writing some, they wait until the grace is over.
    """
    at_rest = jobs.c.status.in_(removal.AT_REST) | (jobs.c.due_at < func.now())
    query = select(jobs.c.id, jobs.c.tenant, jobs.c.pages_total).where(_MARKED, _LEFT, at_rest)
    with parts.database.connect() as connection:
        rows = connection.execute(query.order_by(jobs.c.due_at).limit(_RESULTS_AT_A_TIME)).all()
    until = time.monotonic() + _RESULTS_S
    for row in rows:
        with parts.database.begin() as connection:
            removal.remove_results(
                connection, parts.objects, row.tenant, row.id, row.pages_total or 0
            )
        if time.monotonic() > until:
            return


def time_has_come(connection: Connection, name: str) -> bool:
    """Say whether the last look of this kind was a minute ago or more, and note this one."""
    now = insert(service_state).values(name=name)
    noted = now.on_conflict_do_update(
        index_elements=["name"],
        set_={"at": func.now()},
        where=service_state.c.at < func.now() - seconds(_EVERY_S),
    )
    return connection.execute(noted.returning(service_state.c.name)).one_or_none() is not None


def _due(connection: Connection) -> list[tuple[str, str]]:
    """Return tenant and hash of documents whose every deleted job is past its grace.

    Their results go first: once the document is gone, nobody comes back to its jobs.
    """
    last = func.max(jobs.c.due_at)
    marked = select(jobs.c.tenant, jobs.c.sha256).where(_MARKED)
    over = (last < func.now()) & ~func.bool_or(_LEFT)
    documents_over = marked.group_by(jobs.c.tenant, jobs.c.sha256).having(over)
    rows = connection.execute(documents_over.order_by(last).limit(_AT_A_TIME)).all()
    return [(row.tenant, row.sha256) for row in rows]


def _remove(parts: Parts, tenant: str, sha256: str) -> None:
    """Remove a document with the readings of its pages; one that is needed is asked about later."""
    marked = (jobs.c.tenant == tenant) & (jobs.c.sha256 == sha256) & _MARKED
    of_them = pages.c.job_id.in_(select(jobs.c.id).where(marked))
    with parts.database.begin() as connection:
        if not documents.alone(connection, tenant, sha256):
            return
        if documents.needed(connection, tenant, sha256):
            later = func.now() + seconds(documents.GRACE_S)
            connection.execute(update(jobs).where(marked).values(due_at=later))
            return
        read = delete(pages).where(of_them).returning(pages.c.reading_key)
        readings = set(connection.execute(read).scalars()) - {None}
        connection.execute(update(jobs).where(marked).values(due_at=None))
        for key in sorted(readings):
            parts.objects.delete(keys.page_image(key))
            parts.objects.delete(key)
        parts.objects.delete(keys.upload(tenant, sha256))
        numbers: dict[str, JsonValue] = {"readings": len(readings)}
        audit.note(connection, tenant, audit.HOUSEKEEPING, "document.removed", [sha256], numbers)
    log.info("document_removed", readings=len(readings))
