"""The SQL of opening a batch: some members a transaction; a restart goes on where it was."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO

import structlog
from sqlalchemy import Connection, and_, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from schemas.failure import Failure
from schemas.job import ACTIVE
from schemas.tables_sql import batch_items, batch_letters, batches
from storage import batches as counted
from storage import documents, turns
from storage.ids import new_id
from storage.jobs import NewJob, create_many
from storage.moving import Values
from storage.outbox import Unit, unit_of_work
from storage.rows import BatchRow
from workers import lease
from workers.entry import Entry, Outcome, outcome_of
from workers.fault import Fault, final_failure, next_try
from workers.lease import Claim
from workers.parts import Parts
from workers.settings import soft_limit_s

log = structlog.get_logger()

_WRITERS = 4
"""Threads that store documents at once: waiting for a disk or a server is most of it."""


@dataclass(frozen=True, kw_only=True)
class HeldBatch:
    """A batch that is being opened, and this process's claim on it."""

    batch: BatchRow
    claim: Claim


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


def add(parts: Parts, held: HeldBatch, position: int, entries: Sequence[Entry]) -> int | None:
    """Record members that follow each other from `position` on, and a job for each new document.

    Members recorded before are left alone; return how many were not. None when the batch was
    cancelled meanwhile, or is being opened by somebody else since.
    """
    batch_id = held.batch.id
    with parts.database.connect() as connection:
        known = _recorded(connection, batch_id, position, len(entries))
    new = {position + i: e for i, e in enumerate(entries) if position + i not in known}
    if not new:
        return 0
    documents_of = [entry.document.sha256 for entry in new.values() if entry.document]
    with unit_of_work(parts.database, parts.send) as unit:
        documents.hold(unit.connection, held.batch.tenant, documents_of)
        _keep(parts, list(new.values()))
        batch = counted.lock(unit, batch_id)
        if batch is None or not _still_ours(unit, held):
            return None
        _admit(unit, batch, new)
        turns.release(unit, batch.priority)
    return len(new)


def _recorded(connection: Connection, batch_id: str, first: int, number: int) -> set[int]:
    """Return the positions that are known: what came of them, even deletion, is not undone."""
    own = and_(
        batch_items.c.batch_id == batch_id,
        batch_items.c.position.between(first, first + number - 1),
    )
    return set(connection.execute(select(batch_items.c.position).where(own)).scalars())


def _keep(parts: Parts, entries: Sequence[Entry]) -> None:
    """Have the bytes of documents out of an archive in object storage, several at once."""

    def keep(entry: Entry) -> None:
        if entry.document is not None and entry.content is not None:
            media_type = entry.media_type or "application/octet-stream"
            documents.keep(parts.objects, entry.document.key, BytesIO(entry.content), media_type)

    with ThreadPoolExecutor(_WRITERS) as pool:
        list(pool.map(keep, entries))


def _still_ours(unit: Unit, held: HeldBatch) -> bool:
    """Say whether the claim on a locked batch still counts: under way, unopened, our token."""
    ours = unit.connection.execute(select(batches.c.id).where(held.claim.held)).one_or_none()
    return ours is not None


def _admit(unit: Unit, batch: BatchRow, new: Mapping[int, Entry]) -> None:
    """Write the items of a locked batch, and jobs for the documents that are to be read."""
    decided = _decide(unit.connection, batch, new)
    wanted = {
        position: NewJob(
            tenant=batch.tenant,
            batch_id=batch.id,
            filename=document.filename,
            sha256=document.sha256,
            size_bytes=document.size_bytes,
            media_type=new[position].media_type,
            priority=batch.priority,
            metadata=batch.metadata,
        )
        for position, outcome in decided.items()
        if outcome == Outcome() and (document := new[position].document) is not None
    }
    made = dict(zip(wanted, create_many(unit, list(wanted.values())), strict=True))
    rows = [
        {
            "batch_id": batch.id,
            "position": position,
            "name": new[position].name,
            "sha256": document.sha256 if (document := new[position].document) else None,
            "job_id": made.get(position, outcome.job_id),
            "error": outcome.failure.model_dump(mode="json") if outcome.failure else None,
        }
        for position, outcome in decided.items()
    ]
    unit.connection.execute(insert(batch_items), rows)


def _decide(
    connection: Connection, batch: BatchRow, new: Mapping[int, Entry]
) -> dict[int, Outcome]:
    """Say what becomes of each new member of a batch, by what was handed in before."""
    hashes = {entry.document.sha256 for entry in new.values() if entry.document}
    names = _names_before(connection, batch.id, hashes) if hashes else {}
    before: Mapping[str, str] = {}
    if hashes and batch.on_duplicate in ("reuse", "reject"):
        before = documents.earlier_jobs(connection, batch.tenant, hashes, but_of=batch.id)
    decided = {}
    for position in sorted(new):
        entry = new[position]
        decided[position] = outcome_of(entry, batch.on_duplicate, names, before)
        if entry.document is not None:
            names.setdefault(entry.document.sha256, entry.name)
    return decided


def _names_before(connection: Connection, batch_id: str, hashes: Collection[str]) -> dict[str, str]:
    """Return, by hash, the name of the first member of a batch with those bytes."""
    found = connection.execute(
        select(batch_items.c.sha256, batch_items.c.name)
        .ext(distinct_on(batch_items.c.sha256))
        .where(batch_items.c.batch_id == batch_id, batch_items.c.sha256.in_(hashes))
        .order_by(batch_items.c.sha256, batch_items.c.position)
    )
    return {row.sha256: row.name for row in found}


def finish(
    parts: Parts, held: HeldBatch, failure: Failure | None, letter: Values | None = None
) -> None:
    """Mark a batch as opened, with its dead letter; it is over at once when every job of it is."""
    error = failure.model_dump(mode="json") if failure else None
    with unit_of_work(parts.database, parts.send) as unit:
        changed = unit.connection.execute(
            update(batches)
            .where(batches.c.id == held.batch.id, batches.c.lease_token == held.claim.token)
            .values(
                expanded=True,
                error=error,
                lease_until=None,
                lease_token=batches.c.lease_token + 1,
                due_at=None,
                version=batches.c.version + 1,
            )
        )
        if changed.rowcount:
            if letter is not None:
                unit.connection.execute(insert(batch_letters).values(letter))
            counted.settle(unit, held.batch.id)


def let_go(parts: Parts, held: HeldBatch, fault: Fault) -> None:
    """Put a batch off after a fault; after the last attempt give it up."""
    again = next_try(
        fault,
        held.claim.attempt,
        max_attempts=parts.settings.max_attempts,
        backoff_s=parts.settings.retry_backoff_s,
    )
    if again is None:
        set_aside(parts, held, fault, attempts=held.claim.attempt)
        return
    with parts.database.begin() as connection:
        lease.put_off(connection, held.claim, again.delay_s, attempts=again.attempts)


def set_aside(parts: Parts, held: HeldBatch, fault: Fault, *, attempts: int) -> None:
    """Give up opening a batch: it ends with the jobs it has, and can be requeued."""
    log.error("given_up", task="gouji.expand", attempts=attempts, cause=fault.cause)
    failure = final_failure(fault, soft_limit_s(parts.settings, "gouji.expand"), attempts)
    letter: Values = {
        "id": new_id("dlq"),
        "tenant": held.batch.tenant,
        "batch_id": held.batch.id,
        "failure": failure.model_dump(mode="json"),
        "cause": fault.cause,
    }
    finish(parts, held, failure, letter)
