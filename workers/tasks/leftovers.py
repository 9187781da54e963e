"""Remove what uploads and batches left in object storage and nobody needs any more.

An upload is kept for two days after it was begun: one that was never completed goes with its parts,
one that was completed and never used with its document. The archives of a batch, and the list of
what lay below its prefix, go two days after it is finished, or at once when it is deleted; its
documents belong to its jobs.
"""

from collections.abc import Sequence

import structlog
from sqlalchemy import Connection, exists, func, select, update

from schemas import keys
from schemas.tables_sql import batches, jobs, uploads
from storage import documents
from storage.events import seconds
from storage.folder import clear_aside
from storage.objects import StorageError
from storage.parts import open_parts
from storage.rows import BatchRow, UploadRow
from workers.parts import Parts
from workers.tasks.discard import time_has_come

log = structlog.get_logger()

_AT_A_TIME = 200
_ASIDE_S = 6 * 3600.0
"""What is still being written is touched again long before."""


def clear(parts: Parts) -> None:
    """Look, once a minute, for what is over, and remove each on its own."""
    with parts.database.begin() as connection:
        if not time_has_come(connection, "leftovers"):
            return
        old_uploads, old_batches = _old_uploads(connection), _old_batches(connection)
    if not parts.settings.s3_endpoint:
        clear_aside(parts.settings.objects_dir, _ASIDE_S)
    try:
        for upload in old_uploads:
            _expire(parts, upload)
        for batch in old_batches:
            _empty(parts, batch)
    except StorageError as exc:  # the marks stay, and the next round begins with them
        log.warning("leftovers_not_removed", error=type(exc).__name__)


def _old_uploads(connection: Connection) -> list[UploadRow]:
    over = uploads.c.created_at < func.now() - seconds(documents.UPLOAD_S)
    kept = select(uploads).where(uploads.c.expired_at.is_(None), over)
    rows = connection.execute(kept.order_by(uploads.c.created_at).limit(_AT_A_TIME))
    return [UploadRow.of(row) for row in rows]


def _old_batches(connection: Connection) -> list[BatchRow]:
    """Return deleted batches and those finished long ago.

    One that was not opened to its end may need its files once more.
    """
    long_ago = batches.c.finished_at < func.now() - seconds(documents.UPLOAD_S)
    over = batches.c.deleted_at.is_not(None) | (long_ago & batches.c.error.is_(None))
    kept = select(batches).where(
        batches.c.sources_gone_at.is_(None), batches.c.finished_at.is_not(None), over
    )
    rows = connection.execute(kept.order_by(batches.c.finished_at).limit(_AT_A_TIME))
    return [BatchRow.of(row) for row in rows]


def _expire(parts: Parts, upload: UploadRow) -> None:
    """Remove what is left of an upload and mark it; a document somebody works with stays."""
    own = (uploads.c.id == upload.id) & (uploads.c.status == upload.status)
    with parts.database.begin() as connection:
        marked = connection.execute(update(uploads).where(own).values(expired_at=func.now()))
        if marked.rowcount == 0:
            return
        if upload.sha256 is not None:
            _remove_unneeded(parts, connection, upload.tenant, [upload.sha256])
            return
        key = keys.incoming(upload.tenant, upload.id)
        if upload.multipart_id is not None:
            open_parts(parts.settings).abort(key, upload.multipart_id)
        parts.objects.delete(key)
    log.info("upload_expired", upload_id=upload.id)


def _empty(parts: Parts, batch: BatchRow) -> None:
    """Remove the files a finished batch was made from and mark it."""
    own = (batches.c.id == batch.id) & batches.c.finished_at.is_not(None)
    emptied: dict[str, object] = {"sources_gone_at": func.now()}
    if batch.deleted_at is not None:
        emptied |= {"sources": [], "prefix": None}
    with parts.database.begin() as connection:
        marked = connection.execute(update(batches).where(own).values(emptied))
        if marked.rowcount == 0:
            return
        _remove_unneeded(
            parts, connection, batch.tenant, [source.sha256 for source in batch.sources]
        )
        if batch.prefix is not None:
            parts.objects.delete(keys.listing(batch.tenant, batch.id))
    log.info("batch_emptied", batch_id=batch.id)


def _remove_unneeded(
    parts: Parts, connection: Connection, tenant: str, hashes: Sequence[str]
) -> None:
    """Remove documents nobody needs; those of deleted jobs have a time of their own.

    One that is held is being handed in this moment, and will be a job's.
    """
    for sha256 in sorted(set(hashes)):
        of_deleted = exists().where(
            jobs.c.tenant == tenant, jobs.c.sha256 == sha256, jobs.c.due_at.is_not(None)
        )
        if not documents.alone(connection, tenant, sha256):
            continue
        if documents.needed(connection, tenant, sha256):
            continue
        if not connection.execute(select(of_deleted)).scalar():
            parts.objects.delete(keys.upload(tenant, sha256))
