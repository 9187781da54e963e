"""The story of an upload: measure, sniff, limit, store, record, send."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

import structlog
from pydantic import JsonValue, TypeAdapter, ValidationError
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from api import idempotency, jobs, objects
from api.errors import ApiError, refused, unavailable
from api.objects import Received
from api.parts import Parts
from schemas import failures, message
from schemas.batch import BatchSource, OnDuplicate
from schemas.filename import plain_name, plain_path
from schemas.job import Priority
from schemas.tables_sql import batches
from storage import documents, tracing
from storage.events import seconds
from storage.ids import new_id
from storage.inbox import is_allowed
from storage.jobs import NewJob, create
from storage.outbox import Unit, unit_of_work
from storage.rows import JobRow
from storage.turns import RESEND_S

log = structlog.get_logger()

_METADATA = TypeAdapter(dict[str, JsonValue])
_METADATA_BYTES = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A file a client handed in, not looked at yet."""

    filename: str
    file: BinaryIO


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a client wants of a submission besides the files."""

    tenant: str
    priority: Priority
    metadata: dict[str, JsonValue]
    on_duplicate: OnDuplicate | None = None
    """Null: a document is read again, but copies within a batch are passed over."""
    idempotency_key: str | None = None
    retention_days: int | None = None
    """Of a batch: how long after its end it is kept; null for what the tenant has."""


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """The job of a submission: its row where it was made now, null where it stood before."""

    job_id: str
    made: JobRow | None = None


def submit(parts: Parts, handed: Handed, wish: Wish) -> Admitted:
    """Take one document in and return its job; a repeated request gets the first one's."""
    filename = plain_name(handed.filename)
    received = objects.measure(handed.file, filename, parts.settings.max_upload_bytes)
    return admit_received(parts, filename, received, wish)


def admit_received(parts: Parts, filename: str, received: Received, wish: Wish) -> Admitted:
    """Judge a measured file, store it and record its job."""
    limit = parts.settings.max_upload_bytes
    if received.size_bytes > limit:
        raise refused(413, failures.too_large(received.size_bytes, limit))
    _must_be_document(received)
    _must_have_room(parts, wish.tenant)
    objects.keep(parts, wish.tenant, received)
    new = NewJob(
        tenant=wish.tenant,
        filename=filename,
        sha256=received.sha256,
        size_bytes=received.size_bytes,
        media_type=received.kind.media_type if received.kind else None,
        priority=wish.priority,
        metadata=wish.metadata,
    )
    with unit_of_work(parts.database, parts.send) as unit:
        content = _content(wish, [received.sha256])
        earlier = idempotency.earlier(unit, wish.tenant, wish.idempotency_key, content)
        if earlier is not None:
            return Admitted(job_id=earlier)
        standing = _standing(unit, wish, received.sha256)
        made = create(unit, new) if standing is None else None
        if made is not None:
            objects.keep(parts, wish.tenant, received)  # it may have been removed since
        job_id = made.id if made is not None else str(standing)
        idempotency.remember(unit, wish.tenant, wish.idempotency_key, content, job_id)
    log.info("job_taken_in", job_id=job_id, tenant=wish.tenant, size_bytes=new.size_bytes)
    return Admitted(job_id=job_id, made=made)


def submit_batch(parts: Parts, files: Sequence[Handed], wish: Wish) -> str:
    """Take archives and documents in as one batch and return its id; opening comes later."""
    sources = []
    for handed in files:
        filename = plain_path(handed.filename)
        limit = parts.settings.max_archive_bytes
        received = objects.measure(handed.file, filename, limit)
        sources.append(source_of(parts, wish.tenant, filename, received))
    return admit_batch(parts, sources, wish)


def source_of(parts: Parts, tenant: str, filename: str, received: Received) -> BatchSource:
    """Store one file of a batch."""
    return BatchSource(
        key=objects.keep(parts, tenant, received),
        filename=filename,
        sha256=received.sha256,
        size_bytes=received.size_bytes,
    )


def admit_prefix(parts: Parts, prefix: str, wish: Wish) -> str:
    """Record a batch of everything below a prefix; what that is, is found out when it is opened."""
    if not is_allowed(prefix, parts.settings.import_prefixes, wish.tenant):
        raise ApiError(
            403,
            "prefix_not_allowed",
            "不允许从该位置导入。请使用管理员开放的前缀（设置 GOUJI_IMPORT_PREFIXES）。",
            "Batches may not be taken in from there. Use a prefix the operator has opened "
            "(the setting GOUJI_IMPORT_PREFIXES).",
            category="policy",
        )
    return admit_batch(parts, (), wish, prefix=prefix)


def admit_batch(
    parts: Parts, sources: Sequence[BatchSource], wish: Wish, *, prefix: str | None = None
) -> str:
    """Record a batch of files already stored, or of a prefix, and have it opened."""
    _must_have_room(parts, wish.tenant)
    with unit_of_work(parts.database, parts.send) as unit:
        content = _content(wish, [prefix] if prefix else [source.sha256 for source in sources])
        earlier = idempotency.earlier(unit, wish.tenant, wish.idempotency_key, content)
        if earlier is not None:
            return earlier
        _must_be_there(parts, unit, wish.tenant, sources)
        batch_id = new_id("bat")
        unit.connection.execute(
            insert(batches).values(
                id=batch_id,
                tenant=wish.tenant,
                priority=wish.priority,
                metadata=wish.metadata,
                on_duplicate=wish.on_duplicate,
                prefix=prefix,
                retention_days=wish.retention_days,
                trace=tracing.current(),
                sources=[source.model_dump(mode="json") for source in sources],
                due_at=func.now() + seconds(RESEND_S),
            )
        )
        idempotency.remember(unit, wish.tenant, wish.idempotency_key, content, batch_id)
        unit.post(message.expand(batch_id))
    log.info("batch_taken_in", batch_id=batch_id, tenant=wish.tenant)
    return batch_id


def parse_metadata(text: str | None) -> dict[str, JsonValue]:
    """Return the metadata of a form field: a JSON object of at most 16 KiB."""
    if not text:
        return {}
    refusal = ApiError(
        422,
        "invalid_metadata",
        "metadata 必须是不超过 16 KB 的 JSON 对象。",
        "metadata must be a JSON object of at most 16 KB.",
    )
    if len(text.encode()) > _METADATA_BYTES:
        raise refusal
    try:
        return _METADATA.validate_json(text)
    except ValidationError as exc:
        raise refusal from exc


def _must_be_document(received: Received) -> None:
    """Refuse at the door what inspection could only refuse as well."""
    kind = received.kind
    if received.size_bytes == 0:
        raise refused(422, failures.empty_file())
    if kind is None:
        raise refused(415, failures.not_a_document())
    if kind.role in ("archive", "foreign_archive"):
        raise refused(415, failures.archive_as_document(kind))
    if kind.role == "later":
        raise refused(415, failures.unsupported_type(kind))


def _must_have_room(parts: Parts, tenant: str) -> None:
    waiting, limit = parts.waiting.one_more(tenant, lambda: jobs.waiting(parts, tenant))
    if waiting < (parts.settings.max_queued_jobs if limit is None else limit):
        return
    raise ApiError(
        429,
        "queue_full",
        "等待处理的任务已达上限。请等部分任务完成后再提交。",
        "Too many jobs are waiting. Submit again when some of them are done.",
        category="capacity",
        retryable=True,
        headers={"Retry-After": "60"},
    )


def _must_be_there(parts: Parts, unit: Unit, tenant: str, sources: Sequence[BatchSource]) -> None:
    """Hold the files of a batch; one that was removed since it was stored must be sent again."""
    documents.hold(unit.connection, tenant, [source.sha256 for source in sources])
    if any(parts.objects.stat(source.key) is None for source in sources):
        raise unavailable("文件", "file")


def _standing(unit: Unit, wish: Wish, sha256: str) -> str | None:
    """Return the job that stands for a document handed in before, if that is wished; 409 if not.

    Of two that hand the same document in at once, the second waits here for the first one's job.
    """
    if wish.on_duplicate not in ("reuse", "reject"):
        return None
    documents.first_come(unit.connection, wish.tenant, sha256)
    standing = documents.earlier_jobs(unit.connection, wish.tenant, [sha256]).get(sha256)
    if standing is not None and wish.on_duplicate == "reject":
        failure = failures.duplicate(None)
        link = {"Link": f'</v1/jobs/{standing}>; rel="duplicate"'}
        raise refused(409, failure, headers=link)
    return standing


def _content(wish: Wish, files: Sequence[str]) -> dict[str, object]:
    """Return what makes two requests the same, besides their Idempotency-Key."""
    wanted: dict[str, object] = {
        "files": list(files),
        "metadata": wish.metadata,
        "priority": wish.priority,
    }
    if wish.on_duplicate is not None:
        wanted["on_duplicate"] = wish.on_duplicate
    if wish.retention_days is not None:
        wanted["retention_days"] = wish.retention_days
    return wanted
