"""The SQL of opening a batch: one transaction a member, so that a restart goes on where it was."""

from dataclasses import dataclass
from io import BytesIO

from sqlalchemy import and_, select, update
from sqlalchemy.dialects.postgresql import insert

from schemas import failures
from schemas.batch import BatchSource
from schemas.failure import Failure
from schemas.job import ACTIVE
from schemas.tables_sql import batch_items, batches
from storage import batches as counted
from storage import documents
from storage.jobs import NewJob, create
from storage.outbox import Unit, unit_of_work
from storage.rows import BatchRow
from workers import lease
from workers.lease import Claim
from workers.parts import Parts


@dataclass(frozen=True, kw_only=True)
class HeldBatch:
    """A batch that is being opened, and this process's claim on it."""

    batch: BatchRow
    claim: Claim


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One member of a batch: a document in object storage, or the reason why it is none."""

    name: str
    document: BatchSource | None = None
    media_type: str | None = None
    failure: Failure | None = None
    content: bytes | None = None
    """The document's bytes, if they are not in object storage yet."""


def start(parts: Parts, batch_id: str) -> HeldBatch | None:
    """Claim the opening of a batch; None when it is done, cancelled or somebody else's."""
    row = and_(batches.c.id == batch_id, batches.c.status.in_(sorted(ACTIVE)), ~batches.c.expanded)
    with parts.database.begin() as connection:
        claim = lease.claim(connection, batches, row, parts.settings.lease_s)
        if claim is None:
            return None
        connection.execute(update(batches).where(row).values(status="running"))
        found = connection.execute(select(batches).where(batches.c.id == batch_id)).one()
    return HeldBatch(batch=BatchRow.of(found), claim=claim)


def add(parts: Parts, held: HeldBatch, position: int, entry: Entry) -> bool:
    """Record a member, and a job for it if it is a document that is new to the batch.

    A member recorded before is left alone. False when the batch was cancelled meanwhile, or is
    being opened by somebody else since.
    """
    if _recorded(parts, held.batch.id, position):
        return True
    _keep(parts, entry)
    with unit_of_work(parts.database, parts.send) as unit:
        batch = counted.lock(unit, held.batch.id)
        if batch is None or not _still_ours(unit, held):
            return False
        if _note(unit, batch.id, position, entry) and entry.document is not None:
            documents.hold(unit.connection, batch.tenant, [entry.document.sha256])
            _keep(parts, entry)  # it may have been removed since
            _admit(unit, batch, position, entry, entry.document)
    return True


def _recorded(parts: Parts, batch_id: str, position: int) -> bool:
    """Say whether a member is known: what came of it, even its deletion, is not undone."""
    own = and_(batch_items.c.batch_id == batch_id, batch_items.c.position == position)
    with parts.database.connect() as connection:
        return connection.execute(select(batch_items.c.position).where(own)).first() is not None


def _keep(parts: Parts, entry: Entry) -> None:
    """Have the bytes of a member in object storage, if it is a document out of an archive."""
    if entry.document is not None and entry.content is not None:
        media_type = entry.media_type or "application/octet-stream"
        documents.keep(parts.objects, entry.document.key, BytesIO(entry.content), media_type)


def _still_ours(unit: Unit, held: HeldBatch) -> bool:
    """Say whether the claim on a locked batch still counts: under way, unopened, our token."""
    ours = unit.connection.execute(select(batches.c.id).where(held.claim.held)).one_or_none()
    return ours is not None


def _note(unit: Unit, batch_id: str, position: int, entry: Entry) -> bool:
    """Insert the item; False when it was there."""
    item = insert(batch_items).values(
        batch_id=batch_id,
        position=position,
        name=entry.name,
        sha256=entry.document.sha256 if entry.document else None,
        error=entry.failure.model_dump(mode="json") if entry.failure else None,
    )
    new = item.on_conflict_do_nothing().returning(batch_items.c.position)
    return unit.connection.execute(new).one_or_none() is not None


def _admit(unit: Unit, batch: BatchRow, position: int, entry: Entry, document: BatchSource) -> None:
    """Make a job of a new document; say of which other one a repeated document is a copy."""
    earlier = unit.connection.execute(
        select(batch_items.c.name)
        .where(
            batch_items.c.batch_id == batch.id,
            batch_items.c.sha256 == document.sha256,
            batch_items.c.position < position,
        )
        .limit(1)
    ).scalar_one_or_none()
    own = and_(batch_items.c.batch_id == batch.id, batch_items.c.position == position)
    if earlier is not None:
        copy = failures.duplicate(earlier).model_dump(mode="json")
        unit.connection.execute(update(batch_items).where(own).values(error=copy))
        return
    job_id = create(
        unit,
        NewJob(
            tenant=batch.tenant,
            batch_id=batch.id,
            filename=document.filename,
            sha256=document.sha256,
            size_bytes=document.size_bytes,
            media_type=entry.media_type,
            priority=batch.priority,
            metadata=batch.metadata,
        ),
    )
    unit.connection.execute(update(batch_items).where(own).values(job_id=job_id))


def finish(parts: Parts, held: HeldBatch, failure: Failure | None) -> None:
    """Mark a batch as opened; it is over at once when every job of it is."""
    error = failure.model_dump(mode="json") if failure else None
    with unit_of_work(parts.database, parts.send) as unit:
        changed = unit.connection.execute(
            update(batches)
            .where(batches.c.id == held.batch.id, batches.c.lease_token == held.claim.token)
            .values(
                expanded=True,
                error=error,
                lease_until=None,
                due_at=None,
                version=batches.c.version + 1,
            )
        )
        if changed.rowcount:
            counted.settle(unit, held.batch.id)


def put_off(parts: Parts, held: HeldBatch) -> None:
    """Let go of a batch after a fault of the world, to be tried again later."""
    delay_s = parts.settings.retry_backoff_s * 2 ** (held.claim.attempt - 1)
    with parts.database.begin() as connection:
        lease.put_off(connection, held.claim, delay_s)
